//! Files that are to become looks. The site has no networks: it compares names and shapes with those
//! that a look has, so that a wrong file is refused where it is added. The worker opens it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, ensure};
use plumbline_documents::{LOOK_MOST_BYTES, NotALook, check_look};
use safetensors::SafeTensors;

/// The bytes of a look.
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("{name} cannot be read"))?;
    let mut bytes = Vec::new();
    // One byte more shows that there are too many.
    file.take(LOOK_MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{name} cannot be read"))?;
    ensure!(
        bytes.len() as u64 <= LOOK_MOST_BYTES,
        "{name} is larger than {} MB, and no look is.",
        LOOK_MOST_BYTES >> 20
    );
    check(&bytes).with_context(|| {
        format!("{name} is not a look that `plumbline train finish` of this release made")
    })?;
    Ok(bytes)
}

fn check(bytes: &[u8]) -> Result<(), NotALook> {
    let file = SafeTensors::deserialize(bytes);
    let file = file.map_err(|error| NotALook::Unreadable(error.to_string()))?;
    let tensors = file.tensors();
    check_look(
        tensors
            .iter()
            .map(|(name, one)| (name.as_str(), one.shape())),
    )
}
