//! Refinement of a sky's mask by SAM 2.1, which is prompted with what a first network is sure of. The
//! first network's mask (the prior) stays wherever the two disagree about what the sky is, for then
//! neither can be trusted.

mod distance;
mod prompt;

use candle_core::{IndexOp, Result, Tensor};
use candle_nn::ops;
use plumbline_enhance::{Mask, Pixels};

use crate::nets::sam2::{self, MASKS, MaskPrediction, Sam2};

use prompt::{HALF, Plane, SkyPrompt};

/// Pixels of the network's input along a side of a mask's cell.
const FINER: usize = 4;

/// Least agreement with the prior (intersection over union): a mask with less is of something else, for
/// instance of one cloud, or of sky and facade. Not measured on photos yet: U2NETP's own masks
/// share 0.92 with hand-drawn ones on facades, the worst of them 0.66.
const AGREE: f32 = 0.8;

/// Refined mask, or the prior.
#[derive(Debug, Clone, PartialEq)]
pub struct Refined {
    /// Share of sky of every pixel, of the prior's size.
    pub mask: Mask,
    /// Outcome.
    pub outcome: Outcome,
}

/// Outcome of a refinement. In all cases but the first the mask is the prior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// SAM's mask was taken.
    Accepted {
        /// Intersection over union with the prior.
        agreement: f32,
        /// IoU with the sky that SAM predicts.
        iou: f32,
    },
    /// The prior is nowhere sure of sky: SAM was not run.
    NoConfidentSky,
    /// SAM finds no object there.
    NoObject,
    /// SAM's best mask is of something else.
    Disagreed {
        /// Intersection over union with the prior.
        agreement: f32,
    },
}

/// Refinement of skies.
pub struct RefineSky {
    net: Sam2,
}

impl RefineSky {
    /// Refinement by a network of any size.
    pub fn new(net: Sam2) -> Self {
        Self { net }
    }

    /// Refines the sky of a picture. `prior` is the probability of sky of every pixel, of any size with
    /// the picture's shape.
    pub fn refine(&self, picture: &Pixels, prior: &Mask) -> Result<Refined> {
        let kept = |outcome| Refined {
            mask: prior.clone(),
            outcome,
        };
        let plane = Plane::squeezed(prior, self.net.side() / FINER);
        let Some(sky_prompt) = SkyPrompt::of(&plane) else {
            return Ok(kept(Outcome::NoConfidentSky));
        };
        let picture = self.net.encode(&sam2::input(picture, self.net.side())?)?;
        let prediction = self.net.decode(&picture, &sky_prompt.prompt(FINER)?)?;
        if prediction.object <= 0.0 {
            return Ok(kept(Outcome::NoObject));
        }
        let (best, agreement) = choose(&prediction.iou, agreements(&prediction, &plane)?);
        if agreement < AGREE {
            return Ok(kept(Outcome::Disagreed { agreement }));
        }
        Ok(Refined {
            mask: to_mask(&prediction.masks.narrow(1, best, 1)?, prior)?,
            outcome: Outcome::Accepted {
                agreement,
                iou: prediction.iou[best],
            },
        })
    }
}

/// Agreement of every mask with the prior.
fn agreements(prediction: &MaskPrediction, prior: &Plane) -> Result<[f32; MASKS]> {
    let mut shared = [0.0; MASKS];
    for (i, shared) in shared.iter_mut().enumerate() {
        let logits = prediction
            .masks
            .i((0, i))?
            .flatten_all()?
            .to_vec1::<f32>()?;
        *shared = agreement(&logits, &prior.values);
    }
    Ok(shared)
}

/// Intersection over union of a mask (logits) and a prior (probabilities). Two empty ones agree.
fn agreement(logits: &[f32], prior: &[f32]) -> f32 {
    let pairs = || {
        logits
            .iter()
            .zip(prior)
            .map(|(&l, &p)| (l > 0.0, p >= HALF))
    };
    let either = pairs().filter(|&(a, b)| a || b).count();
    let both = pairs().filter(|&(a, b)| a && b).count();
    if either == 0 {
        return 1.0;
    }
    both as f32 / either as f32
}

/// Index of the mask with the greatest product of predicted IoU and agreement, and its agreement.
fn choose(iou: &[f32; MASKS], agreements: [f32; MASKS]) -> (usize, f32) {
    let score = |i: usize| iou[i] * agreements[i];
    let better = |a: usize, b: usize| if score(b) > score(a) { b } else { a };
    let best = (1..MASKS).fold(0, better);
    (best, agreements[best])
}

