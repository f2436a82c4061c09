//! File or files of one network, mapped together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use candle_core::safetensors::MmapedSafetensors;
use candle_core::{Error, Result, bail};
use serde::Deserialize;

use crate::weights;

/// Index of several files, as diffusers writes it.
#[derive(Deserialize)]
struct Index {
    /// File of each tensor.
    weight_map: BTreeMap<String, PathBuf>,
}

/// All files, and the names of what they hold, without the bookkeeping of training frameworks.
pub(super) fn open(paths: &[PathBuf]) -> Result<(MmapedSafetensors, BTreeSet<String>)> {
    let mut shards = Vec::new();
    let mut promised = BTreeSet::new();
    for path in paths {
        if path.extension().is_some_and(|ending| ending == "json") {
            let Index { weight_map } = index(path)?;
            let files: BTreeSet<&PathBuf> = weight_map.values().collect();
            shards.extend(files.into_iter().map(|file| path.with_file_name(file)));
            let kept = |name: &String| !weights::is_bookkeeping(name);
            promised.extend(weight_map.into_keys().filter(kept));
        } else {
            shards.push(path.clone());
        }
    }
    let file = weights::mapped(&shards)?;
    let names = names(&file)?;
    match promised.difference(&names).next() {
        Some(missing) => bail!("{missing} is in the index, but in none of its files"),
        None => Ok((file, names)),
    }
}

/// Files are named as neighbours of the index, never as others' files.
fn index(path: &Path) -> Result<Index> {
    let text = std::fs::read(path).map_err(|error| Error::from(error).with_path(path))?;
    let index: Index = serde_json::from_slice(&text).map_err(Error::wrap)?;
    let is_neighbour = |file: &&PathBuf| file.file_name() == Some(file.as_os_str());
    match index.weight_map.values().find(|file| !is_neighbour(file)) {
        Some(stray) => bail!(
            "the index names {}, which is not beside it",
            stray.display()
        ),
        None => Ok(index),
    }
}

fn names(file: &MmapedSafetensors) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for (name, _) in file.tensors() {
        if weights::is_bookkeeping(&name) {
            continue;
        }
        if names.contains(&name) {
            bail!("{name} is in two of the files");
        }
        names.insert(name);
    }
    Ok(names)
}
