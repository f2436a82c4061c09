//! Segmentation of the sky by U2NETP.

use std::path::Path;

use candle_core::{Result, Tensor};
use candle_nn::ops::sigmoid;
use plumbline_enhance::{Mask, Pixels};

use crate::nets::u2net::U2Net;
use crate::preprocessing::{self, IMAGENET, Kernel};
use crate::weights::{Weights, WeightsError};

/// The size it was trained at.
pub const SIDE: u32 = 384;

/// U2NETP, trained for sky.
pub struct SkyNet(U2Net);

/// U2NETP's parameters as they were published, in the half precision they were published in.
pub(crate) const SHIPPED: &[u8] = include_bytes!("../shipped/sky-u2netp.safetensors");

impl SkyNet {
    /// Network with the weights that are part of the program.
    pub fn shipped() -> std::result::Result<Self, WeightsError> {
        let net = Weights::embedded(SHIPPED)?.build(|vb| U2Net::new(&vb))?;
        Ok(Self(net))
    }

    /// Network with the weights of a file.
    pub fn open(path: &Path) -> std::result::Result<Self, WeightsError> {
        let net = Weights::map(path)?.build(|vb| U2Net::new(&vb))?;
        Ok(Self(net))
    }

    /// Probability of sky of every pixel. The picture is squashed to the size of the training, and the
    /// mask stretched back to the picture's shape.
    pub fn mask(&self, pixels: &Pixels) -> Result<Mask> {
        let likely = self.likely(pixels, SIDE, SIDE)?;
        let (width, height) = stretched(pixels.width(), pixels.height());
        let likely = likely.upsample_bilinear2d(height as usize, width as usize, false)?;
        let values: Vec<f32> = likely.flatten_all()?.to_vec1()?;
        let values = values.iter().map(|v| (v * 255.0).round() as u8).collect();
        Ok(Mask::new(width, height, values).expect("it was stretched to that size"))
    }

    /// Probabilities of sky, 1 x 1 x height x width, of a copy of that size.
    pub fn likely(&self, pixels: &Pixels, width: u32, height: u32) -> Result<Tensor> {
        let copy = preprocessing::resized(pixels, width, height, Kernel::Bilinear);
        sigmoid(
            &self
                .0
                .forward(&preprocessing::to_tensor(&copy, IMAGENET)?)?
                .fused,
        )
    }
}

/// Size in the picture's shape whose shorter side is the network's: no detail of the mask is lost.
fn stretched(width: u32, height: u32) -> (u32, u32) {
    let short = u64::from(width.min(height));
    let side = |v: u32| {
        let v = (u64::from(v) * u64::from(SIDE) + short / 2) / short;
        // A panorama's mask need not be a panorama: what looks at it stretches it once more.
        u32::try_from(v).unwrap_or(u32::MAX).min(8 * SIDE)
    };
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_has_the_pictures_shape_and_a_bounded_size() {
        assert_eq!(stretched(1500, 1000), (576, 384));
        assert_eq!(stretched(1000, 1500), (384, 576));
        assert_eq!(stretched(64, 64), (384, 384));
        assert_eq!(stretched(30_000, 50), (3072, 384));
    }
}
