//! Configurations of the networks, as `config.json` beside the weights has them.

use candle_core::{Result, bail};
use serde::Deserialize;

/// Configuration of a UNet, or of a ControlNet.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UnetConfig {
    /// 4, or 9 with a mask and a masked picture's latents beside them.
    pub in_channels: usize,
    /// Latents that are predicted; a ControlNet predicts none.
    #[serde(default)]
    pub out_channels: usize,
    /// Channels of each level, from the widest picture to the narrowest.
    pub block_out_channels: Vec<usize>,
    /// Residual blocks of a level.
    pub layers_per_block: usize,
    /// Kind of each level: with or without attention.
    pub down_block_types: Vec<String>,
    /// Transformer blocks of each attention of a level.
    pub transformer_layers_per_block: Vec<usize>,
    /// Heads of a level. The field's name is the published one, and wrong.
    pub attention_head_dim: Vec<usize>,
    /// Length of a token's embedding.
    pub cross_attention_dim: usize,
    /// Length of the embedding of each of the six sizes.
    pub addition_time_embed_dim: usize,
    /// Length of those embeddings and the pooled prompt together.
    pub projection_class_embeddings_input_dim: usize,
    /// Only `text_time`: what makes it SDXL.
    pub addition_embed_type: Option<String>,
    /// Only true.
    #[serde(default)]
    pub use_linear_projection: bool,
    /// Groups of a normalisation.
    pub norm_num_groups: usize,
    /// Epsilon of a variance.
    pub norm_eps: f64,
    /// Channels of a ControlNet's embedding of the picture.
    #[serde(default)]
    pub conditioning_embedding_out_channels: Vec<usize>,
}

impl UnetConfig {
    /// SDXL base, and all that is trained from it.
    pub fn sdxl() -> Self {
        Self {
            in_channels: 4,
            out_channels: 4,
            block_out_channels: vec![320, 640, 1280],
            layers_per_block: 2,
            down_block_types: [
                "DownBlock2D",
                "CrossAttnDownBlock2D",
                "CrossAttnDownBlock2D",
            ]
            .map(str::to_owned)
            .to_vec(),
            transformer_layers_per_block: vec![1, 2, 10],
            attention_head_dim: vec![5, 10, 20],
            cross_attention_dim: 2048,
            addition_time_embed_dim: 256,
            projection_class_embeddings_input_dim: 2816,
            addition_embed_type: Some("text_time".to_owned()),
            use_linear_projection: true,
            norm_num_groups: 32,
            norm_eps: 1e-5,
            conditioning_embedding_out_channels: Vec::new(),
        }
    }

    /// With a mask (1) and the masked picture's latents (4) after the noisy ones.
    pub fn sdxl_inpainting() -> Self {
        Self {
            in_channels: 9,
            ..Self::sdxl()
        }
    }

    /// The ControlNets of SDXL base.
    pub fn sdxl_controlnet() -> Self {
        Self {
            out_channels: 0,
            conditioning_embedding_out_channels: vec![16, 32, 96, 256],
            ..Self::sdxl()
        }
    }

    /// Checks that the networks here implement this configuration.
    pub(super) fn check(&self) -> Result<()> {
        if self.addition_embed_type.as_deref() != Some("text_time") || !self.use_linear_projection {
            bail!("this is not a network of SDXL: it lacks text_time or linear projections");
        }
        let levels = self.block_out_channels.len();
        let lists = [
            self.down_block_types.len(),
            self.transformer_layers_per_block.len(),
            self.attention_head_dim.len(),
        ];
        if levels == 0 || lists != [levels; 3] {
            bail!("the levels of the network's configuration do not agree");
        }
        Ok(())
    }

    /// Levels, from the widest picture to the narrowest.
    pub(super) fn levels(&self) -> impl DoubleEndedIterator<Item = Level> + ExactSizeIterator {
        (0..self.block_out_channels.len()).map(|at| Level {
            channels: self.block_out_channels[at],
            attention: self.down_block_types[at].starts_with("CrossAttn"),
            heads: self.attention_head_dim[at],
            depth: self.transformer_layers_per_block[at],
        })
    }

    /// Length of the embedding of time and conditions.
    pub(super) fn time_channels(&self) -> usize {
        4 * self.block_out_channels[0]
    }
}

/// One level of a UNet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub channels: usize,
    pub attention: bool,
    pub heads: usize,
    pub depth: usize,
}

/// Configuration of an autoencoder.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct VaeConfig {
    /// Channels of each level, from the picture down.
    pub block_out_channels: Vec<usize>,
    /// Residual blocks of a level; the decoder has one more.
    pub layers_per_block: usize,
    /// Channels of a latent.
    pub latent_channels: usize,
    /// Groups of a normalisation.
    pub norm_num_groups: usize,
    /// Factor of the latents for the UNet.
    pub scaling_factor: f64,
}

impl VaeConfig {
    /// SDXL's.
    pub fn sdxl() -> Self {
        Self {
            block_out_channels: vec![128, 256, 512, 512],
            layers_per_block: 2,
            latent_channels: 4,
            norm_num_groups: 32,
            scaling_factor: 0.130_25,
        }
    }
}
