//! Linear layers, plain or packed.

use candle_core::{CpuStorage, CustomOp1, D, Layout, Module, Result, Shape, Tensor, bail};
use candle_nn::VarBuilder;

use super::packed_weights::Order;
use super::{Kind, Packed, activation_builder, bf16_pairs, packs};
use crate::conv::Geometry;
use crate::gelu::gelu;
use crate::storage::contiguous_f32;

/// Linear layer, y = x Wᵀ + b.
#[derive(Debug, Clone)]
pub struct Linear(Kind<candle_nn::Linear>);

/// Takes a weight and a bias from `vb`.
pub fn linear(inputs: usize, outputs: usize, vb: VarBuilder) -> Result<Linear> {
    if !packs(&vb) {
        return Ok(Linear(Kind::Plain(candle_nn::linear(inputs, outputs, vb)?)));
    }
    let bias = activation_builder(&vb).get(outputs, "bias")?;
    let weight = vb.get((outputs, inputs), "weight")?;
    let packed = Packed::new(&weight, Some(&bias), Geometry::POINT)?;
    Ok(Linear(Kind::Packed(packed)))
}

/// Takes a weight from `vb`, and no bias.
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
    /// GEGLU (Shazeer 2020): one half of the outputs, times the GELU of the other.
    pub fn geglu(&self, x: &Tensor) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some((product, bias)) = self.on_card(x)?
            && crate::kernels::supports_geglu(bias.elem_count())
        {
            return crate::kernels::geglu(&product, bias);
        }
        let wide = self.forward(x)?;
        let half = wide.dim(D::Minus1)? / 2;
        let gate = gelu(&wide.narrow(D::Minus1, half, half)?)?;
        wide.narrow(D::Minus1, 0, half)? * gate
    }

    /// Product without the bias, and the bias; `None`: not for a card's kernels.
    #[cfg(feature = "cuda")]
    fn on_card(&self, x: &Tensor) -> Result<Option<(Tensor, &Tensor)>> {
        let Kind::Plain(plain) = &self.0 else {
            return Ok(None);
        };
        let Some(bias) = plain.bias() else {
            return Ok(None);
        };
        if !crate::kernels::supported(&[x, plain.weight(), bias]) {
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
            return crate::kernels::add_bias(&product, bias, 1);
        }
        match &self.0 {
            Kind::Plain(plain) => plain.forward(x),
            Kind::Packed(packed) => x.contiguous()?.apply_op1_no_bwd(&Rows(packed)),
        }
    }
}

/// Packed linear layer as an operation of candle's.
struct Rows<'a>(&'a Packed);

impl CustomOp1 for Rows<'_> {
    fn name(&self) -> &'static str {
        "packed-linear"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let weights = &self.0.weights;
        let x = contiguous_f32(storage, layout)?;
        let mut dims = layout.dims().to_vec();
        match dims.last_mut() {
            Some(last) if *last == weights.inputs => *last = weights.outputs,
            _ => bail!("{:?} by {:?}", layout.shape(), self.0),
        }
        let run = weights.inputs.div_ceil(2);
        let pairs = bf16_pairs::pack_rows(x, weights.inputs);
        let count = x.len() / weights.inputs;
        let y = weights.run(&pairs, &[0], count, |row| row * run, Order::Rows);
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
            let geglu = layer.geglu(&zeros(&[2, 4, 5])).unwrap();
            assert_eq!(geglu.dims(), [2, 4, 3]);
            let geglu = geglu.get(1).unwrap().to_vec2::<f32>().unwrap();
            // A normal distribution has 0.841345 of itself below 1.
            for (found, wanted) in geglu[3].iter().zip([0.0, 3.0 * 0.841_345, 50.0]) {
                assert!((found - wanted).abs() < 1e-4, "{dtype:?}: {geglu:?}");
            }
        }
    }
}
