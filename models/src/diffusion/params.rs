//! Parameters of one network, by name, so that it can be built again with some of them replaced, which is
//! how a LoRA is merged. Building copies nothing; a network keeps
//! what it was built of until it is dropped.

mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use candle_core::safetensors::{Load, MmapedSafetensors};
use candle_core::{DType, Device, Result, Shape, Tensor, bail};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use plumbline_nn::conv::channels_last;

use crate::diffusion::checkpoint::{Form, Network, Place};
use crate::weights::WeightsError;

/// Tensors of Stability's files that no network of ours has: the scale of the second text encoder's
/// other half; and the schedule, which is computed.
const UNUSED: [&str; 2] = [
    "conditioner.embedders.1.model.logit_scale",
    "denoiser.sigmas",
];

/// Tensors by the network's names.
type Tensors = BTreeMap<String, Tensor>;

/// Parameters of one network.
pub struct Params {
    file: MmapedSafetensors,
    /// Place of each in the file.
    places: BTreeMap<String, Place>,
    held: Arc<Tensors>,
    is_channels_last: bool,
    dtype: DType,
    device: Device,
}

impl Params {
    /// Reads a network of its own file, or of several: name them all, or their
    /// `….safetensors.index.json`.
    pub fn map(
        paths: &[impl AsRef<Path>],
        dtype: DType,
        device: &Device,
    ) -> std::result::Result<Self, WeightsError> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.as_ref().to_owned()).collect();
        let (file, names) = files::open(&paths)?;
        let same = |name: String| {
            let place = Place {
                name: name.clone(),
                form: Form::Same,
            };
            (name, place)
        };
        let places = names.into_iter().map(same).collect();
        Ok(Self::read(file, places, dtype, device)?)
    }

    /// Reads one of the networks of a file in Stability's layout. What the file holds beyond SDXL's
    /// four is an error.
    pub fn single_file(
        path: &Path,
        network: Network,
        dtype: DType,
        device: &Device,
    ) -> std::result::Result<Self, WeightsError> {
        let (file, names) = files::open(&[path.to_owned()])?;
        let places = places(network, &names)?;
        Ok(Self::read(file, places, dtype, device)?)
    }

    fn read(
        file: MmapedSafetensors,
        places: BTreeMap<String, Place>,
        dtype: DType,
        device: &Device,
    ) -> Result<Self> {
        let mut params = Self {
            file,
            places,
            held: Arc::default(),
            is_channels_last: false,
            dtype,
            device: device.clone(),
        };
        let names = params.places.keys();
        let read = |name: &String| Ok((name.clone(), params.original(name)?));
        params.held = Arc::new(names.map(read).collect::<Result<_>>()?);
        Ok(params)
    }

    /// Converts all parameters to the memory format of inference, so that networks share them instead of
    /// copying.
    pub fn channels_last(mut self) -> Result<Self> {
        self.is_channels_last = true;
        for tensor in Arc::make_mut(&mut self.held).values_mut() {
            *tensor = channels_last::to_channels_last(tensor.clone())?;
        }
        Ok(self)
    }

    fn in_format(&self, tensor: Tensor) -> Result<Tensor> {
        if self.is_channels_last {
            return channels_last::to_channels_last(tensor);
        }
        Ok(tensor)
    }

    /// Builds the network. It must ask for every parameter, by its shape.
    pub fn build<N>(
        &self,
        new: impl FnOnce(VarBuilder<'static>) -> Result<N>,
    ) -> std::result::Result<N, WeightsError> {
        self.build_in(self.dtype, new)
    }

    /// Builds the network in another precision.
    pub fn build_in<N>(
        &self,
        dtype: DType,
        new: impl FnOnce(VarBuilder<'static>) -> Result<N>,
    ) -> std::result::Result<N, WeightsError> {
        let requested = Arc::new(Mutex::new(BTreeSet::new()));
        let backend = ParamsBackend {
            held: self.held.clone(),
            requested: requested.clone(),
        };
        let builder = VarBuilder::from_backend(Box::new(backend), dtype, self.device.clone());
        let network = new(builder)?;
        let requested = requested.lock().expect("nobody panics while holding it");
        let rest = self.held.keys().filter(|name| !requested.contains(*name));
        unexpected(rest.cloned()).map_or(Ok(network), Err)
    }

    /// Names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.held.keys().map(String::as_str)
    }

    /// Present value of a parameter.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.held.get(name)
    }

    /// Replaces a parameter, and returns the one before. Networks that were built before are not
    /// affected.
    pub fn replace(&mut self, name: &str, tensor: Tensor) -> Result<Tensor> {
        let tensor = self.in_format(tensor)?;
        let Some(held) = Arc::make_mut(&mut self.held).get_mut(name) else {
            bail!("there is no parameter {name}");
        };
        if held.shape() != tensor.shape() || held.dtype() != tensor.dtype() {
            bail!(
                "{name} is {:?} of {:?}, not {:?} of {:?}",
                held.dtype(),
                held.dims(),
                tensor.dtype(),
                tensor.dims()
            );
        }
        Ok(std::mem::replace(held, tensor))
    }

    /// Original value of a parameter, read from the file.
    pub fn original(&self, name: &str) -> Result<Tensor> {
        let Some(place) = self.places.get(name) else {
            bail!("there is no parameter {name}");
        };
        let kept = self.file.get(&place.name)?.load(&Device::Cpu)?;
        let taken = place.form.take(&kept)?.to_dtype(self.dtype)?;
        self.in_format(taken.to_device(&self.device)?)
    }
}

/// Places of a network's parameters in the file.
fn places(
    network: Network,
    names: &BTreeSet<String>,
) -> std::result::Result<BTreeMap<String, Place>, WeightsError> {
    let (mut places, mut unknown) = (BTreeMap::new(), Vec::new());
    for name in names.iter().filter(|name| !UNUSED.contains(&name.as_str())) {
        let Some(theirs) = name.strip_prefix(network.prefix()) else {
            let known = Network::ALL.iter().any(|n| name.starts_with(n.prefix()));
            unknown.extend((!known).then(|| name.clone()));
            continue;
        };
        let held = network.parameters(theirs);
        unknown.extend(held.is_empty().then(|| name.clone()));
        places.extend(held.into_iter().map(|Place { name: ours, form }| {
            let name = name.clone();
            (ours, Place { name, form })
        }));
    }
    unexpected(unknown.into_iter()).map_or(Ok(places), Err)
}

fn unexpected(mut names: impl Iterator<Item = String>) -> Option<WeightsError> {
    let first = names.next()?;
    Some(WeightsError::Unexpected {
        count: 1 + names.count(),
        first,
    })
}

struct ParamsBackend {
    held: Arc<Tensors>,
    requested: Arc<Mutex<BTreeSet<String>>>,
}

impl SimpleBackend for ParamsBackend {
    fn get(&self, s: Shape, name: &str, _: Init, dtype: DType, dev: &Device) -> Result<Tensor> {
        let tensor = self.get_unchecked(name, dtype, dev)?;
        if tensor.shape() != &s {
            bail!("{name} is {:?}, not {:?}", tensor.dims(), s.dims());
        }
        Ok(tensor)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, dev: &Device) -> Result<Tensor> {
        let Some(tensor) = self.held.get(name) else {
            bail!("there is no parameter {name}");
        };
        let mut requested = self
            .requested
            .lock()
            .expect("nobody panics while holding it");
        requested.insert(name.to_owned());
        tensor.to_dtype(dtype)?.to_device(dev)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.held.contains_key(name)
    }
}
