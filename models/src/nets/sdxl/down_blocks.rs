//! Half that UNet and ControlNet share: the down blocks and the mid block.

use candle_core::{D, DType, Module, Result, Tensor, bail};
use candle_nn::VarBuilder;
use plumbline_nn::conv::Geometry;
use plumbline_nn::dense::{Conv2d, Linear, linear};

use super::Cond;
use super::attention::Transformer;
use super::config::{Level, UnetConfig};
use super::layers::{GroupNormConfig, ResnetBlock, conv, conv3x3};

/// Two layers that embed a time, or sizes.
#[derive(Debug)]
struct Embedding([Linear; 2]);

impl Embedding {
    fn new(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<Self> {
        Ok(Self([
            linear(inputs, outputs, vb.pp("linear_1"))?,
            linear(outputs, outputs, vb.pp("linear_2"))?,
        ]))
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let [first, second] = &self.0;
        second.forward(&first.forward(x)?.silu()?)
    }
}

/// Sinusoidal embedding of numbers (Vaswani et al. 2017), cosines before sines. In single precision
/// always: the angles of late times do not fit in half.
fn timestep_embedding(numbers: &Tensor, size: usize) -> Result<Tensor> {
    let half = size / 2;
    let rate = -(10_000_f64.ln()) / half as f64;
    let rates: Vec<f32> = (0..half).map(|i| (rate * i as f64).exp() as f32).collect();
    let rates = Tensor::new(rates, numbers.device())?;
    let numbers = numbers.to_dtype(DType::F32)?.unsqueeze(D::Minus1)?;
    let angles = numbers.broadcast_mul(&rates)?;
    Tensor::cat(&[angles.cos()?, angles.sin()?], D::Minus1)
}

/// One level's residual blocks, each followed by its attention where the level has some.
#[derive(Debug)]
pub(super) struct Layers(Vec<(ResnetBlock, Option<Transformer>)>);

impl Layers {
    /// `inputs`: channels that each layer is given.
    pub fn new(
        inputs: &[usize],
        level: Level,
        config: &UnetConfig,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let layers = inputs.iter().enumerate().map(|(at, &inputs)| {
            let vb_resnet = vb.pp(format!("resnets.{at}"));
            let resnet = resnet((inputs, level.channels), config, &vb_resnet)?;
            let attention = level
                .attention
                .then(|| transformer(level, config, &vb.pp(format!("attentions.{at}"))));
            Ok((resnet, attention.transpose()?))
        });
        Ok(Self(layers.collect::<Result<_>>()?))
    }

    /// Through each layer in turn: `before` prepares its input, `after` keeps its output.
    pub fn forward(
        &self,
        mut x: Tensor,
        conditioning: &Conditioning,
        mut before: impl FnMut(Tensor) -> Result<Tensor>,
        mut after: impl FnMut(&Tensor),
    ) -> Result<Tensor> {
        for (resnet, attention) in &self.0 {
            x = resnet.forward(&before(x)?, Some(&conditioning.embedding))?;
            if let Some(attention) = attention {
                x = attention.forward(&x, &conditioning.encoder_hidden_states)?;
            }
            after(&x);
        }
        Ok(x)
    }
}

fn resnet(channels: (usize, usize), config: &UnetConfig, vb: &VarBuilder) -> Result<ResnetBlock> {
    let norms = GroupNormConfig {
        groups: config.norm_num_groups,
        eps: config.norm_eps,
    };
    ResnetBlock::new(channels, norms, Some(config.time_channels()), vb)
}

fn transformer(level: Level, config: &UnetConfig, vb: &VarBuilder) -> Result<Transformer> {
    let context_dim = config.cross_attention_dim;
    let sizes = (level.heads, level.depth);
    Transformer::new(
        level.channels,
        context_dim,
        sizes,
        config.norm_num_groups,
        vb,
    )
}

/// Conditioning of every block.
pub(super) struct Conditioning {
    /// Time, pooled prompt and sizes in one vector, after SiLU; n x its length.
    embedding: Tensor,
    encoder_hidden_states: Tensor,
}

/// Output of the down blocks and the mid block.
pub(super) struct DownOutput {
    /// Inputs of the skip connections, from the widest.
    pub skips: Vec<Tensor>,
    /// Output of the mid block.
    pub mid: Tensor,
}

#[derive(Debug)]
pub(super) struct DownBlocks {
    time: Embedding,
    added: Embedding,
    input: Conv2d,
    levels: Vec<(Layers, Option<Conv2d>)>,
    mid_block: (ResnetBlock, Transformer, ResnetBlock),
    time_embed_dim: usize,
    size_embed_dim: usize,
}

impl DownBlocks {
    pub fn new(config: &UnetConfig, vb: &VarBuilder) -> Result<Self> {
        config.check()?;
        let first = config.block_out_channels[0];
        let length = config.time_channels();
        let added = config.projection_class_embeddings_input_dim;
        Ok(Self {
            time: Embedding::new(first, length, &vb.pp("time_embedding"))?,
            added: Embedding::new(added, length, &vb.pp("add_embedding"))?,
            input: conv3x3(config.in_channels, first, &vb.pp("conv_in"))?,
            levels: levels(config, vb)?,
            mid_block: mid_block(config, &vb.pp("mid_block"))?,
            time_embed_dim: first,
            size_embed_dim: config.addition_time_embed_dim,
        })
    }

