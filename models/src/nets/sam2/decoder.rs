//! The mask decoder of SAM 2.1: four masks for a prompt (one for an unambiguous prompt, three for
//! an ambiguous one), the IoU of each, and whether there is an object at all.

use candle_core::{IndexOp, Result, Tensor};
use candle_nn::{VarBuilder, ops};
use plumbline_nn::gelu::gelu;

use super::Shape;
use super::layers::{Activation, ChannelNorm, ConvTranspose2x2, Mlp, Pointwise};
use super::prompt::EncodedPrompt;
use super::two_way::TwoWay;

/// The single mask and the three.
pub const MASKS: usize = 4;

/// Channels inside the head that predicts IoU, whatever the model's width.
const IOU_WIDTH: usize = 256;

/// The single mask counts as stable if as many of its pixels lie above `DELTA` as above −`DELTA`,
/// to this share (`dynamic_multimask_via_stability` in the original).
const STABLE: f32 = 0.98;
const DELTA: f32 = 0.05;

/// Encoded picture, as input of the decoder.
pub struct Encoded {
    /// 1 x channels / 8 x side / 4 x side / 4.
    pub quarter: Tensor,
    /// 1 x channels / 4 x side / 8 x side / 8.
    pub eighth: Tensor,
    /// 1 x channels x side / 16 x side / 16.
    pub sixteenth: Tensor,
}

/// Output of the decoder.
pub struct MaskPrediction {
    /// Logits, 1 x 4 x side / 4 x side / 4: first the single mask, then the three.
    pub masks: Tensor,
    /// Predicted IoU of each mask with the object, 0.0 to 1.0.
    pub iou: [f32; MASKS],
    /// Logit of "there is such an object".
    pub object: f32,
}

impl MaskPrediction {
    /// Index of the mask for an unambiguous prompt: the single one, or, where that is unstable, the best
    /// of the three.
    pub fn single(&self) -> Result<usize> {
        let logits = self.masks.i((0, 0))?.flatten_all()?.to_vec1::<f32>()?;
        if stability(&logits) >= STABLE {
            return Ok(0);
        }
        let better = |a: usize, b: usize| if self.iou[b] > self.iou[a] { b } else { a };
        Ok((2..MASKS).fold(1, better))
    }
}

/// Stability of a mask (logits) against its threshold, 0.0 to 1.0; an empty one is stable.
fn stability(logits: &[f32]) -> f32 {
    let above = |threshold: f32| logits.iter().filter(|&&v| v > threshold).count();
    match above(-DELTA) {
        0 => 1.0,
        most => above(DELTA) as f32 / most as f32,
    }
}

/// The mask decoder.
pub struct Decoder {
    /// 1 x 6 x channels: object, IoU and the four masks.
    tokens: Tensor,
    transformer: TwoWay,
    conv_s0: Pointwise,
    conv_s1: Pointwise,
    first: (ConvTranspose2x2, ChannelNorm),
    second: ConvTranspose2x2,
    hyper: Vec<Mlp>,
    iou: Mlp,
    object: Mlp,
}

impl Decoder {
    /// Builds it from the parameters under `sam_mask_decoder`.
    pub fn new(shape: &Shape, vb: &VarBuilder) -> Result<Self> {
        let n = shape.model;
        let tokens = |name: &str, count| vb.get((count, n), &format!("{name}.weight"));
        let tokens = [
            tokens("obj_score_token", 1)?,
            tokens("iou_token", 1)?,
            tokens("mask_tokens", MASKS)?,
        ];
        let mlp =
            |name: &str, widths: [usize; 4]| Mlp::new(&widths, Activation::Relu, &vb.pp(name));
        let hyper = |i| mlp(&format!("output_hypernetworks_mlps.{i}"), [n, n, n, n / 8]);
        let up = vb.pp("output_upscaling");
        Ok(Self {
            tokens: Tensor::cat(&tokens, 0)?.unsqueeze(0)?,
            transformer: TwoWay::new(n, &vb.pp("transformer"))?,
            conv_s0: Pointwise::new(n, n / 8, &vb.pp("conv_s0"))?,
            conv_s1: Pointwise::new(n, n / 4, &vb.pp("conv_s1"))?,
            first: (
                ConvTranspose2x2::new(n, n / 4, &up.pp(0))?,
                ChannelNorm::new(n / 4, up.pp(1))?,
            ),
            second: ConvTranspose2x2::new(n / 4, n / 8, &up.pp(3))?,
            hyper: (0..MASKS).map(hyper).collect::<Result<_>>()?,
            iou: mlp("iou_prediction_head", [n, IOU_WIDTH, IOU_WIDTH, MASKS])?,
            object: mlp("pred_obj_score_head", [n, n, n, 1])?,
        })
    }

