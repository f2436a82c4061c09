//! Weights of a training by name: initialised, stored, restored.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{DType, Device, Result, Tensor, Var, safetensors};
use candle_nn::{VarBuilder, VarMap};

use crate::train::rng::Rng;

/// Variables of a network that was just built from them.
pub struct Weights(VarMap);

impl Weights {
    /// Builds a network of new variables: random kernels (after He et al. 2015), biases zero.
    pub fn init<N>(seed: u64, new: impl FnOnce(VarBuilder) -> Result<N>) -> Result<(Self, N)> {
        let map = VarMap::new();
        let net = new(VarBuilder::from_varmap(&map, DType::F32, &Device::Cpu))?;
        let weights = Self(map);
        for (place, (name, var)) in weights.vars().into_iter().enumerate() {
            let mut rng = Rng::new(seed, place as u64);
            var.set(&Tensor::from_vec(
                kernels(&name, var.dims(), &mut rng),
                var.shape(),
                &Device::Cpu,
            )?)?;
        }
        Ok((weights, net))
    }

    /// Variables by name.
    pub fn vars(&self) -> BTreeMap<String, Var> {
        let vars = self.0.data().lock().expect("nobody panics while naming");
        vars.iter()
            .map(|(name, var)| (name.clone(), var.clone()))
            .collect()
    }

    /// Takes over values of the same names and shapes.
    pub fn set(&self, mut find: impl FnMut(&str) -> Result<Tensor>) -> Result<()> {
        for (name, var) in self.vars() {
            var.set(&find(&name)?.to_dtype(DType::F32)?)?;
        }
        Ok(())
    }

    /// Copies of the present values.
    pub fn copies(&self) -> Result<BTreeMap<String, Tensor>> {
        let copy = |(name, var): (String, Var)| Ok((name, var.as_tensor().copy()?));
        self.vars().into_iter().map(copy).collect()
    }
}

/// Random kernels of the deviation that keeps a rectified signal's variance. Each adds up to zero: there
/// are no norms, and what all pixels have in common would otherwise outgrow what sets them apart.
/// Residual branches begin small and the output smaller, so that a new network's logits are near zero.
fn kernels(name: &str, dims: &[usize], rng: &mut Rng) -> Vec<f32> {
    let fan: usize = dims.iter().skip(1).product();
    let strength = match name {
        _ if dims.len() < 2 => 0.0,
        _ if name.starts_with("out") => 0.1,
        _ if name.contains("more") || name.contains("mix") => 0.5,
        _ => 1.0,
    };
    let spread = (2.0 / fan as f32).sqrt() * strength;
    let mut values = Vec::with_capacity(dims.iter().product());
    for _ in 0..dims[0] {
        let kernel: Vec<f32> = (0..fan).map(|_| rng.normal() * spread).collect();
        let mean = kernel.iter().sum::<f32>() / fan as f32;
        values.extend(kernel.iter().map(|value| value - mean));
    }
    values
}

/// The tensor of a name.
pub(super) fn named(tensors: &HashMap<String, Tensor>, name: &str) -> Result<Tensor> {
    tensors
        .get(name)
        .cloned()
        .ok_or_else(|| candle_core::Error::Msg(format!("the file has no tensor {name}")))
}

/// Writes tensors whole or not at all.
pub fn write(path: &Path, tensors: impl IntoIterator<Item = (String, Tensor)>) -> Result<()> {
    let tensors: HashMap<String, Tensor> = tensors.into_iter().collect();
    let part = path.with_extension("part");
    safetensors::save(&tensors, &part)?;
    std::fs::rename(&part, path).map_err(candle_core::Error::wrap)
}

/// Writes weights in half precision, as they are shipped.
pub fn write_half(path: &Path, weights: &BTreeMap<String, Tensor>) -> Result<()> {
    let half =
        |(name, tensor): (&String, &Tensor)| Ok((name.clone(), tensor.to_dtype(DType::F16)?));
    let tensors: Vec<(String, Tensor)> = weights.iter().map(half).collect::<Result<_>>()?;
    write(path, tensors)
}
