//! Convolutions in half precision by cuDNN on a card's tensor cores, with sums in single precision.
//! Candle's own call of cuDNN asks for sums in half precision where numbers are f16; on an H100 it
//! then takes no tensor core: an eighth to a twenty-fifth of the speed, and fifty times the error.
//!
//! Tensor cores want the channels of a pixel side by side; everything else here keeps them in
//! planes. So pictures are transposed before, and back after, where the bias is added.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use candle_core::cuda_backend::cudarc::cudnn::sys::{
    cudnnConvolutionFwdAlgo_t as Algorithm, cudnnConvolutionMode_t as Mode,
    cudnnMathType_t as Units, cudnnTensorFormat_t as Format,
};
use candle_core::cuda_backend::cudarc::cudnn::{ConvForward, Cudnn, CudnnDataType};
use candle_core::cuda_backend::cudarc::driver::{CudaSlice, CudaView, DeviceRepr};
use candle_core::cuda_backend::{CudaStorage, CudaStorageSlice as Slice, DeviceId};
use candle_core::{
    CpuStorage, CudaDevice, CustomOp3, DType, Error, Layout, Result, Shape, Tensor, WithDType, bail,
};

use crate::conv::sizes::Sizes;
use crate::conv::{Activation, Geometry};
use crate::kernels::{self, Added, Matrices, transpose};

/// True if tensor cores can take all of these.
pub(super) fn supported(tensors: &[&Tensor]) -> bool {
    kernels::supported(tensors) && tensors.iter().all(|x| x.dtype() != DType::F32)
}

/// True if cuDNN has no such kernel for this card, as against a call that went wrong.
pub(super) fn is_unsupported(error: &Error) -> bool {
    // candle turns cuDNN's errors into text.
    format!("{error:?}").contains("NOT_SUPPORTED")
}

/// Convolves; a weight in planes is copied into channels-last order first (`channels_last`).
pub(super) fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    geometry: Geometry,
    activation: Activation,
) -> Result<Tensor> {
    let op = Op {
        geometry,
        relu: activation == Activation::Relu,
    };
    let weight = weight.permute((0, 2, 3, 1))?.contiguous()?;
    x.contiguous()?
        .apply_op3_no_bwd(&weight, &bias.contiguous()?, &op)
}

/// `weight` is outputs x kernel x kernel x inputs.
struct Op {
    geometry: Geometry,
    relu: bool,
}

impl Op {
    fn sizes(&self, x: &Shape, weight: &Shape, bias: &Shape) -> Result<Sizes> {
        let (outputs, rows, columns, inputs) = weight.dims4()?;
        Sizes::of(self.geometry, x, (outputs, inputs, rows, columns), bias)
    }

