//! Random parameters, for benchmarks: their values do not change the time.

use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};

/// Count of random numbers; larger tensors repeat them.
const BLOCK: usize = 1 << 22;
/// Small enough that no half-precision sum overflows.
const DEVIATION: f32 = 0.02;

struct Random(Tensor);

/// Builder of tensors of any name and shape: norms that change nothing, biases of zero, and random
/// weights.
pub(super) fn parameters(dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
    let block = Tensor::randn(0.0_f32, DEVIATION, BLOCK, device)?.to_dtype(dtype)?;
    let random = Box::new(Random(block));
    Ok(VarBuilder::from_backend(random, dtype, device.clone()))
}

impl SimpleBackend for Random {
    fn get(&self, s: Shape, name: &str, _: Init, dtype: DType, dev: &Device) -> Result<Tensor> {
        if s.rank() == 1 && name.contains("norm") && name.ends_with("weight") {
            return Tensor::ones(s, dtype, dev);
        }
        if s.rank() == 1 {
            return Tensor::zeros(s, dtype, dev);
        }
        let (whole, rest) = (s.elem_count() / BLOCK, s.elem_count() % BLOCK);
        let mut parts = vec![self.0.clone(); whole];
        parts.push(self.0.narrow(0, 0, rest)?);
        // One part alone would be the block itself and no memory, a copy of it a whole block.
        let tensor = match parts.as_slice() {
            [one] => one.affine(1.0, 0.0)?,
            parts => Tensor::cat(parts, 0)?,
        };
        tensor.reshape(s)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        candle_core::bail!("{name} was asked for without a shape")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}
