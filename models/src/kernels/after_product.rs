//! What follows a matrix product on a card: its bias, and the gate of a feed-forward layer. Candle
//! looks every number's place up anew and writes each step down, which took two thirds of a UNet's
//! time.

use candle_core::cuda_backend::cudarc::driver::{
    CudaSlice, DeviceRepr, LaunchConfig, PushKernelArg, ValidAsZeroBits,
};
use candle_core::cuda_backend::{CudaStorage, Map2, WrapErr, kernel_name};
use candle_core::{
    CpuStorage, CudaDevice, CustomOp2, DType, Layout, Result, Shape, Tensor, WithDType, bail,
};

use super::function;

const THREADS: usize = 256;
/// Numbers of a thread, as in after_product.cu.
const RUN: usize = 8;

/// Whether these are on a card, in numbers it has kernels for, and ask for no gradient.
pub fn fit(tensors: &[&Tensor]) -> bool {
    tensors.iter().all(|x| {
        let known = matches!(x.dtype(), DType::F32 | DType::F16 | DType::BF16);
        known && x.device().is_cuda() && !x.track_op()
    })
}

/// `x` plus a number of `bias` for every `area` neighbours, over and over. An error: `x` is not
/// whole rounds of them.
pub fn biased(x: &Tensor, bias: &Tensor, area: usize) -> Result<Tensor> {
    x.contiguous()?
        .apply_op2_no_bwd(&bias.contiguous()?, &Biased { area })
}

/// Whether so many outputs are two halves of whole runs.
pub fn can_gate(outputs: usize) -> bool {
    outputs > 0 && outputs.is_multiple_of(2 * RUN)
}

/// GEGLU (Shazeer 2020): `x` plus `bias`, the first half of whose last dimension is multiplied with
/// the exact GELU of the second. An error: outputs that it cannot gate.
pub fn gated(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    x.contiguous()?
        .apply_op2_no_bwd(&bias.contiguous()?, &Gated)
}

struct Biased {
    area: usize,
}

struct Gated;

/// So many numbers, as a card counts them, and who makes them.
fn launch(count: usize) -> Result<(u32, LaunchConfig)> {
    let counted = u32::try_from(count + THREADS * RUN).is_ok();
    if count == 0 || !counted {
        bail!("{count} numbers are more than a card counts, or none")
    }
    let config = LaunchConfig {
        grid_dim: (count.div_ceil(THREADS * RUN) as u32, 1, 1),
        block_dim: (THREADS as u32, 1, 1),
        shared_mem_bytes: 0,
    };
    Ok((count as u32, config))
}

impl Biased {
    fn sizes(&self, x: &Shape, bias: &Shape) -> Result<(u32, u32)> {
        let (area, length) = (self.area, bias.elem_count());
        if area * length == 0 || !x.elem_count().is_multiple_of(area * length) {
            bail!("{x:?} is no rounds of {length} times {area} numbers")
        }
        // Not more than `x` has, which a card counts.
        Ok((area as u32, length as u32))
    }
}

impl Gated {
    /// Of the answer, and half a row.
    fn shape(x: &Shape, bias: &Shape) -> Result<(Shape, usize)> {
        let mut dims = x.dims().to_vec();
        match dims.last_mut() {
            Some(last) if can_gate(*last) && bias.dims() == [*last] => {
                *last /= 2;
                let half = *last;
                Ok((Shape::from(dims), half))
            }
            _ => bail!("{x:?} with {bias:?} is no gate and what it is for"),
        }
    }
}

