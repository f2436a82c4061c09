//! Candle's own convolution, in strips of rows where it would lay out a matrix of patches that is
//! larger than memory allows: nine times the picture, 4.8 GB for the last layers of SDXL's decoder
//! at 1024 pixels. Every sum stays the same sum. On a card kernels of one pixel are matrix products.

use candle_core::conv::CudnnFwdAlgo;
use candle_core::{Result, Tensor, bail};

use crate::bias;
use crate::conv::{Activation, Geometry};

/// Largest matrix of patches, in bytes.
const PATCHES: usize = 1 << 28;

pub(super) fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    geometry: Geometry,
    activation: Activation,
) -> Result<Tensor> {
    if bias.dims1()? != weight.dim(0)? {
        bail!("a convolution by {weight:?} does not take {bias:?}");
    }
    let sum = match strip(x, weight, geometry)? {
        _ if x.device().is_cuda() && is_point(weight, geometry)? => point(x, weight)?,
        Some(rows) if !x.track_op() => in_strips(x, weight, geometry, rows)?,
        _ => whole(x, weight, geometry)?,
    };
    let sum = bias::add(&sum, bias, sum.dim(2)? * sum.dim(3)?)?;
    match activation {
        Activation::Linear => Ok(sum),
        Activation::Relu => sum.relu(),
    }
}

fn is_point(weight: &Tensor, geometry: Geometry) -> Result<bool> {
    Ok(geometry == Geometry::POINT && weight.dim(2)? == 1)
}

/// Convolution by a kernel of one pixel, as a matrix product.
fn point(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let (images, inputs, rows, columns) = x.dims4()?;
    let outputs = weight.dim(0)?;
    let weight = weight.reshape((1, outputs, inputs))?;
    let planes = x.contiguous()?.reshape((images, inputs, rows * columns))?;
    let sum = weight.broadcast_matmul(&planes)?;
    sum.reshape((images, outputs, rows, columns))
}

/// Rows of output at a time; `None`: all of them.
fn strip(x: &Tensor, weight: &Tensor, geometry: Geometry) -> Result<Option<usize>> {
    // cuDNN needs no such matrix.
    if cfg!(feature = "cudnn") && x.device().is_cuda() {
        return Ok(None);
    }
    let (images, inputs, _, columns) = x.dims4()?;
    let row = images * inputs * weight.dim(2)?.pow(2) * columns / geometry.stride
        * x.dtype().size_in_bytes();
    let rows = (PATCHES / row.max(1)).max(1);
    let (_, _, height, _) = x.dims4()?;
    Ok((rows * geometry.stride < height).then_some(rows))
}

fn whole(x: &Tensor, weight: &Tensor, geometry: Geometry) -> Result<Tensor> {
    let Geometry {
        stride,
        padding,
        dilation,
    } = geometry;
    // The algorithm that cuDNN picks by itself may want gigabytes of workspace, which candle fills
    // with zeros at every call.
    let algorithm = Some(CudnnFwdAlgo::ImplicitPrecompGemm);
    x.conv2d_with_algo(weight, padding, stride, dilation, 1, algorithm)
}

/// Convolves strip by strip, each with the rows around it that the kernel reaches.
fn in_strips(x: &Tensor, weight: &Tensor, geometry: Geometry, rows: usize) -> Result<Tensor> {
    let Geometry {
        stride,
        padding,
        dilation,
    } = geometry;
    let padded = x.pad_with_zeros(2, padding, padding)?;
    let padded = padded.pad_with_zeros(3, padding, padding)?;
    let reach = (weight.dim(2)? - 1) * dilation + 1;
    let outputs = (padded.dim(2)? - reach) / stride + 1;
    let strips = (0..outputs).step_by(rows).map(|from| {
        let count = rows.min(outputs - from);
        let part = padded.narrow(2, from * stride, (count - 1) * stride + reach)?;
        part.contiguous()?.conv2d(weight, 0, stride, dilation, 1)
    });
    Tensor::cat(&strips.collect::<Result<Vec<_>>>()?, 2)
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    #[test]
    fn strips_are_the_whole() {
        let random = |shape: &[usize]| Tensor::randn(0.0_f32, 1.0, shape, &Device::Cpu).unwrap();
        for (geometry, kernel) in [
            (Geometry::same(1), 3),
            (Geometry::same(2), 3),
            (Geometry::HALF, 3),
            (Geometry::POINT, 1),
        ] {
            let (x, weight) = (random(&[2, 5, 23, 14]), random(&[7, 5, kernel, kernel]));
            let wanted = whole(&x, &weight, geometry).unwrap();
            for rows in [1, 4, 22] {
                let found = in_strips(&x, &weight, geometry, rows).unwrap();
                assert_eq!(found.dims(), wanted.dims());
                let off = (found - &wanted).unwrap().abs().unwrap().max_all().unwrap();
                let off = off.to_scalar::<f32>().unwrap();
                assert!(off < 1e-5, "{geometry:?}, {rows} rows: {off}");
            }
        }
    }

    #[test]
    fn a_kernel_of_one_pixel_is_a_matrix_product() {
        let random = |shape: &[usize]| Tensor::randn(0.0_f32, 1.0, shape, &Device::Cpu).unwrap();
        let (x, weight) = (random(&[3, 5, 6, 4]), random(&[7, 5, 1, 1]));
        assert!(is_point(&weight, Geometry::POINT).unwrap());
        assert!(!is_point(&weight, Geometry::HALF).unwrap());
        assert!(!is_point(&random(&[7, 5, 3, 3]), Geometry::POINT).unwrap());
        let wanted = whole(&x, &weight, Geometry::POINT).unwrap();
        let off = (point(&x, &weight).unwrap() - wanted).unwrap();
        let off = off.abs().unwrap().max_all().unwrap();
        assert!(off.to_scalar::<f32>().unwrap() < 1e-5);
    }

    #[test]
    fn only_what_is_too_large_is_cut() {
        let x = |height: usize| {
            let one = Tensor::zeros((), DType::F16, &Device::Cpu).unwrap();
            one.broadcast_as((1, 128, height, 1024)).unwrap()
        };
        let weight = Tensor::zeros((128, 128, 3, 3), DType::F16, &Device::Cpu).unwrap();
        let rows = strip(&x(1024), &weight, Geometry::same(1)).unwrap();
        let rows = rows.unwrap();
        assert!(rows * 128 * 9 * 1024 * 2 <= PATCHES && rows > 100, "{rows}");
        assert_eq!(strip(&x(64), &weight, Geometry::same(1)).unwrap(), None);
    }
}
