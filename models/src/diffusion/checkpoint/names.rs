//! Prefixes of names, ours beside theirs. Both codes number the same blocks, theirs without a
//! break from the first to the last, ours by level (diffusers, `scripts/convert_*_to_diffusers`).

use crate::diffusion::checkpoint::Form;

/// SDXL has 3 levels of 2 residual blocks on the way down, 3 on the way up; fewer are named alike.
const LEVELS: usize = 3;
/// Levels of the autoencoder. Theirs counts them from the picture, in the decoder too.
const VAE_LEVELS: usize = 4;
/// Blocks of the second text encoder.
const TEXT_2_BLOCKS: usize = 32;

/// Two prefixes of a name, after which it is the same.
pub(super) struct Pair {
    pub ours: String,
    pub theirs: String,
    pub form: Form,
}

fn pair(ours: impl Into<String>, theirs: impl Into<String>) -> Pair {
    Pair {
        ours: ours.into(),
        theirs: theirs.into(),
        form: Form::Same,
    }
}

pub(super) fn unet() -> Vec<Pair> {
    let mut pairs = vec![
        pair("time_embedding.linear_1.", "time_embed.0."),
        pair("time_embedding.linear_2.", "time_embed.2."),
        pair("add_embedding.linear_1.", "label_emb.0.0."),
        pair("add_embedding.linear_2.", "label_emb.0.2."),
        pair("conv_in.", "input_blocks.0.0."),
        pair("conv_norm_out.", "out.0."),
        pair("conv_out.", "out.2."),
        pair("mid_block.attentions.0.", "middle_block.1."),
    ];
    pairs.extend(residual("mid_block.resnets.0", "middle_block.0"));
    pairs.extend(residual("mid_block.resnets.1", "middle_block.2"));
    for level in 0..LEVELS {
        pairs.extend(down(level));
        pairs.extend(up(level));
    }
    pairs
}

/// Two residual blocks, and what makes the next level's half size. The very first of theirs is
/// `conv_in`.
fn down(level: usize) -> Vec<Pair> {
    let (ours, first) = (format!("down_blocks.{level}"), 1 + 3 * level);
    let mut pairs = vec![pair(
        format!("{ours}.downsamplers.0.conv."),
        format!("input_blocks.{}.0.op.", first + 2),
    )];
    for n in 0..2 {
        pairs.extend(floor(&ours, n, &format!("input_blocks.{}", first + n)));
    }
    pairs
}

fn up(level: usize) -> Vec<Pair> {
    let (ours, first) = (format!("up_blocks.{level}"), 3 * level);
    let mut pairs = vec![pair(
        format!("{ours}.upsamplers.0.conv."),
        format!("output_blocks.{}.2.conv.", first + 2),
    )];
    for n in 0..3 {
        pairs.extend(floor(&ours, n, &format!("output_blocks.{}", first + n)));
    }
    pairs
}

/// A residual block and the attention after it, if there is one.
fn floor(ours: &str, n: usize, theirs: &str) -> Vec<Pair> {
    let mut pairs = residual(&format!("{ours}.resnets.{n}"), &format!("{theirs}.0"));
    pairs.push(pair(
        format!("{ours}.attentions.{n}."),
        format!("{theirs}.1."),
    ));
    pairs
}

fn residual(ours: &str, theirs: &str) -> Vec<Pair> {
    [
        ("norm1", "in_layers.0"),
        ("conv1", "in_layers.2"),
        ("time_emb_proj", "emb_layers.1"),
        ("norm2", "out_layers.0"),
        ("conv2", "out_layers.3"),
        ("conv_shortcut", "skip_connection"),
    ]
    .map(|(our, their)| pair(format!("{ours}.{our}."), format!("{theirs}.{their}.")))
    .into()
}

