//! The other layout of SDXL: all networks in one file, under the names of Stability's own code, as
//! most published checkpoints are. Mapping of diffusers' names to that file's, and back.

mod names;

use std::sync::LazyLock;

use candle_core::{Result, Tensor};

use crate::diffusion::checkpoint::names::Pair;

/// Network in such a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// UNet.
    Unet,
    /// Autoencoder.
    Vae,
    /// The first text encoder, CLIP ViT-L.
    Text,
    /// The second, OpenCLIP ViT-bigG.
    Text2,
}

/// Form of a parameter in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Same as ours.
    Same,
    /// Transposed.
    Transposed,
    /// Stacked with two others: 0 is the first of three.
    Third(usize),
    /// Matrix as a kernel of one pixel.
    Point,
}

/// Place of a parameter in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name in the file.
    pub name: String,
    /// Form in the file.
    pub form: Form,
}

impl Network {
    /// All networks.
    pub const ALL: [Self; 4] = [Self::Unet, Self::Vae, Self::Text, Self::Text2];

    /// Prefix of its names in the file.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Unet => "model.diffusion_model.",
            Self::Vae => "first_stage_model.",
            Self::Text => "conditioner.embedders.0.transformer.",
            Self::Text2 => "conditioner.embedders.1.model.",
        }
    }

    /// Place of a parameter, by its name without the prefix. `None`: the file has none.
    pub fn place(self, ours: &str) -> Option<Place> {
        let placed = |pair: &Pair| {
            let rest = ours.strip_prefix(&pair.ours)?;
            Some(Place {
                name: format!("{}{rest}", pair.theirs),
                form: pair.form,
            })
        };
        self.pairs().iter().find_map(placed)
    }

    /// Parameters in a tensor of the file, by its name without the prefix: one, or three, or none that
    /// the network has.
    pub fn parameters(self, theirs: &str) -> Vec<Place> {
        let held = |pair: &Pair| {
            let rest = theirs.strip_prefix(&pair.theirs)?;
            Some(Place {
                name: format!("{}{rest}", pair.ours),
                form: pair.form,
            })
        };
        self.pairs().iter().filter_map(held).collect()
    }

    fn pairs(self) -> &'static [Pair] {
        static UNET: LazyLock<Vec<Pair>> = LazyLock::new(names::unet);
        static VAE: LazyLock<Vec<Pair>> = LazyLock::new(names::vae);
        static TEXT: LazyLock<Vec<Pair>> = LazyLock::new(names::text);
        static TEXT_2: LazyLock<Vec<Pair>> = LazyLock::new(names::text_2);
        match self {
            Self::Unet => &UNET,
            Self::Vae => &VAE,
            Self::Text => &TEXT,
            Self::Text2 => &TEXT_2,
        }
    }
}

impl Form {
    /// Takes the parameter out of the file's tensor, sharing no memory with it unless it is the same.
    pub fn take(self, kept: &Tensor) -> Result<Tensor> {
        match self {
            Self::Same => Ok(kept.clone()),
            Self::Transposed => kept.t()?.contiguous(),
            Self::Third(third) => {
                let rows = kept.dim(0)?;
                if rows % 3 != 0 {
                    candle_core::bail!("{rows} rows cannot be split in three");
                }
                let rows = rows / 3;
                kept.narrow(0, third * rows, rows)?.force_contiguous()
            }
            // outputs x inputs x 1 x 1 to outputs x inputs
            Self::Point => kept.flatten_from(1),
        }
    }
}
