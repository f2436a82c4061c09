//! Pairs of original and edited pictures, by the names of their files.

use std::path::{Path, PathBuf};

use plumbline_enhance::Pixels;

use crate::preprocessing::{Kernel, resized};
use crate::train::data::{self, DataError};

/// Multiple of pixels of sides: whole latents on the UNet's narrowest level.
const GRAIN: u32 = 64;

/// Original picture, and the edited one.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The file's name without ending.
    pub name: String,
    /// Small copy of the original.
    pub before: Pixels,
    /// Edited picture, of the same size.
    pub after: Pixels,
}

/// Folders that a LoRA cannot be trained on.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// A folder or a picture.
    #[error(transparent)]
    Data(#[from] DataError),
    /// No two names agree.
    #[error(
        "no picture in {after} has the name of one in {before}: each edited picture keeps the name \
         of its original"
    )]
    None {
        /// Originals.
        before: PathBuf,
        /// Edited ones.
        after: PathBuf,
    },
    /// A picture that was cropped or turned.
    #[error("{name} has another shape after editing: crops and turns cannot be learned")]
    Shape {
        /// The file's name without ending.
        name: String,
    },
}

impl Pair {
    /// Pair of small copies, about `side` x `side` pixels each.
    pub fn new(name: &str, before: &Pixels, after: &Pixels, side: u32) -> Result<Self, PairError> {
        let shape = |p: &Pixels| f64::from(p.width()) / f64::from(p.height());
        if (shape(before) / shape(after)).ln().abs() > 0.02 {
            return Err(PairError::Shape {
                name: name.to_owned(),
            });
        }
        let long = f64::from(side) * shape(before).sqrt();
        let high = f64::from(side) / shape(before).sqrt();
        let whole = |length: f64| ((length / f64::from(GRAIN)).round() as u32).max(1) * GRAIN;
        let (width, height) = (whole(long), whole(high));
        let small = |picture: &Pixels| resized(picture, width, height, Kernel::Bicubic);
        Ok(Self {
            name: name.to_owned(),
            before: small(before),
            after: small(after),
        })
    }
}

/// Pairs of pictures of both folders whose names agree, about `side` x `side` pixels of each.
pub fn pairs(before: &Path, after: &Path, side: u32) -> Result<Vec<Pair>, PairError> {
    let edited = data::files(after)?;
    let both = data::files(before)?.into_iter().filter_map(|(name, file)| {
        let after = edited.get(&name)?;
        Some((name, file, after.clone()))
    });
    let pairs = both.map(|(name, before, after)| {
        Pair::new(&name, &data::read(&before)?, &data::read(&after)?, side)
    });
    let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
    if pairs.is_empty() {
        return Err(PairError::None {
            before: before.to_owned(),
            after: after.to_owned(),
        });
    }
    Ok(pairs)
}
