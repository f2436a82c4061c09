//! Photos of the shared folder, and a teacher's masks of them.

pub mod measure;
pub mod places;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use candle_core::{Device, Tensor};
use candle_nn::ops::sigmoid;
use plumbline_documents::Room;
use plumbline_enhance::Pixels;
use plumbline_models::nets::u2net::U2Net;
use plumbline_models::train::data::{self, Example};
use plumbline_models::weights::Weights;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A photo and what is known about it.
pub struct Photo {
    pub example: Example,
    pub is_interior: bool,
    pub room: Option<Room>,
    /// Somebody looked at its mask.
    pub is_checked: bool,
}

/// All labelled photos, with the checked mask, the teacher's, or none where it is an interior.
pub fn photos(folder: &Path, teacher: &Path) -> Result<Vec<Photo>> {
    let teacher = Teacher::open(teacher)?;
    let labels = std::fs::read_to_string(folder.join("labels.tsv"))?;
    labels
        .lines()
        .skip(1)
        .map(|line| {
            let [file, scene, room] = line.split('\t').collect::<Vec<_>>()[..] else {
                return Err(format!("{line} is not three columns").into());
            };
            let picture = data::read(&folder.join(file))?;
            let name = Path::new(file)
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy();
            let mask = folder.join(format!("sky-masks/checked/{name}.png"));
            let is_interior = scene == "interior";
            let example = if is_interior {
                Example::from_probabilities(&name, &picture, |_, _| 0.0)
            } else if mask.exists() {
                Example::new(&name, &picture, &data::read(&mask)?)?
            } else {
                teacher.example(&name, &picture)?
            };
            let rooms: BTreeMap<String, Room> = Room::ALL
                .iter()
                .map(|room| {
                    Ok((
                        serde_json::to_value(room)?
                            .as_str()
                            .unwrap_or("")
                            .to_owned(),
                        *room,
                    ))
                })
                .collect::<Result<_>>()?;
            Ok(Photo {
                example,
                is_interior,
                room: rooms.get(room).copied(),
                is_checked: mask.exists(),
            })
        })
        .collect()
}

/// One photographer's photos are in one fold.
pub fn fold(name: &str, folds: usize) -> usize {
    let author: Vec<&str> = name.split('-').take(2).collect();
    let author = if author[0] == "pexels" || author[0].starts_with("test_") {
        author[0].split('_').next().unwrap_or_default().to_owned()
    } else {
        author.join("-")
    };
    let sum = author
        .bytes()
        .fold(5381_u32, |sum, b| sum.wrapping_mul(33) ^ u32::from(b));
    (sum >> 7) as usize % folds
}

/// U2NETP.
pub struct Teacher(U2Net);

impl Teacher {
    const SIDE: usize = 384;

    pub fn open(weights: &Path) -> Result<Self> {
        Ok(Self(Weights::map(weights)?.build(|vb| U2Net::new(&vb))?))
    }

    /// Probability of sky of every pixel, `SIDE` x `SIDE`.
    pub fn likely(&self, picture: &Pixels) -> Result<Vec<f32>> {
        let small = data::squared(picture, Self::SIDE as u32);
        let rgb = small.rgb8();
        let plane = |c: usize| {
            let (mean, deviation) = ([0.485, 0.456, 0.406][c], [0.229, 0.224, 0.225][c]);
            rgb.iter()
                .skip(c)
                .step_by(3)
                .map(move |&v| (f32::from(v) / 255.0 - mean) / deviation)
        };
        let values: Vec<f32> = (0..3).flat_map(plane).collect();
        let shape = (1, 3, Self::SIDE, Self::SIDE);
        let x = Tensor::from_vec(values, shape, &Device::Cpu)?;
        Ok(sigmoid(&self.0.forward(&x)?.fused)?
            .flatten_all()?
            .to_vec1()?)
    }

    pub fn example(&self, name: &str, picture: &Pixels) -> Result<Example> {
        let likely = self.likely(picture)?;
        let at = |v: f32| ((v * Self::SIDE as f32) as usize).min(Self::SIDE - 1);
        let look = |x, y| likely[at(y) * Self::SIDE + at(x)];
        Ok(Example::from_probabilities(name, picture, look))
    }
}
