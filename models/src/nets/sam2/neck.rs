//! The neck of SAM 2.1's image encoder: a feature pyramid (Lin et al. 2017) where only the coarsest
//! level is added to the one above it.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::Shape;
use super::layers::Pointwise;

/// Levels that the decoder looks at; the fourth only feeds the third.
const LEVELS: usize = 3;

/// The neck.
pub struct Neck {
    /// Finest first; their parameters count from the coarsest.
    convs: Vec<Pointwise>,
}

impl Neck {
    /// Builds it from the parameters under `image_encoder.neck`.
    pub fn new(shape: &Shape, vb: &VarBuilder) -> Result<Self> {
        let conv = |stage: usize| {
            let vb = vb.pp(format!("convs.{}.conv", LEVELS - stage));
            Pointwise::new(shape.width << stage, shape.model, &vb)
        };
        Ok(Self {
            convs: (0..=LEVELS).map(conv).collect::<Result<_>>()?,
        })
    }

    /// The trunk's four answers to three levels, finest first: each 1 x channels x height x width.
    pub fn forward(&self, stages: &[Tensor]) -> Result<Vec<Tensor>> {
        let lateral = |level: usize| {
            // 1 x channels x height x width, as a view
            let x = stages[level].permute((0, 3, 1, 2))?;
            self.convs[level].forward(&x)
        };
        let mut levels: Vec<Tensor> = (0..LEVELS).map(lateral).collect::<Result<_>>()?;
        let third = levels.pop().expect("there are three");
        let (_, _, height, width) = third.dims4()?;
        let coarsest = lateral(LEVELS)?.upsample_nearest2d(height, width)?;
        levels.push((third + coarsest)?);
        Ok(levels)
    }
}
