//! File of weights: mapped into memory, compiled into the program, or pickled. Every tensor of it must
//! be requested: a network that leaves some is not the one the file was made for. Those that it leaves
//! on purpose, it names.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use candle_core::pickle::PthTensors;
use candle_core::safetensors::{MmapedSafetensors, SliceSafetensors};
use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};

/// Suffixes of training frameworks' bookkeeping, which no network has.
const BOOKKEEPING: [&str; 2] = [".num_batches_tracked", ".position_ids"];

enum File {
    Mapped(MmapedSafetensors),
    Embedded(SliceSafetensors<'static>),
    Pickled(PthTensors),
}

/// Place of a tensor in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name in the file.
    pub name: String,
    /// Row of the tensor; `None`: all of it.
    pub row: Option<usize>,
}

impl Place {
    /// Place under the network's own name.
    fn same(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            row: None,
        }
    }
}

/// Tensors by name, and the names that were requested.
pub struct Weights {
    file: Arc<File>,
    requested: Arc<Mutex<BTreeSet<String>>>,
    place: fn(&str) -> Place,
    unused: &'static [&'static str],
}

/// File that cannot be read, or does not fit the network.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file is not there, not safetensors, or a tensor is missing or of another shape.
    #[error("the weights cannot be used: {0}")]
    Unusable(#[from] candle_core::Error),
    /// Tensors that the network has no place for.
    #[error(
        "the weights hold {count} tensors that the network has no place for, the first is {first}"
    )]
    Unexpected {
        /// Number of them.
        count: usize,
        /// First in the order of their names.
        first: String,
    },
}

impl Weights {
    /// Maps a safetensors file into memory. Pages are read when tensors are.
    pub fn map(path: &Path) -> std::result::Result<Self, WeightsError> {
        Ok(Self::of(File::Mapped(mapped(&[path])?)))
    }

    /// Reads weights that are part of the program.
    pub fn embedded(bytes: &'static [u8]) -> std::result::Result<Self, WeightsError> {
        Ok(Self::of(File::Embedded(SliceSafetensors::new(bytes)?)))
    }

    /// Reads what PyTorch saved: the dictionary of tensors under a key (`"model"`) of a pickled
    /// one. Pickles are parsed, never run.
    pub fn pickled(path: &Path, key: &str) -> std::result::Result<Self, WeightsError> {
        Ok(Self::of(File::Pickled(PthTensors::new(path, Some(key))?)))
    }

    fn of(file: File) -> Self {
        Self {
            file: Arc::new(file),
            requested: Arc::default(),
            place: Place::same,
            unused: &[],
        }
    }

    /// Maps the network's names to those of the file.
    pub fn with_names(self, place: fn(&str) -> Place) -> Self {
        Self { place, ..self }
    }

    /// Allows tensors that the network does not need: names, or their prefixes.
    pub fn without(self, unused: &'static [&'static str]) -> Self {
        Self { unused, ..self }
    }

    /// True if the file has a tensor of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.names().iter().any(|held| held == name)
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
        let backend = TrackingBackend {
            file: self.file.clone(),
            requested: self.requested.clone(),
            place: self.place,
        };
        let builder = VarBuilder::from_backend(Box::new(backend), dtype, device.clone());
        let network = new(builder)?;
        self.unexpected().map_or(Ok(network), Err)
    }

    fn unexpected(&self) -> Option<WeightsError> {
        let requested = self
            .requested
            .lock()
            .expect("nobody panics while holding it");
        let rest: BTreeSet<String> = self
            .names()
            .into_iter()
            .filter(|name| !requested.contains(name))
            .filter(|name| !is_bookkeeping(name))
            .filter(|name| !self.unused.iter().any(|begin| name.starts_with(begin)))
            .collect();
        Some(WeightsError::Unexpected {
            count: rest.len(),
            first: rest.into_iter().next()?,
        })
    }

    fn names(&self) -> Vec<String> {
        let tensors = match &*self.file {
            File::Mapped(file) => file.tensors(),
            File::Embedded(file) => file.tensors(),
            File::Pickled(file) => return file.tensor_infos().keys().cloned().collect(),
        };
        tensors.into_iter().map(|(name, _)| name).collect()
    }
}

/// Maps safetensors files as if they were one.
pub(crate) fn mapped(paths: &[impl AsRef<Path>]) -> Result<MmapedSafetensors> {
    // Safe as long as nobody shortens the files meanwhile: the weight store replaces files whole, under
    // another name first, and never writes into one.
    #[allow(unsafe_code)]
    unsafe {
        MmapedSafetensors::multi(paths)
    }
}

/// True for tensors that are none of the network's.
pub(crate) fn is_bookkeeping(name: &str) -> bool {
    BOOKKEEPING.iter().any(|ending| name.ends_with(ending))
}

struct TrackingBackend {
    file: Arc<File>,
    requested: Arc<Mutex<BTreeSet<String>>>,
    place: fn(&str) -> Place,
}

impl TrackingBackend {
    fn backend(&self) -> &dyn SimpleBackend {
        match &*self.file {
            File::Mapped(file) => file,
            File::Embedded(file) => file,
            File::Pickled(file) => file,
        }
    }

    /// Place in the file; recorded as requested.
    fn find(&self, name: &str) -> Place {
        let place = (self.place)(name);
        let mut requested = self
            .requested
            .lock()
            .expect("nobody panics while holding it");
        requested.insert(place.name.clone());
        place
    }
}

impl SimpleBackend for TrackingBackend {
    fn get(&self, s: Shape, name: &str, h: Init, dtype: DType, dev: &Device) -> Result<Tensor> {
        let Place { name, row } = self.find(name);
        match row {
            None => self.backend().get(s, &name, h, dtype, dev),
            Some(row) => {
                let all = self.backend().get_unchecked(&name, dtype, dev)?;
                all.narrow(0, row, 1)?.reshape(s)
            }
        }
    }

    fn get_unchecked(&self, name: &str, dtype: DType, dev: &Device) -> Result<Tensor> {
        let Place { name, row } = self.find(name);
        let all = self.backend().get_unchecked(&name, dtype, dev)?;
        row.map_or(Ok(all.clone()), |row| all.narrow(0, row, 1))
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.backend().contains_tensor(&(self.place)(name).name)
    }
}