pub(super) fn vae() -> Vec<Pair> {
    let mut pairs = vec![
        pair("quant_conv.", "quant_conv."),
        pair("post_quant_conv.", "post_quant_conv."),
    ];
    for half in ["encoder", "decoder"] {
        for (ours, theirs) in [
            ("conv_in", "conv_in"),
            ("conv_norm_out", "norm_out"),
            ("conv_out", "conv_out"),
        ] {
            pairs.push(pair(format!("{half}.{ours}."), format!("{half}.{theirs}.")));
        }
        pairs.extend(vae_middle(half));
    }
    for level in 0..VAE_LEVELS {
        let (ours, theirs) = (
            format!("encoder.down_blocks.{level}"),
            format!("encoder.down.{level}"),
        );
        pairs.push(pair(
            format!("{ours}.downsamplers.0.conv."),
            format!("{theirs}.downsample.conv."),
        ));
        pairs.extend(vae_level(&ours, &theirs, 2));
        let theirs = format!("decoder.up.{}", VAE_LEVELS - 1 - level);
        let ours = format!("decoder.up_blocks.{level}");
        pairs.push(pair(
            format!("{ours}.upsamplers.0.conv."),
            format!("{theirs}.upsample.conv."),
        ));
        pairs.extend(vae_level(&ours, &theirs, 3));
    }
    pairs
}

fn vae_level(ours: &str, theirs: &str, blocks: usize) -> Vec<Pair> {
    let block = |n: usize| {
        let (ours, theirs) = (format!("{ours}.resnets.{n}"), format!("{theirs}.block.{n}"));
        vae_residual(&ours, &theirs)
    };
    (0..blocks).flat_map(block).collect()
}

fn vae_residual(ours: &str, theirs: &str) -> Vec<Pair> {
    [
        ("norm1", "norm1"),
        ("conv1", "conv1"),
        ("norm2", "norm2"),
        ("conv2", "conv2"),
        ("conv_shortcut", "nin_shortcut"),
    ]
    .map(|(our, their)| pair(format!("{ours}.{our}."), format!("{theirs}.{their}.")))
    .into()
}

/// Its attention is of matrices with us and of kernels of one pixel with them.
fn vae_middle(half: &str) -> Vec<Pair> {
    let (ours, theirs) = (format!("{half}.mid_block"), format!("{half}.mid"));
    let mut pairs = vec![pair(
        format!("{ours}.attentions.0.group_norm."),
        format!("{theirs}.attn_1.norm."),
    )];
    for n in 0..2 {
        let theirs = format!("{theirs}.block_{}", n + 1);
        pairs.extend(vae_residual(&format!("{ours}.resnets.{n}"), &theirs));
    }
    for (our, their) in [
        ("to_q", "q"),
        ("to_k", "k"),
        ("to_v", "v"),
        ("to_out.0", "proj_out"),
    ] {
        let (ours, theirs) = (
            format!("{ours}.attentions.0.{our}"),
            format!("{theirs}.attn_1.{their}"),
        );
        pairs.push(Pair {
            form: Form::Point,
            ..pair(format!("{ours}.weight"), format!("{theirs}.weight"))
        });
        pairs.push(pair(format!("{ours}.bias"), format!("{theirs}.bias")));
    }
    pairs
}

/// Kept under transformers' names, as we know them.
pub(super) fn text() -> Vec<Pair> {
    vec![pair("text_model.", "text_model.")]
}

/// OpenCLIP's names.
pub(super) fn text_2() -> Vec<Pair> {
    let embeddings = "text_model.embeddings";
    let mut pairs = vec![
        pair(
            format!("{embeddings}.token_embedding.weight"),
            "token_embedding.weight",
        ),
        pair(
            format!("{embeddings}.position_embedding.weight"),
            "positional_embedding",
        ),
        pair("text_model.final_layer_norm.", "ln_final."),
        Pair {
            form: Form::Transposed,
            ..pair("text_projection.weight", "text_projection")
        },
    ];
    pairs.extend((0..TEXT_2_BLOCKS).flat_map(text_2_block));
    pairs
}

fn text_2_block(n: usize) -> Vec<Pair> {
    let ours = format!("text_model.encoder.layers.{n}");
    let theirs = format!("transformer.resblocks.{n}");
    let third = |(third, name)| Pair {
        form: Form::Third(third),
        ..pair(
            format!("{ours}.self_attn.{name}_proj."),
            format!("{theirs}.attn.in_proj_"),
        )
    };
    let mut pairs: Vec<Pair> = (0..).zip(["q", "k", "v"]).map(third).collect();
    for (our, their) in [
        ("layer_norm1", "ln_1"),
        ("layer_norm2", "ln_2"),
        ("self_attn.out_proj", "attn.out_proj"),
        ("mlp.fc1", "mlp.c_fc"),
        ("mlp.fc2", "mlp.c_proj"),
    ] {
        pairs.push(pair(format!("{ours}.{our}."), format!("{theirs}.{their}.")));
    }
    pairs
}