    /// Embeds the time and the condition.
    pub fn conditioning(&self, x: &Tensor, timestep: f64, cond: &Cond) -> Result<Conditioning> {
        let (n, dtype) = (x.dim(0)?, x.dtype());
        if cond.encoder_hidden_states.dim(0)? != n
            || cond.text_embeds.dim(0)? != n
            || cond.time_ids.dim(0)? != n
        {
            bail!("{n} latents need a condition each");
        }
        let times = Tensor::full(timestep as f32, n, x.device())?;
        let time = self
            .time
            .forward(&timestep_embedding(&times, self.time_embed_dim)?.to_dtype(dtype)?)?;
        let sizes = timestep_embedding(&cond.time_ids, self.size_embed_dim)?.flatten_from(1)?;
        let added = Tensor::cat(
            &[cond.text_embeds.to_dtype(dtype)?, sizes.to_dtype(dtype)?],
            1,
        )?;
        Ok(Conditioning {
            embedding: (time + self.added.forward(&added)?)?.silu()?,
            encoder_hidden_states: cond.encoder_hidden_states.to_dtype(dtype)?,
        })
    }

    /// Runs the blocks. `hint` is added to the latents once they have the first level's channels.
    pub fn forward(
        &self,
        x: &Tensor,
        conditioning: &Conditioning,
        hint: Option<&Tensor>,
    ) -> Result<DownOutput> {
        let mut x = self.input.forward(x)?;
        if let Some(hint) = hint {
            x = (x + hint)?;
        }
        let mut skips = vec![x.clone()];
        for (layers, down) in &self.levels {
            x = layers.forward(x, conditioning, Ok, |x| skips.push(x.clone()))?;
            if let Some(down) = down {
                x = down.forward(&x)?;
                skips.push(x.clone());
            }
        }
        let (first, attention, second) = &self.mid_block;
        let x = first.forward(&x, Some(&conditioning.embedding))?;
        let x = attention.forward(&x, &conditioning.encoder_hidden_states)?;
        let mid = second.forward(&x, Some(&conditioning.embedding))?;
        Ok(DownOutput { skips, mid })
    }
}

fn levels(config: &UnetConfig, vb: &VarBuilder) -> Result<Vec<(Layers, Option<Conv2d>)>> {
    let last = config.block_out_channels.len() - 1;
    let mut inputs = config.block_out_channels[0];
    let levels = config.levels().enumerate().map(|(at, level)| {
        let vb = vb.pp(format!("down_blocks.{at}"));
        let mut given = vec![level.channels; config.layers_per_block];
        given[0] = inputs;
        inputs = level.channels;
        let down = (at < last).then(|| {
            let channels = (level.channels, level.channels);
            conv(channels, 3, Geometry::HALF, &vb.pp("downsamplers.0.conv"))
        });
        Ok((Layers::new(&given, level, config, &vb)?, down.transpose()?))
    });
    levels.collect()
}

fn mid_block(
    config: &UnetConfig,
    vb: &VarBuilder,
) -> Result<(ResnetBlock, Transformer, ResnetBlock)> {
    let Some(level) = config.levels().next_back() else {
        bail!("a network without levels has no mid block");
    };
    let channels = (level.channels, level.channels);
    Ok((
        resnet(channels, config, &vb.pp("resnets.0"))?,
        transformer(level, config, &vb.pp("attentions.0"))?,
        resnet(channels, config, &vb.pp("resnets.1"))?,
    ))
}
