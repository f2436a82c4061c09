//! Linear layers and convolutions for inference. On the processor, where a network is asked for in
//! bfloat16, their weights are packed once as the innermost loop reads them, in half the memory, and
//! everything else stays in single precision. On a card, in other precisions and where gradients
//! are wanted they are candle's, `conv`'s and `kernels`'.
//!
//! A linear layer and a convolution are one loop: rows of pairs of inputs, of tokens or of pixels,
//! and for each tap of the kernel the same rows begun elsewhere.

mod bf16_pairs;
mod kernel;
mod linear;
mod packed_weights;

use std::fmt;
use std::sync::Arc;

use candle_core::{
    CpuStorage, CustomOp1, DType, Device, Layout, Module, Result, Shape, Tensor, bail,
};
use candle_nn::VarBuilder;

use self::bf16_pairs::Planes;
pub use self::linear::{Linear, linear, linear_no_bias};
use self::packed_weights::{Order, PackedWeights};
use crate::conv::{Activation, Conv, Geometry};
use crate::storage::contiguous_f32;

/// Type of the activations in a network whose parameters are asked for in `dtype`.
pub fn activation_dtype(device: &Device, dtype: DType) -> DType {
    match dtype {
        DType::BF16 if device.is_cpu() => DType::F32,
        other => other,
    }
}

/// Builder of parameters that are not packed, of norms and biases: in the type of the activations.
pub fn activation_builder<'a>(vb: &VarBuilder<'a>) -> VarBuilder<'a> {
    let dtype = activation_dtype(vb.device(), vb.dtype());
    vb.clone().set_dtype(dtype)
}

/// True if layers pack parameters that are asked for in `dtype`.
pub fn packs_weights(device: &Device, dtype: DType) -> bool {
    activation_dtype(device, dtype) != dtype
}

fn packs(vb: &VarBuilder) -> bool {
    packs_weights(vb.device(), vb.dtype())
}

/// Layer whose weights are packed.
#[derive(Clone)]
struct Packed {
    weights: Arc<PackedWeights>,
    geometry: Geometry,
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let PackedWeights {
            outputs,
            inputs,
            taps,
            ..
        } = &*self.weights;
        write!(f, "{outputs} x {inputs} x {taps} in bfloat16")
    }
}

impl Packed {
    fn new(weight: &Tensor, bias: Option<&Tensor>, geometry: Geometry) -> Result<Self> {
        Ok(Self {
            weights: Arc::new(PackedWeights::new(weight, bias)?),
            geometry,
        })
    }
}

/// Conv2d without an activation.
#[derive(Debug, Clone)]
pub struct Conv2d(Kind<Conv>);

#[derive(Debug, Clone)]
enum Kind<P> {
    Plain(P),
    Packed(Packed),
}

impl Conv2d {
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
        let bias = activation_builder(vb).get(outputs, "bias")?;
        let weight = vb.get((outputs, inputs, kernel, kernel), "weight")?;
        let packed = Packed::new(&weight, Some(&bias), geometry)?;
        Ok(Self(Kind::Packed(packed)))
    }
}

impl Module for Conv2d {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match &self.0 {
            Kind::Plain(plain) => plain.forward(x),
            Kind::Packed(packed) => x.contiguous()?.apply_op1_no_bwd(&Pixels(packed)),
        }
    }
}

/// Packed convolution as an operation of candle's.
struct Pixels<'a>(&'a Packed);

impl CustomOp1 for Pixels<'_> {
    fn name(&self) -> &'static str {
        "packed-convolution"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Packed { weights, geometry } = self.0;
        let (images, channels, height, width) = layout.shape().dims4()?;
        let kernel = weights.taps.isqrt();
        let (Some(rows), Some(columns)) = (
            geometry.outputs(height, kernel),
            geometry.outputs(width, kernel),
        ) else {
            bail!("{:?} is smaller than {:?}", layout.shape(), self.0);
        };
        if channels != weights.inputs {
            bail!("{:?} by {:?}", layout.shape(), self.0);
        }
        let run = channels.div_ceil(2);
        let pitch = (width + 2 * geometry.padding) * run;
        let (down, right) = (geometry.dilation * pitch, geometry.dilation * run);
        let taps = (0..weights.taps).map(|tap| tap / kernel * down + tap % kernel * right);
        let taps: Vec<usize> = taps.collect();
        let start = |at: usize| geometry.stride * (at / columns * pitch + at % columns * run);
        let mut y = Vec::with_capacity(images * weights.outputs * rows * columns);
        for image in contiguous_f32(storage, layout)?.chunks_exact(channels * height * width) {
            let planes = Planes {
                values: image,
                channels,
                height,
                width,
            };
            let pixels = planes.to_pixels(geometry.padding);
            y.append(&mut weights.run(&pixels, &taps, rows * columns, start, Order::Planes));
        }
        let shape = Shape::from((images, weights.outputs, rows, columns));
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

    /// Numbers that bfloat16 holds exactly.
    fn rounded(shape: &[usize]) -> Tensor {
        let halved = random(shape).to_dtype(DType::BF16).unwrap();
        halved.to_dtype(DType::F32).unwrap()
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
                Conv2d::new((5, 35), kernel, geometry, &vb).unwrap()
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
