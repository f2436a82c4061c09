//! Loss of the finish network, and distances that people read.

use candle_core::{Device, Result, Tensor};
use plumbline_enhance::Pixels;

use crate::nets::finish::view::square;
use crate::nets::finish::{Answer, FinishNet};
use crate::train::finish::examples::{Pair, Square};
use crate::train::finish::render::{Samples, lab};

/// A copy counts less the farther it is from finished: half as much at this difference.
const HALF_AS_MUCH: f64 = 20.0;

/// Difference to the finished photos, weighted; light beyond white; steps between neighbouring nodes; and
/// the errors that were foretold. Also the mean difference, for people.
pub(super) fn loss(samples: &Samples, answer: &Answer) -> Result<(Tensor, f32)> {
    let finished = samples.finished(answer)?;
    let wanted = lab(&samples.wanted)?;
    let off = |rgb: &Tensor| -> Result<Tensor> {
        let square = (lab(rgb)? - &wanted)?.sqr()?.sum(2)?;
        (square + 0.1)?.sqrt()?.mean(1)
    };
    let (after, before) = (off(&finished)?, off(&samples.encoded)?);
    let weight = (((&before / HALF_AS_MUCH)? + 1.0)?.recip()? * 1.6)?;
    let beyond = (&finished - 1.0)?.relu()?.mean_all()?;
    let nodes = answer.stops.reshape((after.dim(0)?, 4, 4, 3))?;
    let across = (nodes.narrow(2, 1, 3)? - nodes.narrow(2, 0, 3)?)?.sqr()?;
    let down = (nodes.narrow(1, 1, 3)? - nodes.narrow(1, 0, 3)?)?.sqr()?;
    let truth = Tensor::stack(&[&after.detach(), &before], 1)?.log()?;
    let foretold = (&answer.errors - truth)?.abs()?.mean_all()?;
    let mean = after.mean_all()?.to_scalar::<f32>()?;
    let loss = (weight * after)?.mean_all()?;
    let rough = (across.mean_all()? + down.mean_all()?)?;
    Ok(((((loss + beyond * 20.0)? + rough * 2.0)? + foretold)?, mean))
}

/// Mean differences (CIE76) of photos to their edited ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distances {
    /// Copies as they came.
    pub copies: f32,
    /// Under the whole finish.
    pub finished: f32,
}

/// The distances of pairs.
pub fn distances(net: &FinishNet, pairs: &[Pair]) -> Result<Distances> {
    let whole = |picture: &Pixels| square(picture, [0.0, 0.0, 1.0, 1.0]);
    let (mut copies, mut finished) = (0.0, 0.0);
    for pair in pairs {
        let proposal = net.proposal(&pair.before, pair.place)?;
        let now = plumbline_enhance::finished(&pair.before, &proposal.finish);
        let wanted = whole(&pair.after);
        copies += difference(&whole(&pair.before), &wanted)?;
        finished += difference(&whole(&now), &wanted)?;
    }
    let count = pairs.len().max(1) as f32;
    Ok(Distances {
        copies: copies / count,
        finished: finished / count,
    })
}

/// Mean difference (CIE76) of two pictures of encoded colours.
pub fn difference(one: &Square, other: &Square) -> Result<f32> {
    let tensor = |square: &Square| {
        let values = square.as_flattened().to_vec();
        Tensor::from_vec(values, (1, square.len(), 3), &Device::Cpu)
    };
    let square = (lab(&tensor(one)?)? - lab(&tensor(other)?)?)?
        .sqr()?
        .sum(2)?;
    square.sqrt()?.mean_all()?.to_scalar()
}
