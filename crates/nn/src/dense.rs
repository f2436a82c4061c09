//! Layers of networks that only look: on the processor, where a network is asked for in bfloat16,
//! its weights are laid out once as the innermost loop reads them, in half the memory, and
//! everything else stays in single precision. On a card, in other precisions and where gradients
//! are wanted they are candle's, `conv`'s and `kernels`'.
//!
//! A linear layer and a convolution are one loop: rows of pairs of inputs, of words or of pixels,
//! and for each tap of the kernel the same rows begun elsewhere.

mod kernel;
mod linear;
mod pairs;
mod sheet;

use std::fmt;
use std::sync::Arc;

use candle_core::{
    CpuStorage, CustomOp1, DType, Device, Layout, Module, Result, Shape, Tensor, bail,
};
use candle_nn::VarBuilder;

pub use self::linear::{Linear, linear, linear_no_bias};
use self::pairs::Planes;
use self::sheet::{Order, Sheet};
use crate::conv::{Activation, Conv, Geometry};
use crate::floats::floats;

/// What activations are in a network whose parameters are asked for in `dtype`.
pub fn activations(device: &Device, dtype: DType) -> DType {
    match dtype {
        DType::BF16 if device.is_cpu() => DType::F32,
        other => other,
    }
}

/// Gives parameters that are added or multiplied by one by one: of norms, and biases.
pub fn beside<'a>(vb: &VarBuilder<'a>) -> VarBuilder<'a> {
    let dtype = activations(vb.device(), vb.dtype());
    vb.clone().set_dtype(dtype)
}

/// Whether layers of parameters that are asked for in `dtype` keep them laid out.
pub fn lays_out(device: &Device, dtype: DType) -> bool {
    activations(device, dtype) != dtype
}

fn packs(vb: &VarBuilder) -> bool {
    lays_out(vb.device(), vb.dtype())
}

/// A layer whose weights are laid out.
#[derive(Clone)]
struct Packed {
    sheet: Arc<Sheet>,
    geometry: Geometry,
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Sheet {
            outputs,
            inputs,
            taps,
            ..
        } = &*self.sheet;
        write!(f, "{outputs} x {inputs} x {taps} in bfloat16")
    }
}

impl Packed {
    fn new(weight: &Tensor, bias: Option<&Tensor>, geometry: Geometry) -> Result<Self> {
        Ok(Self {
            sheet: Arc::new(Sheet::new(weight, bias)?),
            geometry,
        })
    }
}

/// A convolution without an activation.
#[derive(Debug, Clone)]
pub struct Convolution(Kind<Conv>);

#[derive(Debug, Clone)]
enum Kind<P> {
    Plain(P),
    Packed(Packed),
}

impl Convolution {
    /// Takes a square kernel and its bias from `vb`.
    pub fn new(
        (inputs, outputs): (usize, usize),
        kernel: usize,
        geometry: Geometry,
        vb: &VarBuilder,
    ) -> Result<Self> {
        if !packs(vb) {
            let activation = Activation::Linear;
            let plain = Conv::new((inputs, outputs), kernel, geometry, activation, vb)?;
            return Ok(Self(Kind::Plain(plain)));
        }
        let bias = beside(vb).get(outputs, "bias")?;
        let weight = vb.get((outputs, inputs, kernel, kernel), "weight")?;
        let packed = Packed::new(&weight, Some(&bias), geometry)?;
        Ok(Self(Kind::Packed(packed)))
    }
}

impl Module for Convolution {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match &self.0 {
            Kind::Plain(plain) => plain.forward(x),
            Kind::Packed(packed) => x.contiguous()?.apply_op1_no_bwd(&Pixels(packed)),
        }
    }
}

/// A convolution as candle sees it.
struct Pixels<'a>(&'a Packed);

