//! A file of weights: mapped into memory, compiled into the program, or pickled. Every tensor of it
//! must be asked for: a network that leaves some behind is not the one the file was made for. What
//! it leaves knowingly, it names.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use candle_core::pickle::PthTensors;
use candle_core::safetensors::{MmapedSafetensors, SliceSafetensors};
use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};

/// Bookkeeping of training frameworks, in no network's way.
const BOOKKEEPING: [&str; 2] = [".num_batches_tracked", ".position_ids"];

enum File {
    Mapped(MmapedSafetensors),
    Compiled(SliceSafetensors<'static>),
    Pickled(PthTensors),
}

/// Where a file keeps a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it is called there.
    pub name: String,
    /// Which of its rows; `None`: all of it.
    pub row: Option<usize>,
}

impl Place {
    /// Under the name that the network has for it.
    fn same(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            row: None,
        }
    }
}

/// Tensors by name, and which of them were asked for.
pub struct Weights {
    file: Arc<File>,
    asked: Arc<Mutex<BTreeSet<String>>>,
    place: fn(&str) -> Place,
    unused: &'static [&'static str],
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
        Ok(Self::of(File::Mapped(mapped(&[path])?)))
    }

    /// Weights that are part of the program.
    pub fn compiled(bytes: &'static [u8]) -> std::result::Result<Self, WeightsError> {
        Ok(Self::of(File::Compiled(SliceSafetensors::new(bytes)?)))
    }

    /// Reads what PyTorch saved: the dictionary of tensors under a key (`"model"`) of a pickled
    /// one. Pickles are parsed, never run.
    pub fn pickled(path: &Path, key: &str) -> std::result::Result<Self, WeightsError> {
        Ok(Self::of(File::Pickled(PthTensors::new(path, Some(key))?)))
    }

    fn of(file: File) -> Self {
        Self {
            file: Arc::new(file),
            asked: Arc::default(),
            place: Place::same,
            unused: &[],
        }
    }

    /// For a file with other names than the network's.
    pub fn laid_out(self, place: fn(&str) -> Place) -> Self {
        Self { place, ..self }
    }

    /// For a file that holds more than the network needs: names, or their beginnings.
    pub fn without(self, unused: &'static [&'static str]) -> Self {
        Self { unused, ..self }
    }

    /// Whether the file has a tensor of that name.
    pub fn holds(&self, name: &str) -> bool {
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
        let asker = Asker {
            file: self.file.clone(),
            asked: self.asked.clone(),
            place: self.place,
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
            .filter(|name| !is_bookkeeping(name))
            .filter(|name| !self.unused.iter().any(|begin| name.starts_with(begin)))
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

/// Whether a tensor is none of the network's.
pub(crate) fn is_bookkeeping(name: &str) -> bool {
    BOOKKEEPING.iter().any(|ending| name.ends_with(ending))
}

struct Asker {
    file: Arc<File>,
    asked: Arc<Mutex<BTreeSet<String>>>,
    place: fn(&str) -> Place,
}

impl Asker {
    fn backend(&self) -> &dyn SimpleBackend {
        match &*self.file {
            File::Mapped(file) => file,
            File::Compiled(file) => file,
            File::Pickled(file) => file,
        }
    }

    /// Where the file has it; noted as asked for.
    fn find(&self, name: &str) -> Place {
        let place = (self.place)(name);
        let mut asked = self.asked.lock().expect("nobody panics while asking");
        asked.insert(place.name.clone());
        place
    }
}

impl SimpleBackend for Asker {
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
