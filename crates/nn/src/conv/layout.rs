//! In which order the weights of convolutions lie. Tensor cores want the channels of each tap side by
//! side; a weight that lies otherwise is brought into that order at every call.

use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};

/// The same numbers in the order that whoever convolves with them reads; other tensors as they are.
/// Not for networks that are taught: candle wants theirs in planes.
pub fn laid_out(tensor: Tensor) -> Result<Tensor> {
    #[cfg(feature = "cudnn")]
    if super::tensor_cores::fit(&[&tensor]) && matches!(tensor.dims(), [_, _, rows, _] if *rows > 1)
    {
        let last = tensor.permute((0, 2, 3, 1))?.contiguous()?;
        return last.permute((0, 3, 1, 2));
    }
    Ok(tensor)
}

/// Gives everything laid out.
pub fn laying_out(vb: VarBuilder<'static>) -> VarBuilder<'static> {
    let (dtype, device) = (vb.dtype(), vb.device().clone());
    VarBuilder::from_backend(Box::new(LaidOut(vb)), dtype, device)
}

struct LaidOut(VarBuilder<'static>);

impl SimpleBackend for LaidOut {
    fn get(&self, s: Shape, name: &str, init: Init, dtype: DType, _: &Device) -> Result<Tensor> {
        laid_out(self.0.get_with_hints_dtype(s, name, init, dtype)?)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, _: &Device) -> Result<Tensor> {
        laid_out(self.0.get_unchecked_dtype(name, dtype)?)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.0.contains_tensor(name)
    }
}