    fn whole<T: CudnnDataType + DeviceRepr + WithDType>(
        &self,
        sizes: Sizes,
        [x, weight, bias]: [&CudaView<'_, T>; 3],
        card: &CudaDevice,
    ) -> Result<CudaSlice<T>> {
        let planes = Matrices {
            count: sizes.images,
            rows: sizes.inputs,
            columns: sizes.input.0 * sizes.input.1,
        };
        let x = transpose(x, planes, None, card)?;
        let y = self.sum(sizes, &x.as_view(), weight, card)?;
        drop(x);
        let pixels = Matrices {
            count: sizes.images,
            rows: sizes.output.0 * sizes.output.1,
            columns: sizes.outputs,
        };
        let added = Added {
            bias,
            relu: self.relu,
        };
        transpose(&y.as_view(), pixels, Some(added), card)
    }

    /// Sums, with channels side by side.
    fn sum<T: CudnnDataType + DeviceRepr + WithDType>(
        &self,
        sizes: Sizes,
        x: &CudaView<'_, T>,
        weight: &CudaView<'_, T>,
        card: &CudaDevice,
    ) -> Result<CudaSlice<T>> {
        const ALGORITHM: Algorithm = Algorithm::CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
        const LAST: Format = Format::CUDNN_TENSOR_NHWC;
        let Sizes {
            images,
            inputs,
            outputs,
            kernel,
            input,
            output,
        } = sizes;
        let Geometry {
            stride,
            padding,
            dilation,
        } = self.geometry;
        let cudnn = handle(card)?;
        let both = |n: usize| [n as i32; 2];
        let four = |sizes: [usize; 4]| sizes.map(|n| n as i32);
        let mut conv = cudnn.create_conv2d::<f32>(
            both(padding),
            both(stride),
            both(dilation),
            Mode::CUDNN_CROSS_CORRELATION,
        )?;
        conv.set_math_type(Units::CUDNN_TENSOR_OP_MATH)?;
        let forward = ConvForward {
            conv: &conv,
            x: &cudnn.create_4d_tensor::<T>(LAST, four([images, inputs, input.0, input.1]))?,
            w: &cudnn.create_4d_filter::<T>(LAST, four([outputs, inputs, kernel, kernel]))?,
            y: &cudnn.create_4d_tensor::<T>(LAST, four([images, outputs, output.0, output.1]))?,
        };
        let room = forward.get_workspace_size(ALGORITHM)?;
        #[allow(
            unsafe_code,
            reason = "cuDNN writes all of the second and what it needs of the first"
        )]
        let (mut room, mut y) = unsafe {
            let count = images * outputs * output.0 * output.1;
            (card.alloc::<u8>(room.max(1))?, card.alloc::<T>(count)?)
        };
        let once = (T::from_f64(1.0), T::from_f64(0.0));
        #[allow(
            unsafe_code,
            reason = "all three are as large as their descriptors say"
        )]
        unsafe {
            forward.launch(ALGORITHM, Some(&mut room), once, x, weight, &mut y)?;
        }
        Ok(y)
    }
}

/// cuDNN's handle of this thread: it belongs to the thread that made it.
fn handle(card: &CudaDevice) -> Result<Arc<Cudnn>> {
    thread_local! {
        static HANDLES: RefCell<HashMap<DeviceId, Arc<Cudnn>>> = RefCell::default();
    }
    HANDLES.with_borrow_mut(|handles| {
        if let Some(known) = handles.get(&card.id()) {
            return Ok(known.clone());
        }
        let new = Cudnn::new(card.cuda_stream())?;
        handles.insert(card.id(), new.clone());
        Ok(new)
    })
}

impl CustomOp3 for Op {
    fn name(&self) -> &'static str {
        "tensor-core-conv2d"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        bail!("this convolution is for cards only")
    }

    fn cuda_fwd(
        &self,
        x: &CudaStorage,
        x_layout: &Layout,
        weight: &CudaStorage,
        weight_layout: &Layout,
        bias: &CudaStorage,
        bias_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let sizes = self.sizes(x_layout.shape(), weight_layout.shape(), bias_layout.shape())?;
        let layouts = [x_layout, weight_layout, bias_layout];
        let card = x.device.clone();
        let slice = match (&x.slice, &weight.slice, &bias.slice) {
            (Slice::F16(x), Slice::F16(weight), Slice::F16(bias)) => {
                let [x, weight, bias] = views([x, weight, bias], layouts);
                Slice::F16(self.whole(sizes, [&x, &weight, &bias], &card)?)
            }
            (Slice::BF16(x), Slice::BF16(weight), Slice::BF16(bias)) => {
                let [x, weight, bias] = views([x, weight, bias], layouts);
                Slice::BF16(self.whole(sizes, [&x, &weight, &bias], &card)?)
            }
            _ => {
                bail!("picture, weight and bias of a convolution are not all of one half precision")
            }
        };
        let shape = (sizes.images, sizes.outputs, sizes.output.0, sizes.output.1);
        let device = card;
        Ok((CudaStorage { slice, device }, Shape::from(shape)))
    }
}

