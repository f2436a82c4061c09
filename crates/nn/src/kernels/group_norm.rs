//! Group normalisation, and the SiLU that follows it in most places, as one reading and a half of
//! the picture: candle's own chain of operations moves some nine times as much.

use candle_core::cuda_backend::cudarc::driver::{
    CudaSlice, DeviceRepr, LaunchConfig, PushKernelArg, ValidAsZeroBits,
};
use candle_core::cuda_backend::{CudaStorage, Map3, WrapErr, kernel_name};
use candle_core::{
    CpuStorage, CudaDevice, CustomOp3, Layout, Result, Shape, Tensor, WithDType, bail,
};

use super::function;

/// Threads of a block: whole warps, and no fewer than a group has slices.
const THREADS: usize = 512;
/// Numbers of a slice, unless the group is so large that it would have more than `THREADS` slices.
const SLICE: usize = THREADS * 32;

/// Wu and He 2018: each of `groups` groups of neighbouring channels brought to mean 0 and variance
/// 1, then scaled and shifted by channel; with `silu`, then passed through x·sigmoid(x).
///
/// `x` is `[batch, channels, …]` in f32, f16 or bf16 on a card, `weight` and `bias` are `[channels]`
/// and become of its kind. Statistics are f32 whatever `x` is. Has no gradient. An error: tensors
/// of other shapes or kinds, or not on a card.
pub fn group_norm(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    groups: usize,
    eps: f64,
    silu: bool,
) -> Result<Tensor> {
    let op = GroupNorm { groups, eps, silu };
    let [weight, bias] = [weight, bias].map(|each| each.to_dtype(x.dtype())?.contiguous());
    x.contiguous()?.apply_op3_no_bwd(&weight?, &bias?, &op)
}

struct GroupNorm {
    groups: usize,
    eps: f64,
    silu: bool,
}

/// The sizes of one call. A group is `length` numbers, `area` of each of its channels.
struct Sizes {
    blocks: u32,
    groups: u32,
    length: u32,
    slice: u32,
    area: u32,
}

impl GroupNorm {
    fn sizes(&self, x: &Shape, weight: &Shape, bias: &Shape) -> Result<Sizes> {
        let (&[batch, channels, ref rest @ ..], groups) = (x.dims(), self.groups) else {
            bail!("a group norm of {x:?} has no channels")
        };
        let area = rest.iter().product::<usize>();
        if groups == 0 || channels % groups != 0 || batch * area == 0 {
            bail!("a group norm of {x:?} in {groups} groups is not possible")
        }
        if weight.dims() != [channels] || bias.dims() != [channels] {
            bail!("a group norm of {x:?} by {weight:?} and {bias:?} is not possible")
        }
        let length = channels / groups * area;
        let slice = SLICE.max(length.div_ceil(THREADS));
        // The card counts what it is given in 32 bits, and blocks down in 16.
        let (Ok(size), 0..=0xFFFF) = (u32::try_from(length + slice), batch * groups) else {
            bail!("a group norm of {x:?} in {groups} groups is too large")
        };
        Ok(Sizes {
            blocks: length.div_ceil(slice) as u32,
            groups: (batch * groups) as u32,
            length: size - slice as u32,
            slice: slice as u32,
            area: area as u32,
        })
    }
}

impl CustomOp3 for GroupNorm {
    fn name(&self) -> &'static str {
        "group-norm"
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
        bail!("this group norm is for cards only")
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
        let slice = self.map(
            &x.slice,
            x_layout,
            &weight.slice,
            weight_layout,
            &bias.slice,
            bias_layout,
            &x.device,
        )?;
        let device = x.device.clone();
        Ok((CudaStorage { slice, device }, x_layout.shape().clone()))
    }
}

