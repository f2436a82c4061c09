//! Recovery: photos that were not learned from, spoiled in nine fixed ways, and how near a finish brings
//! them back.

use std::fmt;

use candle_core::Result;
use plumbline_enhance::{Pixels, encoded, linear, plan};
use rayon::prelude::*;

use crate::nets::finish::FinishNet;
use crate::nets::finish::view::square;
use crate::train::finish::examples::Photo;
use crate::train::finish::loss::difference;
use crate::train::rng::Rng;

/// Way to spoil a copy: light at a place (-1 to 1) to light.
type Spoil = fn([f32; 3], [f32; 2]) -> [f32; 3];

/// The ways, with their names.
pub const KINDS: [(&str, Spoil); 9] = [
    ("as it is", |light, _| light),
    ("dark 1.5", |light, _| lit(light, -1.5, [1.0; 3])),
    ("dark, tungsten", |light, at| {
        vignetted(lit(light, -2.0, [1.25, 1.0, 0.6]), at, 0.25)
    }),
    ("camera jpeg", |light, at| {
        vignetted(lit(light, -1.2, [1.12, 1.0, 0.78]), at, 0.2).map(|v| v + 0.004)
    }),
    ("green tube", |light, _| {
        lit(light, -0.8, [0.92, 1.08, 0.85])
    }),
    ("cold shade", |light, _| lit(light, -0.7, [0.82, 1.0, 1.25])),
    ("bright 0.7", |light, _| {
        lit(light, 0.9, [1.2; 3]).map(|v| 1.0 - (-v).exp())
    }),
    ("mixed light", |light, [x, _]| {
        let share = (x + 1.0) / 2.0;
        let (warm, cool) = ([1.25, 1.0, 0.65], [0.95, 1.0, 1.1]);
        let gains = std::array::from_fn(|c| warm[c] + (cool[c] - warm[c]) * share);
        lit(light, -1.0, gains)
    }),
    ("flat haze", |light, _| light.map(|v| v * 0.55 + 0.06)),
];

fn lit(light: [f32; 3], ev: f32, gains: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|c| light[c] * ev.exp2() * gains[c])
}

fn vignetted(light: [f32; 3], [x, y]: [f32; 2], strength: f32) -> [f32; 3] {
    let lost = (1.0 + strength * (x * x + y * y) / 2.0).powi(-2);
    light.map(|v| v * lost)
}

/// Mean differences (CIE76) to the finished photos, by kind: of the copy, and under what the plan takes of
/// the finish.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Recovery {
    /// Kinds in the order of [`KINDS`].
    pub kinds: [[f32; 2]; KINDS.len()],
}

impl Recovery {
    /// Means over photos.
    pub fn of(net: &FinishNet, photos: &[Photo]) -> Result<Self> {
        let mut recovery = Self::default();
        for photo in photos {
            let found: Vec<[f32; 2]> = KINDS
                .par_iter()
                .map(|(_, spoil)| recovered(net, photo, *spoil))
                .collect::<Result<_>>()?;
            for (sum, found) in recovery.kinds.iter_mut().zip(found) {
                (0..2).for_each(|k| sum[k] += found[k] / photos.len() as f32);
            }
        }
        Ok(recovery)
    }

    /// Mean over kinds under the finish.
    pub fn mean(&self) -> f32 {
        self.kinds.iter().map(|kind| kind[1]).sum::<f32>() / KINDS.len() as f32
    }
}

/// Differences of a spoiled copy and of what becomes of it.
fn recovered(net: &FinishNet, photo: &Photo, spoil: Spoil) -> Result<[f32; 2]> {
    let whole = |picture: &Pixels| square(picture, [0.0, 0.0, 1.0, 1.0]);
    let finished = whole(&photo.picture);
    let copy = spoiled(&photo.picture, spoil);
    let proposal = net.proposal(&copy, photo.place)?;
    let back = match plan::finish::taken(&proposal) {
        Some(finish) => plumbline_enhance::finished(&copy, &finish),
        None => copy.clone(),
    };
    Ok([
        difference(&whole(&copy), &finished)?,
        difference(&whole(&back), &finished)?,
    ])
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((name, _), [copy, back]) in KINDS.iter().zip(self.kinds) {
            write!(f, "{name} {back:.1} ({copy:.1}), ")?;
        }
        write!(f, "mean {:.2}", self.mean())
    }
}

fn spoiled(picture: &Pixels, spoil: Spoil) -> Pixels {
    let mut rng = Rng::new(1, 1);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let place = |at: usize| {
        [
            (at % width) as f32 * 2.0 / width as f32 - 1.0,
            (at / width) as f32 * 2.0 / height as f32 - 1.0,
        ]
    };
    let rgb = picture.rgb8();
    let mut samples = Vec::with_capacity(rgb.len());
    for (at, pixel) in rgb.as_chunks::<3>().0.iter().enumerate() {
        let light = pixel.map(|v| linear(f32::from(v) / 255.0));
        samples.extend(spoil(light, place(at)).map(|light| {
            let noisy = encoded(light.clamp(0.0, 1.0)) + 0.003 * rng.normal();
            (noisy.clamp(0.0, 1.0) * 255.0).round() as u8
        }));
    }
    Pixels::from_eight(picture.width(), picture.height(), samples)
        .expect("every row has its length")
}