/// Slices as their layouts say; all are contiguous.
fn views<'a, T>(slices: [&'a CudaSlice<T>; 3], layouts: [&Layout; 3]) -> [CudaView<'a, T>; 3] {
    [0, 1, 2].map(|i| {
        let from = layouts[i].start_offset();
        slices[i].slice(from..from + layouts[i].shape().elem_count())
    })
}

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use candle_core::cuda_backend::cudarc::cudnn::CudnnError;
    use candle_core::cuda_backend::cudarc::cudnn::sys::cudnnStatus_t as Status;

    use super::*;
    use crate::conv::{self, channels_last::to_channels_last};
    use crate::device::card_for_tests;

    fn noise(shape: &[usize], scale: f64) -> Tensor {
        (Tensor::randn(0.0_f32, 1.0, shape, &Device::Cpu).unwrap() * scale).unwrap()
    }

    /// Shapes that our networks ask for: odd sizes, few channels, halves, wide kernels.
    #[test]
    fn a_card_convolves_as_the_processor_does() {
        let Some(card) = card_for_tests() else { return };
        let patches = Geometry {
            stride: 2,
            padding: 0,
            dilation: 1,
        };
        for (x, weight, geometry) in [
            ([1, 64, 33, 31], [40, 64, 3, 3], Geometry::same(1)),
            ([2, 3, 40, 24], [16, 3, 3, 3], Geometry::same(1)),
            ([2, 32, 17, 64], [3, 32, 3, 3], Geometry::same(2)),
            ([1, 48, 65, 65], [96, 48, 3, 3], Geometry::HALF),
            ([3, 8, 30, 30], [5, 8, 2, 2], patches),
            ([2, 24, 9, 7], [12, 24, 1, 1], Geometry::POINT),
        ] {
            let scale = 1.0 / ((weight[1] * weight[2] * weight[3]) as f64).sqrt();
            let all = [
                noise(&x, 1.0),
                noise(&weight, scale),
                noise(&[weight[0]], 1.0),
            ];
            for (kind, within) in [(DType::F16, 8e-3), (DType::BF16, 6e-2)] {
                for activation in [Activation::Linear, Activation::Relu] {
                    let halves = all.each_ref().map(|each| each.to_dtype(kind).unwrap());
                    let [x, weight, bias] = halves
                        .each_ref()
                        .map(|each| each.to_dtype(DType::F32).unwrap());
                    let wanted = conv::conv2d(&x, &weight, &bias, geometry, activation);
                    let [x, weight, bias] = halves.map(|each| each.to_device(&card).unwrap());
                    assert!(supported(&[&x, &weight, &bias]));
                    let channels_last = to_channels_last(weight.clone()).unwrap();
                    let in_planes = conv::conv2d(&x, &weight, &bias, geometry, activation).unwrap();
                    let got =
                        conv::conv2d(&x, &channels_last, &bias, geometry, activation).unwrap();
                    assert_eq!(got.dtype(), kind);
                    let [got, in_planes] = [got, in_planes].map(|got| {
                        let got = got.to_dtype(DType::F32).unwrap();
                        got.to_device(&Device::Cpu).unwrap()
                    });
                    let off = |a: &Tensor, b: &Tensor| {
                        let off = (a - b).unwrap().abs().unwrap().flatten_all().unwrap();
                        off.max(0).unwrap().to_scalar::<f32>().unwrap()
                    };
                    assert_eq!(off(&got, &in_planes), 0.0);
                    let off = off(&got, &wanted.unwrap());
                    assert!(off < within, "{kind:?} {x:?} {geometry:?}: off by {off}");
                }
            }
        }
    }

    #[test]
    fn a_kernel_that_a_card_does_not_have_is_told_from_a_call_that_failed() {
        let of = |status| Error::from(CudnnError(status));
        assert!(is_unsupported(&of(Status::CUDNN_STATUS_NOT_SUPPORTED)));
        assert!(!is_unsupported(&of(Status::CUDNN_STATUS_EXECUTION_FAILED)));
        assert!(!is_unsupported(&of(Status::CUDNN_STATUS_BAD_PARAM)));
    }
}
