//! The copy of about a megapixel that a trial looks at, and what is to be painted on it.

use crate::pixels::Pixels;
use crate::sky::planes::Plane;
use crate::sky::trial::labels::labelled;

/// Share of sky at which a pixel counts as painted.
const PAINTED: f32 = 0.5;
/// Share of the picture of a speck in a mask, which is grain and no border.
const SPECK: f32 = 3e-5;

/// A picture's luma in levels of 255, and the places that are to be painted.
pub(super) struct Copy {
    pub width: usize,
    pub height: usize,
    pub luma: Plane,
    pub painted: Vec<bool>,
}

impl Copy {
    pub fn new(small: &Pixels, share: &Plane) -> Self {
        let rgb = small.rgb8();
        let luma = |p: &[u8; 3]| {
            0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2])
        };
        let luma = rgb.as_chunks::<3>().0.iter().map(luma).collect();
        let (width, height) = (share.width, share.height);
        let painted: Vec<bool> = share.values.iter().map(|&v| v > PAINTED).collect();
        Self {
            width,
            height,
            luma: Plane::new(width, height, luma),
            painted: without_specks(&painted, width),
        }
    }

    /// Without what was found odd.
    pub fn cut(&mut self, odd: &Plane) {
        let painted = self.painted.iter_mut().zip(&odd.values);
        painted.for_each(|(painted, odd)| *painted &= *odd < 0.5);
    }

    /// A share of the longer side in pixels, at least one.
    pub fn pixels(&self, share: f32) -> usize {
        let long = self.width.max(self.height) as f32;
        ((share * long).round() as usize).max(1)
    }

    pub fn sky_share(&self) -> f32 {
        self.share(&self.painted)
    }

    pub fn share(&self, places: &[bool]) -> f32 {
        places.iter().filter(|&&is| is).count() as f32 / places.len().max(1) as f32
    }

    /// Places that are painted, and all around them so far.
    pub fn deep(&self, radius: usize) -> Vec<bool> {
        eroded(&self.painted, self.width, self.height, radius)
    }
}

/// Painted places, and specks among them.
fn without_specks(painted: &[bool], width: usize) -> Vec<bool> {
    let house: Vec<bool> = painted.iter().map(|painted| !painted).collect();
    let (labels, count) = labelled(&house, width);
    let mut areas = vec![0_usize; count as usize + 1];
    labels.iter().for_each(|&label| areas[label as usize] += 1);
    let most = SPECK * labels.len() as f32;
    let is = |&label: &u32| label == 0 || areas[label as usize] as f32 <= most;
    labels.iter().map(is).collect()
}

/// True where a square window is true altogether; beyond the border everything is.
pub(super) fn eroded(places: &[bool], width: usize, height: usize, radius: usize) -> Vec<bool> {
    let plane = Plane::new(
        width,
        height,
        places.iter().map(|&is| f32::from(u8::from(is))).collect(),
    );
    let least = plane.smallest(radius);
    least.values.iter().map(|&v| v > 0.5).collect()
}