impl Map2 for Biased {
    fn f<T: DeviceRepr + WithDType + ValidAsZeroBits>(
        &self,
        x: &CudaSlice<T>,
        x_layout: &Layout,
        bias: &CudaSlice<T>,
        bias_layout: &Layout,
        card: &CudaDevice,
    ) -> Result<CudaSlice<T>> {
        let numbers = x_layout.shape().elem_count();
        let (count, config) = launch(numbers)?;
        let (area, length) = self.sizes(x_layout.shape(), bias_layout.shape())?;
        let aligned = i32::from(x_layout.start_offset().is_multiple_of(RUN));
        let kernel = function(&kernel_name::<T>("biased"), card)?;
        let x = x.slice(x_layout.start_offset()..);
        let bias = bias.slice(bias_layout.start_offset()..);
        #[allow(unsafe_code, reason = "the kernel writes all of it")]
        let out = unsafe { card.alloc::<T>(numbers) }?;
        let stream = card.cuda_stream();
        let mut call = stream.launch_builder(&kernel);
        call.arg(&x).arg(&bias).arg(&out);
        call.arg(&count).arg(&area).arg(&length).arg(&aligned);
        #[allow(
            unsafe_code,
            reason = "arguments as after_product.cu declares them, of sizes that were checked"
        )]
        unsafe { call.launch(config) }.w()?;
        Ok(out)
    }
}

impl Map2 for Gated {
    fn f<T: DeviceRepr + WithDType + ValidAsZeroBits>(
        &self,
        x: &CudaSlice<T>,
        x_layout: &Layout,
        bias: &CudaSlice<T>,
        bias_layout: &Layout,
        card: &CudaDevice,
    ) -> Result<CudaSlice<T>> {
        let (shape, half) = Self::shape(x_layout.shape(), bias_layout.shape())?;
        // Its numbers are twice as many, and counted too.
        launch(x_layout.shape().elem_count())?;
        let (count, config) = launch(shape.elem_count())?;
        if !x_layout.start_offset().is_multiple_of(RUN) {
            bail!("what is gated begins in the middle of a run")
        }
        let half = half as u32;
        let kernel = function(&kernel_name::<T>("gated"), card)?;
        let x = x.slice(x_layout.start_offset()..);
        let bias = bias.slice(bias_layout.start_offset()..);
        #[allow(unsafe_code, reason = "the kernel writes all of it")]
        let out = unsafe { card.alloc::<T>(count as usize) }?;
        let stream = card.cuda_stream();
        let mut call = stream.launch_builder(&kernel);
        call.arg(&x).arg(&bias).arg(&out).arg(&count).arg(&half);
        #[allow(
            unsafe_code,
            reason = "arguments as after_product.cu declares them, of sizes that were checked"
        )]
        unsafe { call.launch(config) }.w()?;
        Ok(out)
    }
}

fn on_processor() -> Result<(CpuStorage, Shape)> {
    bail!("this is for cards only")
}

impl CustomOp2 for Biased {
    fn name(&self) -> &'static str {
        "biased"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        on_processor()
    }

    fn cuda_fwd(
        &self,
        x: &CudaStorage,
        x_layout: &Layout,
        bias: &CudaStorage,
        bias_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let slice = self.map(&x.slice, x_layout, &bias.slice, bias_layout, &x.device)?;
        let device = x.device.clone();
        Ok((CudaStorage { slice, device }, x_layout.shape().clone()))
    }
}

