//! Fitness: what tells that a picture cannot become a good photo, or is none at all. Measured on a
//! copy of about one megapixel, and on a few crops at full size.

use serde::{Deserialize, Serialize};

use crate::math::colour::luminance;
use crate::pixels::Pixels;
use crate::shot::Shot;

mod drawing;
mod focus;
mod light;
mod noise;

pub use drawing::Drawing;
pub use focus::Focus;
pub use light::Light;
pub use noise::Grain;

/// Numbers about a picture's use as a photo.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Fitness {
    /// Light that reached the sensor, and light that was too much.
    pub light: Light,
    /// Blur of its sharpest edges.
    pub focus: Focus,
    /// Noise against the picture in it.
    pub grain: Grain,
    /// Marks of plans, documents and screens.
    pub drawing: Drawing,
}

impl Fitness {
    /// Measures a picture; `small` is its copy of about one megapixel. What a camera exposed is no
    /// drawing.
    pub(crate) fn measure(pixels: &Pixels, small: &Pixels, shot: &Shot) -> Self {
        let plane = Plane::of(small);
        let drawing = || match shot.exposure_s {
            Some(_) => Drawing::default(),
            None => Drawing::measure(pixels),
        };
        let (focus, (grain, drawing)) = rayon::join(
            || Focus::measure(&plane),
            || rayon::join(|| Grain::measure(&plane), drawing),
        );
        Self {
            light: Light::measure(small),
            focus,
            grain,
            drawing,
        }
    }
}

/// Luma of a picture, 0.0 to 255.0, row by row.
pub(crate) struct Plane {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Plane {
    fn of(pixels: &Pixels) -> Self {
        let luma = |p: &[u8; 3]| luminance(p.map(f32::from));
        Self {
            width: pixels.width() as usize,
            height: pixels.height() as usize,
            values: pixels.rgb8().as_chunks::<3>().0.iter().map(luma).collect(),
        }
    }
}

/// Deviation of luma by fine noise, levels of 255, that nine tenths of the areas exceed.
pub(crate) fn fine_noise(small: &Pixels) -> f32 {
    noise::fine(&Plane::of(small))
}
