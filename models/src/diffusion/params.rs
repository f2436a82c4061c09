//! The parameters of one network, all of them held by name, so that it can be built again with
//! some of them replaced: that is how a LoRA is merged. Building copies nothing; a network keeps
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

/// Theirs that no network of ours has a place for: the second text encoder's other half is not in
/// the file, its scale is; and the schedule, which is computed.
const UNUSED: [&str; 2] = [
    "conditioner.embedders.1.model.logit_scale",
    "denoiser.sigmas",
];

/// By the names that the network asks for.
type Tensors = BTreeMap<String, Tensor>;

/// All parameters of one network.
pub struct Params {
    file: MmapedSafetensors,
    /// Where the file keeps each.
    places: BTreeMap<String, Place>,
    held: Arc<Tensors>,
    is_laid_out: bool,
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
            is_laid_out: false,
            dtype,
            device: device.clone(),
        };
        let names = params.places.keys();
        let read = |name: &String| Ok((name.clone(), params.original(name)?));
        params.held = Arc::new(names.map(read).collect::<Result<_>>()?);
        Ok(params)
    }

    /// From now on in the order that networks which paint read them in: those share them, then, and
    /// keep no copies.
    pub fn laid_out(mut self) -> Result<Self> {
        self.is_laid_out = true;
        for tensor in Arc::make_mut(&mut self.held).values_mut() {
            *tensor = channels_last::to_channels_last(tensor.clone())?;
        }
        Ok(self)
    }

    fn in_order(&self, tensor: Tensor) -> Result<Tensor> {
        if self.is_laid_out {
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

    /// In another precision than the one they are held in.
    pub fn build_in<N>(
        &self,
        dtype: DType,
        new: impl FnOnce(VarBuilder<'static>) -> Result<N>,
    ) -> std::result::Result<N, WeightsError> {
        let asked = Arc::new(Mutex::new(BTreeSet::new()));
        let giver = Giver {
            held: self.held.clone(),
            asked: asked.clone(),
        };
        let builder = VarBuilder::from_backend(Box::new(giver), dtype, self.device.clone());
        let network = new(builder)?;
        let asked = asked.lock().expect("nobody panics while asking");
        let rest = self.held.keys().filter(|name| !asked.contains(*name));
        left_over(rest.cloned()).map_or(Ok(network), Err)
    }

    /// In the order of the alphabet.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.held.keys().map(String::as_str)
    }

    /// As it is now.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.held.get(name)
    }

    /// Puts another tensor in the place of one, which it gives back. Networks that were built
    /// before do not notice.
    pub fn replace(&mut self, name: &str, tensor: Tensor) -> Result<Tensor> {
        let tensor = self.in_order(tensor)?;
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

    /// As the file has it, read again.
    pub fn original(&self, name: &str) -> Result<Tensor> {
        let Some(place) = self.places.get(name) else {
            bail!("there is no parameter {name}");
        };
        let kept = self.file.get(&place.name)?.load(&Device::Cpu)?;
        let taken = place.form.take(&kept)?.to_dtype(self.dtype)?;
        self.in_order(taken.to_device(&self.device)?)
    }
}

/// Where the file keeps the parameters of a network.
fn places(
    network: Network,
    names: &BTreeSet<String>,
) -> std::result::Result<BTreeMap<String, Place>, WeightsError> {
    let (mut places, mut strangers) = (BTreeMap::new(), Vec::new());
    for name in names.iter().filter(|name| !UNUSED.contains(&name.as_str())) {
        let Some(theirs) = name.strip_prefix(network.prefix()) else {
            let known = Network::ALL.iter().any(|n| name.starts_with(n.prefix()));
            strangers.extend((!known).then(|| name.clone()));
            continue;
        };
        let held = network.parameters(theirs);
        strangers.extend(held.is_empty().then(|| name.clone()));
        places.extend(held.into_iter().map(|Place { name: ours, form }| {
            let name = name.clone();
            (ours, Place { name, form })
        }));
    }
    left_over(strangers.into_iter()).map_or(Ok(places), Err)
}

fn left_over(mut names: impl Iterator<Item = String>) -> Option<WeightsError> {
    let first = names.next()?;
    Some(WeightsError::LeftOver {
        count: 1 + names.count(),
        first,
    })
}

struct Giver {
    held: Arc<Tensors>,
    asked: Arc<Mutex<BTreeSet<String>>>,
}

impl SimpleBackend for Giver {
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
        let mut asked = self.asked.lock().expect("nobody panics while asking");
        asked.insert(name.to_owned());
        tensor.to_dtype(dtype)?.to_device(dev)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.held.contains_key(name)
    }
}
