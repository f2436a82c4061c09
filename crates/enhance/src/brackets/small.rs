//! Small copies of the laid frames, on which they are compared in colour.

use crate::brackets::confidence::Confidence;
use crate::brackets::pyramid::Size;
use crate::filters::scale::{self, Kernel};
use crate::math::light::{LUMA, Sample};
use crate::pixels::Pixels;

/// Longest side.
const EDGE: u32 = 512;
/// Levels between which a channel says how much light there was.
const TELLING: std::ops::RangeInclusive<u8> = 10..=242;

/// One laid frame in 8 bits.
#[derive(Debug, Clone)]
pub(super) struct Small {
    pub size: Size,
    pub rgb: Vec<[u8; 3]>,
    /// False where the frame does not reach.
    pub known: Vec<bool>,
}

impl Small {
    /// The small copy of a laid frame and of its border.
    pub fn of(pixels: &Pixels, border: Option<&Confidence>) -> Self {
        let (width, height) = scale::fit(pixels.width(), pixels.height(), EDGE);
        let size = Size {
            width: width as usize,
            height: height as usize,
        };
        let small = scale::shrink(pixels, width, height, Kernel::Area);
        let rgb = small.rgb8().as_chunks::<3>().0.to_vec();
        let known = match border.and_then(|border| border.over(size.window(), size)) {
            Some(plane) => plane.values.iter().map(|&v| v > 0.999).collect(),
            None => vec![true; rgb.len()],
        };
        Self { size, rgb, known }
    }

    /// True where this frame tells how much light there was, in all three channels.
    pub fn tells(&self, cell: usize) -> bool {
        self.known[cell] && self.rgb[cell].iter().all(|v| TELLING.contains(v))
    }

    /// Light of a cell, 0.0 to 1.0, by channel.
    pub fn light(&self, cell: usize) -> [f32; 3] {
        self.rgb[cell].map(|v| u8::linear_table()[v.index()])
    }

    /// Light of a cell as it is seen.
    pub fn luminance(&self, cell: usize) -> f32 {
        std::iter::zip(LUMA, self.light(cell))
            .map(|(w, v)| w * v)
            .sum()
    }
}

/// The value below which a share of the others lies; sorts them.
pub(super) fn quantile(values: &mut [f32], share: f32) -> Option<f32> {
    let at = (values.len().checked_sub(1)? as f32 * share) as usize;
    values.sort_by(f32::total_cmp);
    Some(values[at])
}
