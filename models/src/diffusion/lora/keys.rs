//! Names of the tensors in a LoRA's file.

use crate::diffusion::lora::{LoraError, Name};

/// Prefixes of text encoders' tensors.
const TEXT: [&str; 5] = [
    "lora_te_",
    "lora_te1_",
    "lora_te2_",
    "text_encoder.",
    "text_encoder_2.",
];
const PARTS: [(&str, Part); 7] = [
    (".lora_down.weight", Part::Down),
    (".lora_up.weight", Part::Up),
    (".lora_A.weight", Part::Down),
    (".lora_B.weight", Part::Up),
    (".lora.down.weight", Part::Down),
    (".lora.up.weight", Part::Up),
    (".alpha", Part::Alpha),
];

/// Network that a tensor belongs to.
#[derive(Debug, PartialEq)]
pub(super) enum Key {
    Unet(Name, Part),
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part {
    /// Down matrix, rank x inputs, and a kernel.
    Down,
    /// Up matrix, outputs x rank.
    Up,
    /// Scale of the product, times its rank.
    Alpha,
}

pub(super) fn read(key: &str) -> Result<Key, LoraError> {
    if TEXT.iter().any(|begin| key.starts_with(begin)) {
        return Ok(Key::Text);
    }
    refuse_variants(key)?;
    let unknown = || LoraError::UnknownKey(key.to_owned());
    let part = |(ending, part): &(&str, Part)| Some((key.strip_suffix(ending)?, *part));
    let (layer, part) = PARTS.iter().find_map(part).ok_or_else(unknown)?;
    let name = if let Some(flat) = layer.strip_prefix("lora_unet_") {
        Name::Flat(flat.to_owned())
    } else if let Some(path) = layer.strip_prefix("unet.") {
        Name::Path(path.to_owned())
    } else {
        return Err(unknown());
    };
    Ok(Key::Unet(name, part))
}

/// Refuses variants of LoRA with further tensors: merging only the common ones would be wrong.
fn refuse_variants(key: &str) -> Result<(), LoraError> {
    let whole = key.strip_suffix(".weight").unwrap_or(key);
    if whole.ends_with(".lora_mid") {
        return Err(LoraError::Mid(key.to_owned()));
    }
    let lengths = [".dora_scale", ".lora_magnitude_vector"];
    if lengths.iter().any(|ending| whole.ends_with(ending)) {
        return Err(LoraError::Dora(key.to_owned()));
    }
    Ok(())
}
