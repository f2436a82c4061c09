//! The finish network: from a small copy to the numbers of a finish. Small enough to be part of the
//! program, and trained here (see `train::finish`).
//!
//! It sees the copy twice: as it is, and with each channel stretched in light from its own darkest to its
//! own brightest (the best of the simple corrections). What it answers is relative to that stretch, so a
//! room and the same room two stops darker and under a lamp are nearly the same question to it: that is
//! what lets it learn from a hundred photos without learning them by heart. A branch of percentiles
//! decides on exposure, curve and chroma; four convolutions look for light that differs from place to
//! place (Gharbi et al. 2017 have a global and a local branch in the same way).
//!
//! Input: statistics, 123 numbers; maps, 6 x 32 x 32. Output: veil and curve, gains on 4 x 4 nodes,
//! chroma, and two errors that it expects of itself.

use candle_core::{Device, Module, Result, Tensor};
use candle_nn::VarBuilder;
use candle_nn::ops::sigmoid;
use plumbline_documents::{NotALook, Place};
use plumbline_enhance::steps::finish::{FIELD, Finish, KNOTS};
use plumbline_enhance::{AnalysisError, FinishModel, Pixels, Proposal};
use plumbline_nn::conv::{Activation, Conv, Geometry};

use crate::weights::{Weights, WeightsError};

mod file;
pub mod view;

use view::{MAP_SIDE, MAPS, STATISTICS, View};

/// Numbers of a hidden layer.
pub(crate) const HIDDEN: usize = 96;
/// Channels of the convolutions.
const CHANNELS: [usize; 4] = [24, 24, 48, 48];
/// Shares of the stretch, then stops of each channel and of all, the curve's steps, chroma.
const OUTPUTS: usize = 6 + 3 + 1 + KNOTS + 3;

/// Fully connected layer.
struct Layer {
    weight: Tensor,
    bias: Tensor,
}