    /// Reduces the neck's levels to its input, with `no_memory` (1 x channels x 1 x 1) in place of a
    /// video's memory.
    pub fn encode(&self, levels: &[Tensor], no_memory: &Tensor) -> Result<Encoded> {
        Ok(Encoded {
            quarter: self.conv_s0.forward(&levels[0])?,
            eighth: self.conv_s1.forward(&levels[1])?,
            sixteenth: levels[2].broadcast_add(no_memory)?,
        })
    }

    /// Predicts masks. `grid`: embedded positions of the picture's tokens, 1 x channels x side / 16 x side / 16.
    pub fn forward(
        &self,
        picture: &Encoded,
        grid: &Tensor,
        prompt: &EncodedPrompt,
    ) -> Result<MaskPrediction> {
        let (_, channels, height, width) = picture.sixteenth.dims4()?;
        let queries = Tensor::cat(&[&self.tokens, &prompt.sparse], 1)?;
        let state = (&picture.sixteenth + &prompt.dense)?;
        let state = self.transformer.forward(&state, grid, &queries)?;
        // 1 x (height * width) x channels to 1 x channels x height x width
        let fine = state.picture.transpose(1, 2)?.contiguous()?;
        let fine = self.upscale(picture, &fine.reshape((1, channels, height, width))?)?;
        let iou = ops::sigmoid(&self.iou.forward(&state.tokens.i((.., 1))?)?)?;
        let iou = iou.flatten_all()?.to_vec1::<f32>()?;
        let object = self.object.forward(&state.tokens.i((.., 0))?)?;
        Ok(MaskPrediction {
            masks: self.masks(&state.tokens, &fine)?,
            iou: iou.try_into().expect("a value for every mask"),
            object: object.flatten_all()?.to_vec1::<f32>()?[0],
        })
    }

    /// 1 x channels x side / 16 x side / 16 to 1 x channels / 8 x side / 4 x side / 4.
    fn upscale(&self, picture: &Encoded, x: &Tensor) -> Result<Tensor> {
        let (upsample, norm) = &self.first;
        let x = norm.forward(&(upsample.forward(x)? + &picture.eighth)?)?;
        let x = self.second.forward(&gelu(&x)?)?;
        gelu(&(x + &picture.quarter)?)
    }

    /// Every mask is a weighted sum of the fine channels; its token has the weights.
    fn masks(&self, tokens: &Tensor, fine: &Tensor) -> Result<Tensor> {
        let (_, channels, height, width) = fine.dims4()?;
        let weights = self.hyper.iter().enumerate();
        let weights = weights.map(|(i, mlp)| mlp.forward(&tokens.i((.., 2 + i))?));
        let weights = Tensor::cat(&weights.collect::<Result<Vec<_>>>()?, 0)?;
        let masks = weights.matmul(&fine.reshape((channels, height * width))?)?;
        masks.reshape((1, MASKS, height, width))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn prediction(single: [f32; 4], iou: [f32; MASKS]) -> MaskPrediction {
        let rest = [1.0; 12];
        let logits: Vec<f32> = single.into_iter().chain(rest).collect();
        MaskPrediction {
            masks: Tensor::from_vec(logits, (1, MASKS, 2, 2), &Device::Cpu).unwrap(),
            iou,
            object: 1.0,
        }
    }

    #[test]
    fn a_stable_single_mask_is_taken_whatever_its_iou() {
        let prediction = prediction([3.0, 2.0, -4.0, -1.0], [0.1, 0.9, 0.9, 0.9]);
        assert_eq!(prediction.single().unwrap(), 0);
    }

    #[test]
    fn for_an_unstable_single_mask_the_best_of_the_three_is() {
        let prediction = prediction([3.0, 0.01, -4.0, -1.0], [0.9, 0.2, 0.8, 0.3]);
        assert_eq!(prediction.single().unwrap(), 2);
    }

    #[test]
    fn an_empty_mask_is_stable() {
        assert_eq!(stability(&[-1.0; 4]), 1.0);
    }
}
