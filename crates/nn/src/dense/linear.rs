//! Linear layers, plain or laid out.

use candle_core::{CpuStorage, CustomOp1, D, Layout, Module, Result, Shape, Tensor, bail};
use candle_nn::VarBuilder;

use super::sheet::Order;
use super::{Kind, Packed, beside, packs, pairs};
use crate::conv::Geometry;
use crate::floats::floats;
use crate::gelu::gelu;

/// y = x Wᵀ + b.
#[derive(Debug, Clone)]
pub struct Linear(Kind<candle_nn::Linear>);

/// With a bias.
pub fn linear(inputs: usize, outputs: usize, vb: VarBuilder) -> Result<Linear> {
    if !packs(&vb) {
        return Ok(Linear(Kind::Plain(candle_nn::linear(inputs, outputs, vb)?)));
    }
    let bias = beside(&vb).get(outputs, "bias")?;
    let weight = vb.get((outputs, inputs), "weight")?;
    let packed = Packed::new(&weight, Some(&bias), Geometry::POINT)?;
    Ok(Linear(Kind::Packed(packed)))
}

/// Without.
pub fn linear_no_bias(inputs: usize, outputs: usize, vb: VarBuilder) -> Result<Linear> {
    if !packs(&vb) {
        let plain = candle_nn::linear_no_bias(inputs, outputs, vb)?;
        return Ok(Linear(Kind::Plain(plain)));
    }
    let weight = vb.get((outputs, inputs), "weight")?;
    let packed = Packed::new(&weight, None, Geometry::POINT)?;
    Ok(Linear(Kind::Packed(packed)))
}

impl Linear {
    /// Half of the outputs, each gated by one of the other half: GEGLU (Shazeer 2020).
    pub fn gated(&self, x: &Tensor) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some((product, bias)) = self.on_card(x)?
            && crate::kernels::can_gate(bias.elem_count())
        {
            return crate::kernels::gated(&product, bias);
        }
        let wide = self.forward(x)?;
        let half = wide.dim(D::Minus1)? / 2;
        let gate = gelu(&wide.narrow(D::Minus1, half, half)?)?;
        wide.narrow(D::Minus1, 0, half)? * gate
    }

    /// The product alone, and what is still to be added; `None`: somebody else's work.
    #[cfg(feature = "cuda")]
    fn on_card(&self, x: &Tensor) -> Result<Option<(Tensor, &Tensor)>> {
        let Kind::Plain(plain) = &self.0 else {
            return Ok(None);
        };
        let Some(bias) = plain.bias() else {
            return Ok(None);
        };
        if !crate::kernels::fit(&[x, plain.weight(), bias]) {
            return Ok(None);
        }
        let product = candle_nn::Linear::new(plain.weight().clone(), None);
        Ok(Some((product.forward(x)?, bias)))
    }
}

impl Module for Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some((product, bias)) = self.on_card(x)? {
            return crate::kernels::biased(&product, bias, 1);
        }
        match &self.0 {
            Kind::Plain(plain) => plain.forward(x),
            Kind::Packed(packed) => x.contiguous()?.apply_op1_no_bwd(&Rows(packed)),
        }
    }
}

/// A linear layer as candle sees it.
struct Rows<'a>(&'a Packed);

impl CustomOp1 for Rows<'_> {
    fn name(&self) -> &'static str {
        "packed-linear"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let sheet = &self.0.sheet;
        let x = floats(storage, layout)?;
        let mut dims = layout.dims().to_vec();
        match dims.last_mut() {
            Some(last) if *last == sheet.inputs => *last = sheet.outputs,
            _ => bail!("{:?} by {:?}", layout.shape(), self.0),
        }
        let run = sheet.inputs.div_ceil(2);
        let pairs = pairs::of_rows(x, sheet.inputs);
        let count = x.len() / sheet.inputs;
        let y = sheet.run(&pairs, &[0], count, |row| row * run, Order::Rows);
        Ok((CpuStorage::F32(y), Shape::from(dims)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::{DType, Device};

    use super::*;

    #[test]
    fn half_of_the_outputs_are_gated_by_the_other_half() {
        let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        let bias = Tensor::new(&[2.0_f32, 3.0, 5.0, 0.0, 1.0, 10.0], &Device::Cpu).unwrap();
        let tensors = [("weight", zeros(&[6, 5])), ("bias", bias)];
        let tensors = HashMap::from(tensors.map(|(name, tensor)| (name.to_owned(), tensor)));
        for dtype in [DType::F32, DType::BF16] {
            let vb = VarBuilder::from_tensors(tensors.clone(), dtype, &Device::Cpu);
            let layer = linear(5, 6, vb).unwrap();
            let gated = layer.gated(&zeros(&[2, 4, 5])).unwrap();
            assert_eq!(gated.dims(), [2, 4, 3]);
            let gated = gated.get(1).unwrap().to_vec2::<f32>().unwrap();
            // A normal distribution has 0.841345 of itself below 1.
            for (found, wanted) in gated[3].iter().zip([0.0, 3.0 * 0.841_345, 50.0]) {
                assert!((found - wanted).abs() < 1e-4, "{dtype:?}: {gated:?}");
            }
        }
    }
}