impl Layer {
    fn new(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<Self> {
        Ok(Self {
            weight: vb.get((outputs, inputs), "weight")?,
            bias: vb.get(outputs, "bias")?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.weight.t()?)?.broadcast_add(&self.bias)
    }
}

/// Network.
pub struct Net {
    mean: Tensor,
    deviation: Tensor,
    statistics: Layer,
    convs: Vec<Conv>,
    both: Layer,
    whole: Layer,
    beside: Layer,
    nodes: Conv,
    errors: Layer,
    error: Layer,
}

/// Views of some pictures, together.
pub struct Batch {
    /// Pictures x [`STATISTICS`].
    pub statistics: Tensor,
    /// Pictures x 6 x 32 x 32.
    pub maps: Tensor,
    /// Darkest light of each channel, pictures x 3.
    pub low: Tensor,
    /// Brightest light of each channel, pictures x 3.
    pub high: Tensor,
}

/// The numbers of a finish for each picture.
pub struct Answer {
    /// Pictures x 3.
    pub veil: Tensor,
    /// Pictures x nodes x 3, row by row.
    pub stops: Tensor,
    /// Steps of the curve, pictures x 16.
    pub rises: Tensor,
    /// Pictures x 3.
    pub chroma: Tensor,
    /// Logarithms of the expected errors, under the finish and as it came: pictures x 2.
    pub errors: Tensor,
}

impl Batch {
    /// Stacks views.
    pub fn new(views: &[View]) -> Result<Self> {
        let stack = |of: &dyn Fn(&View) -> &[f32], shape: &[usize]| {
            let values: Vec<f32> = views.iter().flat_map(|v| of(v).iter().copied()).collect();
            Tensor::from_vec(values, [&[views.len()], shape].concat(), &Device::Cpu)
        };
        Ok(Self {
            statistics: stack(&|v| &v.statistics, &[STATISTICS])?,
            maps: stack(&|v| &v.maps, &[MAPS, MAP_SIDE, MAP_SIDE])?,
            low: stack(&|v| &v.low, &[3])?,
            high: stack(&|v| &v.high, &[3])?,
        })
    }
}

impl Net {
    /// Takes its weights from `vb`.
    pub fn new(vb: &VarBuilder) -> Result<Self> {
        let conv = |i: usize, inputs: usize, geometry| {
            let vb = vb.pp(format!("conv{i}"));
            Conv::new((inputs, CHANNELS[i]), 3, geometry, Activation::Relu, &vb)
        };
        let [.., last] = CHANNELS;
        Ok(Self {
            mean: vb.get(STATISTICS, "mean")?,
            deviation: vb.get(STATISTICS, "deviation")?,
            statistics: Layer::new(STATISTICS, HIDDEN, &vb.pp("statistics"))?,
            convs: vec![
                conv(0, MAPS, Geometry::HALF)?,
                conv(1, CHANNELS[0], Geometry::same(1))?,
                conv(2, CHANNELS[1], Geometry::HALF)?,
                conv(3, CHANNELS[2], Geometry::HALF)?,
            ],
            both: Layer::new(HIDDEN + last, HIDDEN, &vb.pp("both"))?,
            whole: Layer::new(HIDDEN, OUTPUTS, &vb.pp("out_whole"))?,
            beside: Layer::new(HIDDEN, last, &vb.pp("beside"))?,
            nodes: Conv::new(
                (last, 3),
                1,
                Geometry::POINT,
                Activation::Linear,
                &vb.pp("out_nodes"),
            )?,
            errors: Layer::new(HIDDEN, 32, &vb.pp("errors"))?,
            error: Layer::new(32, 2, &vb.pp("out_error"))?,
        })
    }

    /// Finishes for a batch. `drop`: a factor on each hidden number, pictures x 96; `None`: one.
    pub fn forward(&self, batch: &Batch, drop: Option<&Tensor>) -> Result<Answer> {
        let x = (batch.statistics)
            .broadcast_sub(&self.mean)?
            .broadcast_div(&self.deviation)?
            .clamp(-5.0, 5.0)?;
        let mut local = batch.maps.clone();
        for conv in &self.convs {
            local = conv.forward(&local)?;
        }
        let seen = self.statistics.forward(&x)?.silu()?;
        let all = Tensor::cat(&[seen, local.mean(3)?.mean(2)?], 1)?;
        let mut hidden = self.both.forward(&all)?.silu()?;
        if let Some(drop) = drop {
            hidden = (hidden * drop)?;
        }
        let whole = self.whole.forward(&hidden)?;
        let beside = self.beside.forward(&hidden)?.unsqueeze(2)?.unsqueeze(3)?;
        let nodes = self.nodes.forward(&local.broadcast_add(&beside)?.silu()?)?;
        // The errors are foretold from what the finish is made of, and do not shape it.
        let errors = self.errors.forward(&hidden.detach())?.silu()?;
        answer(batch, &whole, &nodes, self.error.forward(&errors)?)
    }
}

/// The network's numbers as those of a finish: veil and exposure as shares of the stretch.
fn answer(batch: &Batch, whole: &Tensor, nodes: &Tensor, errors: Tensor) -> Result<Answer> {
    let part = |from, count| whole.narrow(1, from, count);
    // Most of the stretch, until something else is learned.
    let share = |from| sigmoid(&(part(from, 3)? + 2.0)?);
    let veil = (&batch.low * share(3)?)?;
    let room = (&batch.high - &veil)?.clamp(0.01, 1.0)?;
    let stretch = (room.log()? * (share(0)? * (-1.0 / std::f64::consts::LN_2))?)?;
    let stops = (stretch + part(6, 3)?)?.broadcast_add(&part(9, 1)?)?;
    let nodes = nodes.flatten_from(2)?.transpose(1, 2)?;
    Ok(Answer {
        stops: nodes.broadcast_add(&stops.unsqueeze(1)?)?,
        veil,
        rises: (part(10, KNOTS)?.clamp(-1.5, 1.5)?.exp()? / KNOTS as f64)?,
        chroma: part(10 + KNOTS, 3)?.clamp(-0.33, 0.33)?.exp()?,
        errors,
    })
}

impl Answer {
    /// The proposal for the picture at a place of the batch.
    pub fn proposal(&self, at: usize) -> Result<Proposal> {
        let row = |of: &Tensor| of.get(at)?.flatten_all()?.to_vec1::<f32>();
        let [veil, stops, rises, chroma, errors] = [
            row(&self.veil)?,
            row(&self.stops)?,
            row(&self.rises)?,
            row(&self.chroma)?,
            row(&self.errors)?,
        ];
        let mut luma = 0.0;
        let finish = Finish {
            veil: [veil[0], veil[1], veil[2]],
            stops: std::array::from_fn(|i| [stops[3 * i], stops[3 * i + 1], stops[3 * i + 2]]),
            curve: std::array::from_fn(|i| {
                luma += rises[i];
                luma
            }),
            chroma: [chroma[0], chroma[1], chroma[2]],
            share: 1.0,
        };
        Ok(Proposal {
            finish: finish.bounded(),
            off_after: errors[0].exp(),
            off_before: errors[1].exp(),
        })
    }
}

const _: () = assert!(FIELD == 4, "three convolutions halve 32 to 4");

/// The network with its weights, as a model of finishes.
pub struct FinishNet {
    net: Net,
    name: String,
}

impl FinishNet {
    /// The weights that are part of the program.
    pub const SHIPPED: &[u8] = include_bytes!("../../shipped/finish.safetensors");

    /// Network with the weights that are part of the program: the house look.
    pub fn shipped() -> std::result::Result<Self, WeightsError> {
        let net = Weights::embedded(Self::SHIPPED)?.build(|vb| Net::new(&vb))?;
        Ok(Self::new(net, "house look"))
    }

    /// Network from the bytes of a file that `train finish` wrote.
    pub fn from_bytes(bytes: &[u8], name: &str) -> std::result::Result<Self, NotALook> {
        Ok(Self::new(file::net(bytes)?, name))
    }

    /// Wraps a network.
    pub fn new(net: Net, name: &str) -> Self {
        Self {
            net,
            name: name.to_owned(),
        }
    }

    /// The proposal for a small copy: the mean of what it proposes for the copy and for its mirror image, so
    /// that a mirrored room gets the mirrored finish.
    pub fn proposal(&self, small: &Pixels, place: Place) -> Result<Proposal> {
        let answer = self
            .net
            .forward(&Batch::new(&View::both_ways(small, place))?, None)?;
        let (one, other) = (answer.proposal(0)?, answer.proposal(1)?);
        Ok(Proposal {
            finish: one.finish.mean(&other.finish.mirrored()),
            off_before: (one.off_before + other.off_before) / 2.0,
            off_after: (one.off_after + other.off_after) / 2.0,
        })
    }
}

impl FinishModel for FinishNet {
    fn propose(
        &self,
        small: &Pixels,
        place: Place,
    ) -> std::result::Result<Proposal, AnalysisError> {
        self.proposal(small, place)
            .map_err(|error| AnalysisError(error.to_string()))
    }

    fn name(&self) -> &str {
        &self.name
    }
}
