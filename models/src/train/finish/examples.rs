//! Examples to learn a finish from: finished photos, or pairs before and after an edit.

use plumbline_documents::Place;
use plumbline_enhance::Pixels;

use crate::nets::finish::view::{Ends, SIDE, View, square};
use crate::train::finish::spoil::Spoil;
use crate::train::rng::Rng;

/// A picture of encoded colours, SIDE x SIDE.
pub type Square = Vec<[f32; 3]>;

/// Largest logarithm of the ratio of two shapes that are the same.
const SHAPE: f32 = 0.02;

/// Finished photo.
#[derive(Debug, Clone)]
pub struct Photo {
    /// Name in reports.
    pub name: String,
    /// Inside or outside.
    pub place: Place,
    /// Small copy.
    pub picture: Pixels,
    /// The pixels near either end of a channel, and where they are, as shares of the picture.
    extremes: Vec<([f32; 3], [f32; 2])>,
}

/// Photo before and after its edit, small copies.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Name in reports.
    pub name: String,
    /// Inside or outside.
    pub place: Place,
    /// Copy of the photo as it came.
    pub before: Pixels,
    /// Copy of the photo as it was delivered.
    pub after: Pixels,
}

/// Examples.
#[derive(Debug, Clone)]
pub enum Examples {
    /// Finished photos, which are spoiled.
    Finished(Vec<Photo>),
    /// Pairs.
    Pairs(Vec<Pair>),
}

/// One example of a step.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The copy as the network sees it.
    pub view: View,
    /// The copy.
    pub before: Square,
    /// The copy that it should become.
    pub after: Square,
}

impl Photo {
    /// Photo of a small copy.
    pub fn new(name: &str, place: Place, picture: Pixels) -> Self {
        Self {
            name: name.to_owned(),
            place,
            extremes: extremes(&picture),
            picture,
        }
    }

    fn drawn(&self, rng: &mut Rng) -> Drawn {
        let part = part(rng);
        let mut after = square(&self.picture, part);
        if rng.random_bool(0.5) {
            after.chunks_exact_mut(SIDE).for_each(<[_]>::reverse);
        }
        let spoil = Spoil::draw(rng);
        let place =
            |at: usize| [at % SIDE, at / SIDE].map(|i| (i as f32 + 0.5) * 2.0 / SIDE as f32 - 1.0);
        let spoiled = |(at, rgb): (usize, &[f32; 3])| spoil.of(*rgb, place(at), rng);
        let before: Square = after.iter().enumerate().map(spoiled).collect();
        let [left, top, width, height] = part;
        let within = |[x, y]: [f32; 2]| [(x - left) / width, (y - top) / height];
        let inside = |[x, y]: [f32; 2]| (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y);
        let mut ends = before.clone();
        for (rgb, at) in &self.extremes {
            let at = within(*at);
            if inside(at) {
                ends.push(spoil.of(*rgb, at.map(|v| 2.0 * v - 1.0), rng));
            }
        }
        let count = self.picture.pixel_count() as f32 * width * height;
        let ends = Ends::of_extremes(&ends, count as usize);
        Drawn {
            view: View::of_square(&before, &ends, asked(self.place, rng)),
            before,
            after,
        }
    }
}

/// The pixels that are among the one in four hundred at either end of a channel.
fn extremes(picture: &Pixels) -> Vec<([f32; 3], [f32; 2])> {
    let rgb = picture.rgb8();
    let pixels = rgb.as_chunks::<3>().0;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let many = (pixels.len() / 400).max(1);
    let mut chosen = Vec::new();
    for c in 0..3 {
        let mut order: Vec<usize> = (0..pixels.len()).collect();
        order.sort_by_key(|&i| pixels[i][c]);
        chosen.extend(&order[..many]);
        chosen.extend(&order[order.len() - many..]);
    }
    chosen.sort_unstable();
    chosen.dedup();
    let place = |i: usize| {
        [
            ((i % width) as f32 + 0.5) / width as f32,
            ((i / width) as f32 + 0.5) / height as f32,
        ]
    };
    let extreme = |i: usize| (pixels[i].map(|v| f32::from(v) / 255.0), place(i));
    chosen.into_iter().map(extreme).collect()
}

impl Pair {
    /// Pair of small copies; `None`: they differ in shape.
    pub fn new(name: &str, place: Place, before: Pixels, after: Pixels) -> Option<Self> {
        let shape = |p: &Pixels| p.width() as f32 / p.height() as f32;
        let is_same = (shape(&before) / shape(&after)).ln().abs() <= SHAPE;
        is_same.then(|| Self {
            name: name.to_owned(),
            place,
            before,
            after,
        })
    }

    fn drawn(&self, rng: &mut Rng) -> Drawn {
        let part = part(rng);
        let (mut before, mut after) = (square(&self.before, part), square(&self.after, part));
        let ends = Ends::of(&self.before);
        if rng.random_bool(0.5) {
            for square in [&mut before, &mut after] {
                square.chunks_exact_mut(SIDE).for_each(<[_]>::reverse);
            }
        }
        Drawn {
            view: View::of_square(&before, &ends, asked(self.place, rng)),
            before,
            after,
        }
    }
}

impl Examples {
    /// A random part of a random example, mirrored or not.
    pub fn draw(&self, rng: &mut Rng) -> Drawn {
        match self {
            Self::Finished(photos) => photos[rng.below(photos.len())].drawn(rng),
            Self::Pairs(pairs) => pairs[rng.below(pairs.len())].drawn(rng),
        }
    }
}

/// The place as it is known; sometimes nobody knows it.
fn asked(place: Place, rng: &mut Rng) -> Place {
    if rng.random_bool(0.1) {
        Place::Unknown
    } else {
        place
    }
}

/// Left, top, width and height of a part, as shares of a picture: often all of it.
fn part(rng: &mut Rng) -> [f32; 4] {
    let zoom = if rng.random_bool(0.6) {
        rng.range(0.55, 1.0)
    } else {
        1.0
    };
    let (width, height) = (zoom, (zoom * rng.range(0.85, 1.18)).min(1.0));
    let (left, top) = (rng.unit() * (1.0 - width), rng.unit() * (1.0 - height));
    [left, top, width, height]
}