/// Mask of the prior's size from logits, 1 x 1 x cells x cells.
fn to_mask(logits: &Tensor, prior: &Mask) -> Result<Mask> {
    let (width, height) = (prior.width() as usize, prior.height() as usize);
    let sure = ops::sigmoid(&sam2::resized(logits, width, height)?)?;
    let values = sure.flatten_all()?.to_vec1::<f32>()?;
    let values = values.iter().map(|v| (v * 255.0).round() as u8).collect();
    Ok(Mask::new(prior.width(), prior.height(), values).expect("resized to that size"))
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Shape as Dims};
    use candle_nn::var_builder::SimpleBackend;
    use candle_nn::{Init, VarBuilder};

    use crate::nets::sam2::Shape;

    use super::*;

    const SMALL: Shape = Shape {
        side: 256,
        width: 8,
        heads: 1,
        stages: [1, 1, 1, 1],
        global: &[],
        windows: [8, 4, 14, 7],
        background: 7,
        model: 32,
    };

    fn prior(sky_rows: u32) -> Mask {
        let value = |row: u32| if row < sky_rows { 255 } else { 0 };
        let values = (0..48).flat_map(|row| [value(row); 64]).collect();
        Mask::new(64, 48, values).unwrap()
    }

    /// Network with all weights zero: it finds nothing.
    fn silent() -> RefineSky {
        let vb = VarBuilder::zeros(DType::F32, &Device::Cpu);
        RefineSky::new(Sam2::new(&SMALL, &vb).unwrap())
    }

    /// Zeros but for some tensors, which are all ones.
    struct Ones(&'static [&'static str]);

    impl SimpleBackend for Ones {
        fn get(&self, s: Dims, name: &str, _: Init, t: DType, d: &Device) -> Result<Tensor> {
            let ones = self.0.iter().any(|end| name.ends_with(end));
            Tensor::full(if ones { 1.0_f32 } else { 0.0 }, s, d)?.to_dtype(t)
        }

        fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
            candle_core::bail!("{name} has no shape")
        }

        fn contains_tensor(&self, _: &str) -> bool {
            true
        }
    }

    /// Network that takes every pixel for its object.
    fn eager() -> RefineSky {
        let ones = &[
            "conv_s0.bias",
            "output_hypernetworks_mlps.2.layers.2.bias",
            "pred_obj_score_head.layers.2.bias",
        ];
        let vb = VarBuilder::from_backend(Box::new(Ones(ones)), DType::F32, Device::Cpu);
        RefineSky::new(Sam2::new(&SMALL, &vb).unwrap())
    }

    fn grey() -> Pixels {
        Pixels::from_eight(64, 48, vec![128; 64 * 48 * 3]).unwrap()
    }

    #[test]
    fn a_prior_without_sky_stays_and_sam_is_not_run() {
        let refined = silent().refine(&grey(), &prior(0)).unwrap();
        assert_eq!(refined.mask, prior(0));
        assert_eq!(refined.outcome, Outcome::NoConfidentSky);
    }

    #[test]
    fn a_prior_stays_where_sam_sees_nothing() {
        let refined = silent().refine(&grey(), &prior(20)).unwrap();
        assert_eq!(refined.mask, prior(20));
        assert_eq!(refined.outcome, Outcome::NoObject);
    }

    #[test]
    fn a_mask_of_something_else_is_not_accepted() {
        let refined = eager().refine(&grey(), &prior(20)).unwrap();
        assert_eq!(refined.mask, prior(20));
        let Outcome::Disagreed { agreement } = refined.outcome else {
            panic!("{:?}", refined.outcome);
        };
        assert!((agreement - 20.0 / 48.0).abs() < 0.02, "{agreement}");
    }

    #[test]
    fn a_mask_that_agrees_is_accepted() {
        let refined = eager().refine(&grey(), &prior(44)).unwrap();
        assert!(matches!(
            refined.outcome,
            Outcome::Accepted { iou: 0.5, .. }
        ));
        assert_eq!((refined.mask.width(), refined.mask.height()), (64, 48));
        assert!(refined.mask.values().iter().all(|&v| v > 128));
    }

    #[test]
    fn agreement_is_intersection_over_union() {
        let prior = [1.0, 1.0, 0.0, 0.0];
        assert_eq!(agreement(&[1.0, -1.0, 1.0, -1.0], &prior), 1.0 / 3.0);
        assert_eq!(agreement(&[9.0, 0.1, -0.1, -9.0], &prior), 1.0);
        assert_eq!(agreement(&[-1.0; 4], &[0.0; 4]), 1.0);
    }

    #[test]
    fn a_confident_mask_of_something_else_is_not_chosen() {
        let chosen = choose(&[0.5, 0.99, 0.8, 0.9], [0.9, 0.2, 0.9, 0.7]);
        assert_eq!(chosen, (2, 0.9));
    }

    #[test]
    fn a_drawn_mask_has_the_priors_size() {
        let logits = Tensor::full(20.0_f32, (1, 1, 64, 64), &Device::Cpu).unwrap();
        let mask = to_mask(&logits, &prior(10)).unwrap();
        assert_eq!((mask.width(), mask.height()), (64, 48));
        assert!(mask.values().iter().all(|&v| v == 255));
    }
}
