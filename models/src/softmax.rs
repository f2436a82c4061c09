//! Softmax over the last dimension, fast: Candle's calls a scalar exponential for every value, of
//! which attention over a picture has hundreds of millions.

use candle_core::{CpuStorage, CustomOp1, D, DType, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use crate::lanes::share;

/// Shares that add up to one, the larger the value the more. `f32` on the CPU; Candle's own
/// elsewhere, and where gradients are wanted.
pub(crate) fn softmax(x: &Tensor) -> Result<Tensor> {
    if x.track_op() {
        return candle_nn::ops::softmax(x, D::Minus1);
    }
    if x.device().is_cpu() && x.dtype() == DType::F32 {
        return x.contiguous()?.apply_op1_no_bwd(&Softmax);
    }
    candle_nn::ops::softmax_last_dim(x)
}

struct Softmax;

impl CustomOp1 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (from, to) = layout.contiguous_offsets().expect("made contiguous above");
        let mut shares = storage.as_slice::<f32>()?[from..to].to_vec();
        let length = layout.dims().last().copied().unwrap_or(1).max(1);
        shares.par_chunks_mut(length).for_each(share);
        Ok((CpuStorage::F32(shares), layout.shape().clone()))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn shares_are_candles() {
        let x = Tensor::randn(0.0_f32, 6.0, (3, 5, 1000), &Device::Cpu).unwrap();
        let x = x.transpose(0, 1).unwrap();
        let wanted = candle_nn::ops::softmax(&x, D::Minus1).unwrap();
        let off = (softmax(&x).unwrap() - wanted).unwrap().abs().unwrap();
        let worst = off.max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(worst < 1e-6, "{worst}");
    }
}
