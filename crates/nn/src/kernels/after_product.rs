//! Operations after a matrix product on a card: its bias, and the gate of a feed-forward layer.
//! Candle's compute every number's index anew and write each step to memory, which took two thirds of
//! a UNet's time.

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

/// True if the tensors are on a card, of a type that it has kernels for, and ask for no gradient.
pub fn supported(tensors: &[&Tensor]) -> bool {
    tensors.iter().all(|x| {
        let known = matches!(x.dtype(), DType::F32 | DType::F16 | DType::BF16);
        known && x.device().is_cuda() && !x.track_op()
    })
}

/// Adds a number of `bias` to every `area` neighbours of `x`, over and over. An error: `x` is not
/// whole rounds of them.
pub fn add_bias(x: &Tensor, bias: &Tensor, area: usize) -> Result<Tensor> {
    AfterProduct::AddBias { area }.of(x, bias)
}

/// True if `outputs` numbers are two halves of whole runs.
pub fn supports_geglu(outputs: usize) -> bool {
    outputs > 0 && outputs.is_multiple_of(2 * RUN)
}

/// GEGLU (Shazeer 2020): `x` plus `bias`, the first half of whose last dimension is multiplied with
/// the exact GELU of the second. An error: outputs that it cannot gate.
pub fn geglu(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    AfterProduct::Geglu.of(x, bias)
}

enum AfterProduct {
    AddBias { area: usize },
    Geglu,
}

impl AfterProduct {
    fn of(&self, x: &Tensor, bias: &Tensor) -> Result<Tensor> {
        x.contiguous()?.apply_op2_no_bwd(&bias.contiguous()?, self)
    }

    /// Shape of the result. An error: `x` is more than a card counts, or not what `bias` is for.
    fn shape(&self, x: &Shape, bias: &Shape) -> Result<Shape> {
        let (count, length) = (x.elem_count(), bias.elem_count());
        // Threads begin up to a block beyond the end.
        if count == 0 || u32::try_from(count + THREADS * RUN).is_err() {
            bail!("{x:?} is more than a card counts, or nothing")
        }
        let mut dims = x.dims().to_vec();
        match (self, dims.last_mut()) {
            (Self::AddBias { area }, _)
                if area * length > 0 && count.is_multiple_of(area * length) => {}
            (Self::Geglu, Some(last)) if supports_geglu(*last) && bias.dims() == [*last] => {
                *last /= 2
            }
            _ => bail!("{x:?} is not what {bias:?} is for"),
        }
        Ok(Shape::from(dims))
    }
}

impl Map2 for AfterProduct {
    fn f<T: DeviceRepr + WithDType + ValidAsZeroBits>(
        &self,
        x: &CudaSlice<T>,
        x_layout: &Layout,
        bias: &CudaSlice<T>,
        bias_layout: &Layout,
        card: &CudaDevice,
    ) -> Result<CudaSlice<T>> {
        let shape = self.shape(x_layout.shape(), bias_layout.shape())?;
        let numbers = shape.elem_count();
        // All are counted by `shape`.
        let (count, length) = (numbers as u32, bias_layout.shape().elem_count() as u32);
        let begins_a_run = x_layout.start_offset().is_multiple_of(RUN);
        let kernel = function(&kernel_name::<T>(self.name()), card)?;
        let x = x.slice(x_layout.start_offset()..);
        let bias = bias.slice(bias_layout.start_offset()..);
        #[allow(unsafe_code, reason = "the kernels write all of it")]
        let out = unsafe { card.alloc::<T>(numbers) }?;
        let (area, half, aligned);
        let stream = card.cuda_stream();
        let mut call = stream.launch_builder(&kernel);
        call.arg(&x).arg(&bias).arg(&out).arg(&count);
        match self {
            Self::AddBias { area: wide } => {
                (area, aligned) = (*wide as u32, i32::from(begins_a_run));
                call.arg(&area).arg(&length).arg(&aligned);
            }
            Self::Geglu if begins_a_run => {
                half = length / 2;
                call.arg(&half);
            }
            Self::Geglu => bail!("the input of a GEGLU begins in the middle of a run"),
        }
        let launch = LaunchConfig {
            grid_dim: (numbers.div_ceil(THREADS * RUN) as u32, 1, 1),
            block_dim: (THREADS as u32, 1, 1),
            shared_mem_bytes: 0,
        };
        #[allow(
            unsafe_code,
            reason = "arguments as after_product.cu declares them, of sizes that were checked"
        )]
        unsafe { call.launch(launch) }.w()?;
        Ok(out)
    }
}

impl CustomOp2 for AfterProduct {
    /// Name of the kernel.
    fn name(&self) -> &'static str {
        match self {
            Self::AddBias { .. } => "add_bias",
            Self::Geglu => "geglu",
        }
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        bail!("this is for cards only")
    }

    fn cuda_fwd(
        &self,
        x: &CudaStorage,
        x_layout: &Layout,
        bias: &CudaStorage,
        bias_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let shape = self.shape(x_layout.shape(), bias_layout.shape())?;
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
                let got = add_bias(&put(&x), &put(&bias), area).unwrap();
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
        let got = add_bias(&part, &put(&bias), 1).unwrap();
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
            let got = geglu(&put(&x), &put(&bias)).unwrap();
            assert_eq!((got.dtype(), got.dims()), (kind, &[2, 77, 48][..]));
            let off = off(&exact(&got), &wanted);
            assert!(off < 4.0 * within, "{kind:?}: off by {off}");
        }
    }

    #[test]
    fn what_has_no_sense_is_refused_before_it_reaches_a_card() {
        let made = |op: AfterProduct, x: &[usize], bias: &[usize]| {
            let shape = op.shape(&Shape::from(x.to_vec()), &Shape::from(bias.to_vec()));
            shape.ok().map(|shape| shape.dims().to_vec())
        };
        let add_bias = |area| AfterProduct::AddBias { area };
        assert_eq!(made(add_bias(1), &[2, 3, 4], &[4]), Some(vec![2, 3, 4]));
        assert_eq!(made(add_bias(4), &[2, 3, 4], &[3]), Some(vec![2, 3, 4]));
        assert_eq!(made(add_bias(4), &[2, 3, 4], &[5]), None);
        assert_eq!(made(add_bias(0), &[2, 3, 4], &[4]), None);
        assert_eq!(made(add_bias(1), &[0, 4], &[4]), None);
        assert_eq!(
            made(add_bias(1), &[1 << 27, 16], &[16]),
            Some(vec![1 << 27, 16])
        );
        assert_eq!(made(add_bias(1), &[1 << 28, 16], &[16]), None);
        assert_eq!(
            made(AfterProduct::Geglu, &[2, 32], &[32]),
            Some(vec![2, 16])
        );
        assert_eq!(made(AfterProduct::Geglu, &[2, 24], &[24]), None);
        assert_eq!(made(AfterProduct::Geglu, &[2, 32], &[16]), None);
    }
}
