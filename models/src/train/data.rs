//! Photos and masks of their skies, small enough that hundreds of them stay in memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plumbline_enhance::{Limits, Pixels, Refusal, decode, preview};

use crate::nets::sky::resized;
use crate::train::rng::Rng;

/// Longer side of a photo in memory, pixels.
const LONG_SIDE: u32 = 448;

/// Fewest pairs of photo and mask that a training makes sense with.
pub const MIN_EXAMPLES: usize = 10;

/// Extensions of files that may be pictures.
const EXTENSIONS: [&str; 6] = ["jpg", "jpeg", "png", "tif", "tiff", "webp"];

/// Mask values that mean "not labelled"; compression moves 128 by a few.
const UNLABELLED: std::ops::RangeInclusive<u8> = 112..=143;

/// Photo and mask of its sky.
#[derive(Debug, Clone)]
pub struct Example {
    /// The file's name without ending.
    pub name: String,
    /// Small copy of the photo.
    pub picture: Pixels,
    /// Share of sky of every pixel, 0.0 to 1.0.
    pub sky: Vec<f32>,
    /// Share of every pixel that is labelled, 0.0 to 1.0.
    pub labelled: Vec<f32>,
}

/// Photos and masks that nothing can be learned from.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A folder or file that cannot be read.
    #[error("{path} cannot be read: {why}")]
    Unreadable {
        /// Path.
        path: PathBuf,
        /// Error of the system.
        why: std::io::Error,
    },
    /// A file that is no picture.
    #[error("{path} is no picture we can read: {why}")]
    NoPicture {
        /// Path.
        path: PathBuf,
        /// Reason.
        why: Refusal,
    },
    /// No mask belongs to any photo.
    #[error(
        "no mask in {masks} has the name of a photo in {photos}: a mask is a PNG or JPEG with its \
         photo's name, white where the sky is"
    )]
    NoMasks {
        /// Folder of photos.
        photos: PathBuf,
        /// Folder of masks.
        masks: PathBuf,
    },
    /// A mask of another shape.
    #[error(
        "the mask of {name} is {mask} pixels, its photo {photo}: both must have the same shape, so \
         export the mask from the upright, uncropped photo"
    )]
    Mismatch {
        /// The photo's name.
        name: String,
        /// Width x height.
        mask: String,
        /// Width x height.
        photo: String,
    },
    /// Not enough to learn from.
    #[error(
        "only {found} photos have a mask: at least {MIN_EXAMPLES} are needed, 50 to 100 are good"
    )]
    TooFew {
        /// Number of pairs.
        found: usize,
    },
}

impl Example {
    /// Example of a photo and its mask: white is sky, mid-grey (128) not labelled.
    pub fn new(name: &str, photo: &Pixels, mask: &Pixels) -> Result<Self, DataError> {
        let shape = |p: &Pixels| f64::from(p.width()) / f64::from(p.height());
        if (shape(photo) / shape(mask)).ln().abs() > 0.02 {
            let size = |p: &Pixels| format!("{} x {}", p.width(), p.height());
            return Err(DataError::Mismatch {
                name: name.to_owned(),
                mask: size(mask),
                photo: size(photo),
            });
        }
        let picture = preview(photo, LONG_SIDE);
        let (sky, labelled) = shares(mask, picture.width(), picture.height());
        Ok(Self {
            name: name.to_owned(),
            picture,
            sky,
            labelled,
        })
    }

    /// Example of a photo and the probability of sky at every place, both 0.0 to 1.0.
    pub fn from_probabilities(
        name: &str,
        photo: &Pixels,
        likely: impl Fn(f32, f32) -> f32,
    ) -> Self {
        let picture = preview(photo, LONG_SIDE);
        let (width, height) = (picture.width(), picture.height());
        let at = |i: u32, side: u32| (i as f32 + 0.5) / side as f32;
        let sky: Vec<f32> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| likely(at(x, width), at(y, height)))
            .collect();
        Self {
            name: name.to_owned(),
            labelled: vec![1.0; sky.len()],
            picture,
            sky,
        }
    }
}