impl CustomOp2 for Gated {
    fn name(&self) -> &'static str {
        "gated"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        on_processor()
    }

    fn cuda_fwd(
        &self,
        x: &CudaStorage,
        x_layout: &Layout,
        bias: &CudaStorage,
        bias_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let (shape, _) = Self::shape(x_layout.shape(), bias_layout.shape())?;
        let slice = self.map(&x.slice, x_layout, &bias.slice, bias_layout, &x.device)?;
        let device = x.device.clone();
        Ok((CudaStorage { slice, device }, shape))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::device::card_for_tests;

    fn noise(shape: &[usize], kind: DType) -> Tensor {
        let noise = Tensor::randn(0.0_f32, 1.0, shape, &Device::Cpu).unwrap();
        noise.to_dtype(kind).unwrap()
    }

    fn exact(x: &Tensor) -> Tensor {
        let x = x.to_device(&Device::Cpu).unwrap();
        x.to_dtype(DType::F32).unwrap()
    }

    fn off(a: &Tensor, b: &Tensor) -> f32 {
        let off = (a - b).unwrap().abs().unwrap().flatten_all().unwrap();
        off.max(0).unwrap().to_scalar().unwrap()
    }

    const KINDS: [(DType, f32); 3] = [(DType::F32, 1e-5), (DType::F16, 4e-3), (DType::BF16, 4e-2)];

    #[test]
    fn a_card_adds_a_bias_as_the_processor_does() {
        let Some(card) = card_for_tests() else { return };
        for (kind, within) in KINDS {
            for (shape, bias, area) in [
                (&[3_usize, 50, 64][..], 64, 1),
                (&[2, 7, 5], 5, 1),
                (&[2, 5, 9, 11], 5, 99),
                (&[2, 6, 3, 8], 12, 24),
            ] {
                let (x, bias) = (noise(shape, kind), noise(&[bias], kind));
                let rounds = x.elem_count() / bias.elem_count() / area;
                let wanted = exact(&x)
                    .reshape((rounds, bias.elem_count(), area))
                    .unwrap()
                    .broadcast_add(&exact(&bias).unsqueeze(1).unwrap())
                    .unwrap()
                    .reshape(shape)
                    .unwrap();
                let put = |each: &Tensor| each.to_device(&card).unwrap();
                let got = biased(&put(&x), &put(&bias), area).unwrap();
                assert_eq!((got.dtype(), got.dims()), (kind, shape));
                let off = off(&exact(&got), &wanted);
                assert!(off < within, "{kind:?} {shape:?}: off by {off}");
            }
        }
    }

    #[test]
    fn what_begins_in_the_middle_of_a_run_gets_its_bias_too() {
        let Some(card) = card_for_tests() else { return };
        let (x, bias) = (noise(&[5, 33], DType::F32), noise(&[33], DType::F32));
        let put = |each: &Tensor| each.to_device(&card).unwrap();
        let part = put(&x).narrow(0, 1, 4).unwrap();
        let got = biased(&part, &put(&bias), 1).unwrap();
        let wanted = x.narrow(0, 1, 4).unwrap().broadcast_add(&bias).unwrap();
        assert!(off(&exact(&got), &wanted) < 1e-6);
    }

    #[test]
    fn a_card_gates_as_the_processor_does() {
        let Some(card) = card_for_tests() else { return };
        for (kind, within) in KINDS {
            let (x, bias) = (noise(&[2, 77, 96], kind), noise(&[96], kind));
            let sum = exact(&x).broadcast_add(&exact(&bias)).unwrap();
            let gate = sum.narrow(2, 48, 48).unwrap().gelu_erf().unwrap();
            let wanted = (sum.narrow(2, 0, 48).unwrap() * gate).unwrap();
            let put = |each: &Tensor| each.to_device(&card).unwrap();
            let got = gated(&put(&x), &put(&bias)).unwrap();
            assert_eq!((got.dtype(), got.dims()), (kind, &[2, 77, 48][..]));
            let off = off(&exact(&got), &wanted);
            assert!(off < 4.0 * within, "{kind:?}: off by {off}");
        }
    }

    #[test]
    fn what_has_no_sense_is_refused_before_it_reaches_a_card() {
        let shape = |dims: &[usize]| Shape::from(dims.to_vec());
        let biased = |area, x: &[usize], bias: &[usize]| {
            Biased { area }.sizes(&shape(x), &shape(bias)).is_ok()
        };
        assert!(biased(1, &[2, 3, 4], &[4]));
        assert!(biased(4, &[2, 3, 4], &[3]));
        assert!(!biased(4, &[2, 3, 4], &[5]));
        assert!(!biased(0, &[2, 3, 4], &[4]));
        let gated = |x: &[usize], bias: &[usize]| Gated::shape(&shape(x), &shape(bias)).is_ok();
        assert!(gated(&[2, 32], &[32]));
        assert!(!gated(&[2, 24], &[24]));
        assert!(!gated(&[2, 32], &[16]));
        assert!(launch(0).is_err());
        assert!(launch(u32::MAX as usize).is_err());
        assert!(launch(1 << 31).is_ok());
    }
}