impl Map3 for GroupNorm {
    fn f<T: DeviceRepr + WithDType + ValidAsZeroBits>(
        &self,
        x: &CudaSlice<T>,
        x_layout: &Layout,
        weight: &CudaSlice<T>,
        weight_layout: &Layout,
        bias: &CudaSlice<T>,
        bias_layout: &Layout,
        card: &CudaDevice,
    ) -> Result<CudaSlice<T>> {
        let sizes = self.sizes(x_layout.shape(), weight_layout.shape(), bias_layout.shape())?;
        let moments = function(&kernel_name::<T>("moments"), card)?;
        let normalise = function(&kernel_name::<T>("normalise"), card)?;
        let x = x.slice(x_layout.start_offset()..);
        let weight = weight.slice(weight_layout.start_offset()..);
        let bias = bias.slice(bias_layout.start_offset()..);
        let whole = LaunchConfig {
            grid_dim: (sizes.blocks, sizes.groups, 1),
            block_dim: (THREADS as u32, 1, 1),
            shared_mem_bytes: 0,
        };
        let slices = (sizes.blocks * sizes.groups) as usize;
        #[allow(
            unsafe_code,
            reason = "the first kernel writes all of one, the second of the other"
        )]
        let (parts, out) = unsafe {
            let parts = card.alloc::<f32>(3 * slices)?;
            (parts, card.alloc::<T>(x_layout.shape().elem_count())?)
        };

        let stream = card.cuda_stream();
        let mut first = stream.launch_builder(&moments);
        first
            .arg(&x)
            .arg(&parts)
            .arg(&sizes.length)
            .arg(&sizes.slice);
        #[allow(
            unsafe_code,
            reason = "arguments as group_norm.cu declares them, checked by sizes"
        )]
        unsafe { first.launch(whole) }.w()?;

        let (groups, eps, silu) = (self.groups as u32, self.eps as f32, i32::from(self.silu));
        let mut second = stream.launch_builder(&normalise);
        second.arg(&x).arg(&parts).arg(&weight).arg(&bias).arg(&out);
        second.arg(&sizes.length).arg(&sizes.slice).arg(&sizes.area);
        second.arg(&groups).arg(&eps).arg(&silu);
        #[allow(
            unsafe_code,
            reason = "arguments as group_norm.cu declares them, checked by sizes"
        )]
        unsafe { second.launch(whole) }.w()?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};
    use candle_nn::Module;

    use super::*;
    use crate::device::card_for_tests;

    /// Far from zero, as activations late in a decoder are: a sum of squares in f32 would not do.
    fn waves(shape: &[usize]) -> Tensor {
        let count = shape.iter().product::<usize>();
        let values = (0..count).map(|i| (i as f32 * 0.7).sin() * (1.0 + (i % 13) as f32) + 30.0);
        Tensor::from_vec(values.collect::<Vec<_>>(), shape, &Device::Cpu).unwrap()
    }

    fn greatest_difference(a: &Tensor, b: &Tensor) -> f64 {
        let difference = (a - b).unwrap().abs().unwrap().flatten_all().unwrap();
        difference.max(0).unwrap().to_scalar::<f64>().unwrap()
    }

    #[test]
    fn a_card_normalises_as_the_processor_does() {
        let Some(card) = card_for_tests() else { return };
        for (shape, groups) in [
            (&[2_usize, 64, 33, 31][..], 32),
            (&[1, 32, 300, 301], 8),
            (&[3, 6, 1, 1], 2),
            (&[2, 320, 77], 32),
        ] {
            let channels = shape[1];
            let (weight, bias) = (waves(&[channels]), waves(&[channels]));
            let (weight, bias) = ((weight / 30.0).unwrap(), (bias / -20.0).unwrap());
            for (kind, within) in [(DType::F32, 2e-4), (DType::F16, 1e-2), (DType::BF16, 5e-2)] {
                let x = waves(shape).to_dtype(kind).unwrap();
                let exact = x.to_dtype(DType::F64).unwrap();
                let [weight, bias] = [&weight, &bias]
                    .map(|each| each.to_dtype(kind).unwrap().to_dtype(DType::F64).unwrap());
                let norm =
                    candle_nn::GroupNorm::new(weight.clone(), bias.clone(), channels, groups, 1e-6);
                let wanted = norm.unwrap().forward(&exact).unwrap();
                let put = |each: &Tensor| each.to_device(&card).unwrap();
                for silu in [false, true] {
                    let wanted = if silu {
                        wanted.silu().unwrap()
                    } else {
                        wanted.clone()
                    };
                    let got = group_norm(&put(&x), &put(&weight), &put(&bias), groups, 1e-6, silu);
                    let got = got.unwrap();
                    assert_eq!((got.dtype(), got.shape()), (kind, x.shape()));
                    let got = got
                        .to_dtype(DType::F64)
                        .unwrap()
                        .to_device(&Device::Cpu)
                        .unwrap();
                    let off = greatest_difference(&got, &wanted);
                    assert!(off < within, "{kind:?} {shape:?} silu {silu}: off by {off}");
                }
            }
        }
    }

    /// A decoder's widest: more slices than one block adds up alone, were they not made larger.
    #[test]
    fn a_group_of_ten_million_numbers_comes_out_even() {
        let Some(card) = card_for_tests() else { return };
        let x = Tensor::rand(-1_f32, 3.0, (1, 10, 1024, 1024), &card).unwrap();
        let (one, zero) = (
            Tensor::ones(10, DType::F32, &card),
            Tensor::zeros(10, DType::F32, &card),
        );
        let y = group_norm(&x, &one.unwrap(), &zero.unwrap(), 1, 1e-6, false).unwrap();
        let mean = y.mean_all().unwrap().to_scalar::<f32>().unwrap();
        let square = y
            .sqr()
            .unwrap()
            .mean_all()
            .unwrap()
            .to_scalar::<f32>()
            .unwrap();
        assert!(
            mean.abs() < 1e-3 && (square - 1.0).abs() < 1e-3,
            "{mean} {square}"
        );
    }

    #[test]
    fn what_has_no_sense_is_refused_before_it_reaches_a_card() {
        let shape = |dims: &[usize]| Shape::from(dims.to_vec());
        let op = |groups| GroupNorm {
            groups,
            eps: 1e-5,
            silu: false,
        };
        let eight = shape(&[8]);
        assert!(op(4).sizes(&shape(&[1, 8, 4, 4]), &eight, &eight).is_ok());
        assert!(op(3).sizes(&shape(&[1, 8, 4, 4]), &eight, &eight).is_err());
        assert!(op(0).sizes(&shape(&[1, 8, 4, 4]), &eight, &eight).is_err());
        assert!(op(4).sizes(&shape(&[8]), &eight, &eight).is_err());
        assert!(
            op(4)
                .sizes(&shape(&[1, 8, 4, 4]), &shape(&[4]), &eight)
                .is_err()
        );
        assert!(op(4).sizes(&shape(&[1, 8, 0, 4]), &eight, &eight).is_err());
        assert!(
            op(4)
                .sizes(&shape(&[1, 8, 65536, 65536]), &eight, &eight)
                .is_err()
        );
        assert!(
            op(8)
                .sizes(&shape(&[10000, 8, 1, 1]), &eight, &eight)
                .is_err()
        );
        let large = op(1)
            .sizes(&shape(&[1, 8, 4096, 4096]), &eight, &eight)
            .unwrap();
        assert!(large.blocks as usize <= THREADS);
    }
}