/// Share of sky among the labelled mask pixels, and share of labelled ones, of every pixel of the
/// small picture.
fn shares(mask: &Pixels, width: u32, height: u32) -> (Vec<f32>, Vec<f32>) {
    let (width, height) = (width as usize, height as usize);
    let mut sky = vec![0.0_f32; width * height];
    let mut labelled = vec![0.0_f32; width * height];
    let mut all = vec![0.0_f32; width * height];
    let (from_width, from_height) = (mask.width() as usize, mask.height() as usize);
    // The finer of the two grids is walked, so that no pixel of the small picture is left out.
    let (across, down) = (from_width.max(width), from_height.max(height));
    let rgb = mask.rgb8();
    for y in 0..down {
        for x in 0..across {
            let from = y * from_height / down * from_width + x * from_width / across;
            let to = y * height / down * width + x * width / across;
            let value = rgb[from * 3];
            all[to] += 1.0;
            if !UNLABELLED.contains(&value) {
                labelled[to] += 1.0;
                sky[to] += f32::from(u8::from(value > *UNLABELLED.end()));
            }
        }
    }
    for ((sky, labelled), all) in sky.iter_mut().zip(&mut labelled).zip(&all) {
        *sky /= labelled.max(1.0);
        *labelled /= all;
    }
    (sky, labelled)
}

/// Photos of a folder that have a mask of the same name in the other (or of that name and
/// `.mask`, also in the same folder), by name.
pub fn pairs(photos: &Path, masks: &Path) -> Result<Vec<Example>, DataError> {
    let found = files(photos)?;
    let of_masks = files(masks)?;
    let both: Vec<(&String, &PathBuf, &PathBuf)> = found
        .iter()
        .filter_map(|(stem, photo)| {
            let beside = of_masks.get(&format!("{stem}.mask"));
            let alone = of_masks.get(stem).filter(|mask| *mask != photo);
            Some((stem, photo, beside.or(alone)?))
        })
        .collect();
    if both.is_empty() {
        return Err(DataError::NoMasks {
            photos: photos.to_owned(),
            masks: masks.to_owned(),
        });
    }
    if both.len() < MIN_EXAMPLES {
        return Err(DataError::TooFew { found: both.len() });
    }
    both.into_iter()
        .map(|(stem, photo, mask)| Example::new(stem, &read(photo)?, &read(mask)?))
        .collect()
}

/// Pictures of a folder by their names without ending.
pub fn files(folder: &Path) -> Result<BTreeMap<String, PathBuf>, DataError> {
    let unreadable = |why| DataError::Unreadable {
        path: folder.to_owned(),
        why,
    };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        let is_picture = ending.is_some_and(|e| EXTENSIONS.contains(&e.to_lowercase().as_str()));
        if let (true, Some(stem)) = (is_picture, path.file_stem().and_then(|s| s.to_str())) {
            files.insert(stem.to_owned(), path.clone());
        }
    }
    Ok(files)
}

/// Reads a picture, upright.
pub fn read(path: &Path) -> Result<Pixels, DataError> {
    let bytes = std::fs::read(path).map_err(|why| DataError::Unreadable {
        path: path.to_owned(),
        why,
    })?;
    let decoded = decode(&bytes, &Limits::default()).map_err(|why| DataError::NoPicture {
        path: path.to_owned(),
        why,
    })?;
    Ok(decoded.pixels)
}

/// Square copy of a picture of any shape.
pub fn squared(picture: &Pixels, side: u32) -> Pixels {
    resized(picture, side, side)
}

/// Splits examples by seed into those to train on and those to evaluate on, about one in six.
pub fn split(mut examples: Vec<Example>, seed: u64) -> (Vec<Example>, Vec<Example>) {
    Rng::new(seed, u64::MAX).shuffle(&mut examples);
    let held = (examples.len() / 6).max(2).min(examples.len() - 1);
    let learn = examples.split_off(held);
    (learn, examples)
}