impl CustomOp1 for Pixels<'_> {
    fn name(&self) -> &'static str {
        "packed-convolution"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Packed { sheet, geometry } = self.0;
        let (images, channels, height, width) = layout.shape().dims4()?;
        let kernel = sheet.taps.isqrt();
        let (Some(rows), Some(columns)) = (
            geometry.outputs(height, kernel),
            geometry.outputs(width, kernel),
        ) else {
            bail!("{:?} is smaller than {:?}", layout.shape(), self.0);
        };
        if channels != sheet.inputs {
            bail!("{:?} by {:?}", layout.shape(), self.0);
        }
        let run = channels.div_ceil(2);
        let pitch = (width + 2 * geometry.padding) * run;
        let (down, right) = (geometry.dilation * pitch, geometry.dilation * run);
        let taps = (0..sheet.taps).map(|tap| tap / kernel * down + tap % kernel * right);
        let taps: Vec<usize> = taps.collect();
        let start = |at: usize| geometry.stride * (at / columns * pitch + at % columns * run);
        let mut y = Vec::with_capacity(images * sheet.outputs * rows * columns);
        for image in floats(storage, layout)?.chunks_exact(channels * height * width) {
            let planes = Planes {
                values: image,
                channels,
                height,
                width,
            };
            let pixels = planes.to_pixels(geometry.padding);
            y.append(&mut sheet.run(&pixels, &taps, rows * columns, start, Order::Planes));
        }
        let shape = Shape::from((images, sheet.outputs, rows, columns));
        Ok((CpuStorage::F32(y), shape))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn random(shape: &[usize]) -> Tensor {
        Tensor::randn(0.0_f32, 1.0, shape, &Device::Cpu).unwrap()
    }

    /// Numbers that bfloat16 has exactly.
    fn rounded(shape: &[usize]) -> Tensor {
        let brain = random(shape).to_dtype(DType::BF16).unwrap();
        brain.to_dtype(DType::F32).unwrap()
    }

    fn builder(weight: &Tensor, bias: &Tensor, dtype: DType) -> VarBuilder<'static> {
        let tensors = [("weight", weight), ("bias", bias)];
        let tensors = tensors.map(|(name, tensor)| (name.to_owned(), tensor.clone()));
        VarBuilder::from_tensors(HashMap::from(tensors), dtype, &Device::Cpu)
    }

    fn assert_near(found: &Tensor, wanted: &Tensor) {
        assert_eq!(found.dims(), wanted.dims());
        let off = (found - wanted).unwrap().abs().unwrap().max_all().unwrap();
        let off = off.to_scalar::<f32>().unwrap();
        assert!(off < 1e-4, "{off}");
    }

    #[test]
    fn where_nothing_is_rounded_a_packed_layer_says_what_candles_does() {
        for (rows, inputs, outputs) in [(1, 7, 3), (29, 64, 96), (300, 33, 40)] {
            let (weight, bias) = (rounded(&[outputs, inputs]), random(&[outputs]));
            let x = rounded(&[2, rows, inputs]);
            let of = |dtype| linear(inputs, outputs, builder(&weight, &bias, dtype)).unwrap();
            assert_near(
                &of(DType::BF16).forward(&x).unwrap(),
                &of(DType::F32).forward(&x).unwrap(),
            );
        }
    }

    #[test]
    fn a_packed_convolution_is_the_direct_one() {
        let wide = Geometry {
            padding: 0,
            ..Geometry::HALF
        };
        for (geometry, kernel) in [
            (Geometry::same(1), 3),
            (Geometry::same(2), 3),
            (Geometry::HALF, 3),
            (wide, 3),
            (Geometry::POINT, 1),
        ] {
            let (weight, bias) = (rounded(&[35, 5, kernel, kernel]), random(&[35]));
            let x = rounded(&[2, 5, 13, 22]);
            let of = |dtype| {
                let vb = builder(&weight, &bias, dtype);
                Convolution::new((5, 35), kernel, geometry, &vb).unwrap()
            };
            assert_near(
                &of(DType::BF16).forward(&x).unwrap(),
                &of(DType::F32).forward(&x).unwrap(),
            );
        }
    }

    #[test]
    fn a_wrong_size_is_refused() {
        let (weight, bias) = (rounded(&[4, 6]), random(&[4]));
        let layer = linear(6, 4, builder(&weight, &bias, DType::BF16)).unwrap();
        assert!(layer.forward(&random(&[3, 5])).is_err());
    }
}
