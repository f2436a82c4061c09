//! The names of SAM 2.1's parameters in the two files that are published. Ours are the original's
//! (`sam2.1_hiera_tiny.pt`); Hugging Face's `model.safetensors` has others for the same tensors.

use crate::weights::Place;

/// Begins what the original's file holds for videos only: the memory of frames before, its
/// positions, and pointers to objects. A single picture has none of it.
pub const VIDEO: &[&str] = &[
    "mask_downsample.",
    "maskmem_tpos_enc",
    "memory_attention.",
    "memory_encoder.",
    "no_mem_pos_enc",
    "no_obj_embed_spatial",
    "no_obj_ptr",
    "obj_ptr_proj.",
    "obj_ptr_tpos_proj.",
];

/// The same of Hugging Face's file; and its second copy of the frequencies of positions.
pub const HUGGING_FACE_VIDEO: &[&str] = &[
    "mask_downsample.",
    "memory_attention.",
    "memory_encoder.",
    "memory_temporal_positional_encoding",
    "no_memory_positional_encoding",
    "no_object_pointer",
    "object_pointer_proj.",
    "occlusion_spatial_embedding_parameter",
    "prompt_encoder.shared_embedding.positional_embedding",
    "temporal_positional_encoding_projection_layer.",
];

/// A tensor that only Hugging Face's file has.
pub const HUGGING_FACE_SIGN: &str = "shared_image_embedding.positional_embedding";

/// Parts, by what their names begin with, the more particular first: ours, theirs.
const PARTS: &[(&str, &str)] = &[
    (
        "image_encoder.trunk.patch_embed.proj.",
        "vision_encoder.backbone.patch_embed.projection.",
    ),
    ("image_encoder.trunk.", "vision_encoder.backbone."),
    ("image_encoder.neck.", "vision_encoder.neck."),
    (
        "sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix",
        HUGGING_FACE_SIGN,
    ),
    (
        "sam_prompt_encoder.mask_downscaling.0.",
        "prompt_encoder.mask_embed.conv1.",
    ),
    (
        "sam_prompt_encoder.mask_downscaling.1.",
        "prompt_encoder.mask_embed.layer_norm1.",
    ),
    (
        "sam_prompt_encoder.mask_downscaling.3.",
        "prompt_encoder.mask_embed.conv2.",
    ),
    (
        "sam_prompt_encoder.mask_downscaling.4.",
        "prompt_encoder.mask_embed.layer_norm2.",
    ),
    (
        "sam_prompt_encoder.mask_downscaling.6.",
        "prompt_encoder.mask_embed.conv3.",
    ),
    ("sam_prompt_encoder.", "prompt_encoder."),
    (
        "sam_mask_decoder.output_upscaling.0.",
        "mask_decoder.upscale_conv1.",
    ),
    (
        "sam_mask_decoder.output_upscaling.1.",
        "mask_decoder.upscale_layer_norm.",
    ),
    (
        "sam_mask_decoder.output_upscaling.3.",
        "mask_decoder.upscale_conv2.",
    ),
    ("sam_mask_decoder.", "mask_decoder."),
    ("no_mem_embed", "no_memory_embedding"),
];

/// Names inside the parts: ours, theirs.
const INSIDE: &[(&str, &str)] = &[
    (".norm_final_attn.", ".layer_norm_final_attn."),
    (".norm", ".layer_norm"),
    (".out_proj.", ".o_proj."),
    (".conv.", "."),
];

/// A perceptron's layers, by their number: of two, and of three.
const TWO: &[&str] = &["proj_in", "proj_out"];
const THREE: &[&str] = &["proj_in", "layers.0", "proj_out"];

/// Place in Hugging Face's file of one of the original's tensors.
pub fn hugging_face(name: &str) -> Place {
    let part = PARTS.iter().find(|(ours, _)| name.starts_with(ours));
    let mut place = part.map_or(name.to_owned(), |(ours, theirs)| {
        format!("{theirs}{}", &name[ours.len()..])
    });
    for (ours, theirs) in INSIDE {
        place = place.replace(ours, theirs);
    }
    match label(&place) {
        // Four tensors of the original's are the rows of one.
        Some(row) => Place {
            name: "prompt_encoder.point_embed.weight".to_owned(),
            row: Some(row),
        },
        None => Place {
            name: perceptron(&place),
            row: None,
        },
    }
}

fn label(name: &str) -> Option<usize> {
    let rest = name.strip_prefix("prompt_encoder.point_embeddings.")?;
    rest.strip_suffix(".weight")?.parse().ok()
}

/// `….layers.1.weight` of a perceptron, as theirs names it. Transformers have numbered layers too,
/// but more follows those.
fn perceptron(name: &str) -> String {
    let layers = if name.contains(".mlp.") { TWO } else { THREE };
    let renamed = name.rsplit_once(".layers.").and_then(|(owner, rest)| {
        let (number, kind) = rest.split_once('.')?;
        let layer = layers.get(number.parse::<usize>().ok()?)?;
        (!kind.contains('.')).then(|| format!("{owner}.{layer}.{kind}"))
    });
    renamed.unwrap_or(name.to_owned())
}
