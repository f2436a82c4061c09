//! A file of weights: mapped into memory, or compiled into the program. Every tensor of it must be
//! asked for: a network that leaves some behind is not the one the file was made for.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use candle_core::safetensors::{MmapedSafetensors, SliceSafetensors};
use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};

/// Bookkeeping of training frameworks, in no network's way.
const BOOKKEEPING: [&str; 2] = [".num_batches_tracked", ".position_ids"];

enum File {
    Mapped(MmapedSafetensors),
    Compiled(SliceSafetensors<'static>),
}

/// Tensors by name, and which of them were asked for.
pub struct Weights {
    file: Arc<File>,
    asked: Arc<Mutex<BTreeSet<String>>>,
}

/// Could not be read, or does not fit the network.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// Not there, not safetensors, a tensor missing or of another shape.
    #[error("the weights cannot be used: {0}")]
    Unusable(#[from] candle_core::Error),
    /// Tensors that the network has no place for.
    #[error(
        "the weights hold {count} tensors that the network has no place for, the first is {first}"
    )]
    LeftOver {
        /// How many.
        count: usize,
        /// In the order of their names.
        first: String,
    },
}

impl Weights {
    /// Maps a safetensors file into memory. Pages are read when tensors are.
    pub fn map(path: &Path) -> std::result::Result<Self, WeightsError> {
        // Safe as long as nobody shortens the file meanwhile: a shelf replaces files whole, under
        // another name first, and never writes into one.
        #[allow(unsafe_code)]
        let file = unsafe { MmapedSafetensors::new(path) }?;
        Ok(Self::of(File::Mapped(file)))
    }

    /// Weights that are part of the program.
    pub fn compiled(bytes: &'static [u8]) -> std::result::Result<Self, WeightsError> {
        Ok(Self::of(File::Compiled(SliceSafetensors::new(bytes)?)))
    }

    fn of(file: File) -> Self {
        Self {
            file: Arc::new(file),
            asked: Arc::default(),
        }
    }

    /// Builds a network from all of the tensors, as `f32` on the CPU.
    pub fn build<N>(
        self,
        new: impl FnOnce(VarBuilder<'static>) -> Result<N>,
    ) -> std::result::Result<N, WeightsError> {
        self.build_on(DType::F32, &Device::Cpu, new)
    }

    /// Builds a network from all of the tensors.
    pub fn build_on<N>(
        self,
        dtype: DType,
        device: &Device,
        new: impl FnOnce(VarBuilder<'static>) -> Result<N>,
    ) -> std::result::Result<N, WeightsError> {
        let asker = Asker {
            file: self.file.clone(),
            asked: self.asked.clone(),
        };
        let builder = VarBuilder::from_backend(Box::new(asker), dtype, device.clone());
        let network = new(builder)?;
        self.left_over().map_or(Ok(network), Err)
    }

    fn left_over(&self) -> Option<WeightsError> {
        let asked = self.asked.lock().expect("nobody panics while asking");
        let rest: BTreeSet<String> = self
            .names()
            .into_iter()
            .filter(|name| !asked.contains(name))
            .filter(|name| !BOOKKEEPING.iter().any(|ending| name.ends_with(ending)))
            .collect();
        Some(WeightsError::LeftOver {
            count: rest.len(),
            first: rest.into_iter().next()?,
        })
    }

    fn names(&self) -> Vec<String> {
        let tensors = match &*self.file {
            File::Mapped(file) => file.tensors(),
            File::Compiled(file) => file.tensors(),
        };
        tensors.into_iter().map(|(name, _)| name).collect()
    }
}

struct Asker {
    file: Arc<File>,
    asked: Arc<Mutex<BTreeSet<String>>>,
}

impl Asker {
    fn backend(&self) -> &dyn SimpleBackend {
        match &*self.file {
            File::Mapped(file) => file,
            File::Compiled(file) => file,
        }
    }

    fn note(&self, name: &str) {
        let mut asked = self.asked.lock().expect("nobody panics while asking");
        asked.insert(name.to_owned());
    }
}

impl SimpleBackend for Asker {
    fn get(&self, s: Shape, name: &str, h: Init, dtype: DType, dev: &Device) -> Result<Tensor> {
        self.note(name);
        self.backend().get(s, name, h, dtype, dev)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, dev: &Device) -> Result<Tensor> {
        self.note(name);
        self.backend().get_unchecked(name, dtype, dev)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.backend().contains_tensor(name)
    }
}
