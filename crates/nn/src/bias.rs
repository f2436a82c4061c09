//! Bias, added to all of a tensor at once.

use candle_core::{Result, Tensor};

/// Adds a number of `bias` to every `area` neighbours of `x`, over and over: 1 for a matrix' rows, the
/// pixels of a plane for a picture's channels.
pub fn add(x: &Tensor, bias: &Tensor, area: usize) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if crate::kernels::supported(&[x, bias]) {
        return crate::kernels::add_bias(x, bias, area);
    }
    let length = bias.elem_count();
    let rounds = x.elem_count() / (length * area).max(1);
    let sum = x.reshape((rounds, length, area))?;
    let sum = sum.broadcast_add(&bias.reshape((length, 1))?)?;
    sum.reshape(x.shape())
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn rows_channels_and_every_picture_s_own_channels_get_theirs() {
        let x = Tensor::zeros((2, 3, 2, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
        let numbers = |sum: Tensor| {
            assert_eq!(sum.dims(), [2, 3, 2, 2]);
            sum.flatten_all().unwrap().to_vec1::<f32>().unwrap()
        };
        let bias = |length: usize| Tensor::arange(0.0_f32, length as f32, &Device::Cpu).unwrap();
        let rows = numbers(add(&x, &bias(2), 1).unwrap());
        assert_eq!(rows[..4], [0.0, 1.0, 0.0, 1.0]);
        let channels = numbers(add(&x, &bias(3), 4).unwrap());
        assert_eq!((channels[3], channels[4], channels[12]), (0.0, 1.0, 0.0));
        let own = numbers(add(&x, &bias(6), 4).unwrap());
        assert_eq!((own[3], own[4], own[12]), (0.0, 1.0, 3.0));
    }
}
