//! Heatmaps: places of what a measure found, much smaller than the picture. They decide nothing.

use plumbline_documents::Gate;
use rayon::prelude::*;

use crate::pixels::Pixels;

/// Inferno (van der Walt and Smith, matplotlib; CC0) at nine even steps: perceptually uniform, and
/// in order for the colour-blind and in gray.
const INFERNO: [[u8; 3]; 9] = [
    [0, 0, 4],
    [31, 12, 72],
    [85, 15, 109],
    [136, 34, 106],
    [186, 54, 85],
    [227, 89, 51],
    [249, 140, 10],
    [249, 201, 50],
    [252, 255, 164],
];

/// One value for every square of the picture, row by row: 0 as before, 128 where the measure
/// fails, 255 twice as far or farther.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heatmap {
    width: u32,
    height: u32,
    values: Vec<u8>,
}

impl Heatmap {
    /// From suspicions of 0.0 to 1.0; what lies beyond is cut.
    pub(crate) fn new(width: usize, suspicions: &[f32]) -> Self {
        let level = |s: &f32| (s.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        Self {
            width: width as u32,
            height: suspicions.len().checked_div(width).unwrap_or(0) as u32,
            values: suspicions.iter().map(level).collect(),
        }
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// True when the picture was too small to have one.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The plane, row by row.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// The worst of several maps at every place, in squares of so many columns and rows.
    pub(crate) fn worst<'a>(
        maps: impl Iterator<Item = &'a (Gate, Self)>,
        width: u32,
        height: u32,
    ) -> Self {
        let maps: Vec<&Self> = maps.map(|(_, map)| map).collect();
        let place = |at: u32, of: u32, size: u32| ((2 * at + 1) * size / (2 * of)) as usize;
        let of = |x: u32, y: u32| {
            let seen = maps.iter().map(|map| {
                let (x, y) = (place(x, width, map.width), place(y, height, map.height));
                map.values.get(y * map.width as usize + x).copied()
            });
            seen.flatten().max().unwrap_or(0)
        };
        let rows = (0..height).into_par_iter();
        Self {
            width,
            height,
            values: rows
                .flat_map_iter(|y| (0..width).map(move |x| of(x, y)))
                .collect(),
        }
    }

    /// The map as a picture, black through red to pale yellow: one pixel a value.
    pub fn to_pixels(&self) -> Pixels {
        let ramp: [[u8; 3]; 256] = std::array::from_fn(|v| colour(v as u8));
        let samples = self.values.iter().flat_map(|&v| ramp[usize::from(v)]);
        Pixels::from_eight(self.width, self.height, samples.collect()).expect("maps are not empty")
    }
}

fn colour(value: u8) -> [u8; 3] {
    let (step, share) = (usize::from(value) / 32, f32::from(value % 32) / 32.0);
    let (low, high) = (INFERNO[step], INFERNO[step + 1]);
    std::array::from_fn(|c| {
        let (low, high) = (f32::from(low[c]), f32::from(high[c]));
        (low + (high - low) * share + 0.5) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ramp_grows_lighter_with_every_step() {
        let luma = |[r, g, b]: [u8; 3]| {
            0.2126 * f32::from(r) + 0.7152 * f32::from(g) + 0.0722 * f32::from(b)
        };
        let levels: Vec<f32> = (0..=255).map(|v| luma(colour(v))).collect();
        assert!(levels.is_sorted() && levels[0] < 2.0 && levels[255] > 230.0);
    }

    #[test]
    fn a_value_becomes_a_pixel() {
        let map = Heatmap::new(3, &[0.0, 0.5, 1.0, -1.0, 0.0, 7.0]);
        assert_eq!(map.values(), [0, 128, 255, 0, 0, 255]);
        let picture = map.to_pixels();
        assert_eq!((picture.width(), picture.height()), (3, 2));
        assert!(picture.unit(2, 1)[0] > 0.9 && picture.unit(0, 0)[0] < 0.01);
    }
}
