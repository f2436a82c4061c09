//! Memory format of the weights of convolutions (PyTorch's `channels_last`). Tensor cores want the
//! channels of each tap side by side; a weight in planes is brought into that order at every call.

use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};

/// Same numbers in the order that the convolution of their device reads; other tensors unchanged.
/// Not for networks that are trained: candle wants their weights in planes.
pub fn to_channels_last(tensor: Tensor) -> Result<Tensor> {
    #[cfg(feature = "cudnn")]
    if super::tensor_cores::supported(&[&tensor])
        && matches!(tensor.dims(), [_, _, rows, _] if *rows > 1)
    {
        let last = tensor.permute((0, 2, 3, 1))?.contiguous()?;
        return last.permute((0, 3, 1, 2));
    }
    Ok(tensor)
}

/// Builder whose tensors all pass through `to_channels_last`.
pub fn to_channels_last_builder(vb: VarBuilder<'static>) -> VarBuilder<'static> {
    let (dtype, device) = (vb.dtype(), vb.device().clone());
    VarBuilder::from_backend(Box::new(ChannelsLast(vb)), dtype, device)
}

struct ChannelsLast(VarBuilder<'static>);

impl SimpleBackend for ChannelsLast {
    fn get(&self, s: Shape, name: &str, init: Init, dtype: DType, _: &Device) -> Result<Tensor> {
        to_channels_last(self.0.get_with_hints_dtype(s, name, init, dtype)?)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, _: &Device) -> Result<Tensor> {
        to_channels_last(self.0.get_unchecked_dtype(name, dtype)?)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.0.contains_tensor(name)
    }
}
