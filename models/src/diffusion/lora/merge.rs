//! LoRAs added to a network's parameters, any number at once, and taken out again. The network is
//! built anew from what `MergedParams` holds; one that was built before stays what it was.

use std::collections::{BTreeMap, HashMap};

use candle_core::{DType, Result, Tensor};

use crate::diffusion::checkpoint::Network;
use crate::diffusion::lora::{Layer, Lora, LoraError, Name};
use crate::diffusion::params::Params;

/// Place of the original parameters while a LoRA is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Originals {
    /// Beside the changed ones, on the same device: quick, and twice the memory.
    Kept,
    /// In their file, which must stay as it is: no memory, and a file to read.
    InTheFile,
}

/// LoRA and its weight.
#[derive(Clone, Copy)]
pub struct Adapter<'a> {
    /// LoRA that is added.
    pub lora: &'a Lora,
    /// Weight: 1 as it was trained, 0 nothing, below 0 the opposite.
    pub weight: f64,
}

/// A UNet's parameters with LoRAs in them.
pub struct MergedParams {
    params: Params,
    originals: Originals,
    /// Changed parameters, and their originals where they are kept.
    changed: BTreeMap<String, Option<Tensor>>,
}

/// LoRAs' layers that are added to one layer, and their factors.
type Additions<'a> = Vec<(&'a Lora, &'a Layer, f64)>;

impl MergedParams {
    /// Parameters without a LoRA.
    pub fn new(params: Params, originals: Originals) -> Self {
        Self {
            params,
            originals,
            changed: BTreeMap::new(),
        }
    }

    /// Parameters, to build the network from.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// Merges these LoRAs, and no others: W + Σ weight · alpha / rank · up × down,
    /// from the original W, in full precision, rounded once. If one of them does not fit, nothing
    /// changes; if memory ends halfway, all of them are removed.
    pub fn set(&mut self, adapters: &[Adapter]) -> std::result::Result<(), LoraError> {
        let plan = plan(&self.params, adapters)?;
        let set = self.apply(&plan);
        if set.is_err() {
            self.clear()?;
        }
        Ok(set?)
    }

    /// Removes all LoRAs: every parameter has the bits it had.
    pub fn clear(&mut self) -> Result<()> {
        for name in self.changed.keys().cloned().collect::<Vec<_>>() {
            self.restore(&name)?;
        }
        Ok(())
    }

    fn apply(&mut self, plan: &BTreeMap<String, Additions>) -> Result<()> {
        let stays = |name: &&String| !plan.contains_key(*name);
        for name in self
            .changed
            .keys()
            .filter(stays)
            .cloned()
            .collect::<Vec<_>>()
        {
            self.restore(&name)?;
        }
        for (name, additions) in plan {
            let original = self.original(name)?;
            let blended = add(&original, additions)?;
            self.params.replace(name, blended)?;
            let kept = (self.originals == Originals::Kept).then_some(original);
            self.changed.insert(name.clone(), kept);
        }
        Ok(())
    }

    fn restore(&mut self, name: &str) -> Result<()> {
        let original = self.original(name)?;
        self.params.replace(name, original)?;
        self.changed.remove(name);
        Ok(())
    }

    fn original(&self, name: &str) -> Result<Tensor> {
        match (self.changed.get(name), self.params.get(name)) {
            (Some(Some(kept)), _) => Ok(kept.clone()),
            (None, Some(unchanged)) => Ok(unchanged.clone()),
            _ => self.params.original(name),
        }
    }
}

/// Finds and measures every layer of every LoRA, before anything is changed.
fn plan<'a>(
    params: &Params,
    adapters: &[Adapter<'a>],
) -> std::result::Result<BTreeMap<String, Additions<'a>>, LoraError> {
    let flat = flat_names(params);
    let mut plan = BTreeMap::<String, Additions>::new();
    for Adapter { lora, weight } in adapters {
        if !weight.is_finite() {
            return Err(LoraError::Weight(*weight));
        }
        for layer in &lora.layers {
            let name = match &layer.name {
                Name::Path(path) => Some(format!("{path}.weight")),
                Name::Flat(name) => flat.get(name).cloned(),
            };
            let held = name.and_then(|name| Some((params.get(&name)?.dims().to_vec(), name)));
            let Some((wanted, name)) = held else {
                return Err(LoraError::Nowhere(layer.down.clone()));
            };
            fits(lora, layer, &wanted)?;
            if *weight != 0.0 {
                let addition = (*lora, layer, weight * layer.scale);
                plan.entry(name).or_default().push(addition);
            }
        }
    }
    Ok(plan)
}

/// Layers by both codes' names with underscores for dots.
fn flat_names(params: &Params) -> HashMap<String, String> {
    let mut flat = HashMap::new();
    for name in params.names() {
        let Some(path) = name.strip_suffix(".weight") else {
            continue;
        };
        flat.insert(path.replace('.', "_"), name.to_owned());
        let theirs = Network::Unet.place(name).map(|place| place.name);
        if let Some(path) = theirs
            .as_deref()
            .and_then(|name| name.strip_suffix(".weight"))
        {
            flat.insert(path.replace('.', "_"), name.to_owned());
        }
    }
    flat
}

/// Down rank x inputs (x kernel), up outputs x rank (x 1 x 1), for W outputs x inputs (x kernel).
fn fits(lora: &Lora, layer: &Layer, wanted: &[usize]) -> std::result::Result<(), LoraError> {
    let (down, up) = (lora.shape(&layer.down)?, lora.shape(&layer.up)?);
    let rank = down.first().copied().unwrap_or(0);
    let misshapen = |key: &String, found: Vec<usize>| LoraError::Misshapen {
        key: key.clone(),
        found,
        wanted: wanted.to_vec(),
    };
    if rank == 0 || wanted.len() < 2 || without_ones(&down[1..]) != without_ones(&wanted[1..]) {
        return Err(misshapen(&layer.down, down));
    }
    if up.len() < 2 || up[..2] != [wanted[0], rank] || up[2..].iter().any(|&side| side != 1) {
        return Err(misshapen(&layer.up, up));
    }
    Ok(())
}

/// A kernel of one pixel is a matrix.
fn without_ones(shape: &[usize]) -> &[usize] {
    match shape {
        [inputs, 1, 1] => std::slice::from_ref(inputs),
        shape => shape,
    }
}

fn add(original: &Tensor, additions: &Additions) -> Result<Tensor> {
    let device = original.device();
    let mut sum = original.to_dtype(DType::F32)?;
    for (lora, layer, times) in additions {
        // outputs x rank, and rank x inputs or, of a kernel, rank x (inputs · height · width)
        let up = lora.tensor(&layer.up, device)?.flatten_from(1)?;
        let down = lora.tensor(&layer.down, device)?.flatten_from(1)?;
        let product = (up.matmul(&down)? * *times)?;
        sum = (sum + product.reshape(original.shape())?)?;
    }
    sum.to_dtype(original.dtype())
}
