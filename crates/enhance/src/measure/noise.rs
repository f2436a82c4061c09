//! Noise: the grain of flat areas, measured at full size on a few crops.
//!
//! The fast estimator of Immerkaer (1996): the deviation of a second difference that is blind
//! to slopes, here as the lower quartile over small blocks, so that texture does not count.

use crate::math::light::LUMA;
use crate::math::statistics::ranked;
use crate::pixels::{Pixels, Samples};

/// Side of a block in pixels.
const BLOCK: u32 = 16;
/// Blocks along each side of the picture.
const BLOCKS: u32 = 24;

/// Standard deviation of luma, 0.0 to 1.0, that a quarter of the blocks stay below.
pub(crate) fn measure(pixels: &Pixels) -> f32 {
    let (width, height) = (pixels.width(), pixels.height());
    if width < BLOCK * 2 || height < BLOCK * 2 {
        return 0.0;
    }
    let place = |i: u32, length: u32| 1 + (length - BLOCK - 2) * i / (BLOCKS - 1);
    let found: Vec<f32> = (0..BLOCKS * BLOCKS)
        .map(|i| block(pixels, place(i % BLOCKS, width), place(i / BLOCKS, height)))
        .collect();
    let quarter = found.len() / 4;
    ranked(found, quarter)
}

/// Mean absolute response of [1 -2 1; -2 4 -2; 1 -2 1] over a block, as a deviation.
fn block(pixels: &Pixels, left: u32, top: u32) -> f32 {
    let mut sum = 0.0;
    for y in top..top + BLOCK {
        for x in left..left + BLOCK {
            let at = |dx: u32, dy: u32| luma(pixels, x + dx - 1, y + dy - 1);
            let row = |dy: u32| at(0, dy) - 2.0 * at(1, dy) + at(2, dy);
            sum += (row(0) - 2.0 * row(1) + row(2)).abs();
        }
    }
    // The mean of |x| is 0.798 deviations, and the mask's own norm is 6.
    sum / (BLOCK * BLOCK) as f32 / (0.798 * 6.0)
}

fn luma(pixels: &Pixels, x: u32, y: u32) -> f32 {
    let at = (y as usize * pixels.width() as usize + x as usize) * 3;
    let mean = |rgb: [f32; 3]| LUMA[0] * rgb[0] + LUMA[1] * rgb[1] + LUMA[2] * rgb[2];
    match pixels.samples() {
        Samples::Eight(v) => mean([0, 1, 2].map(|c| f32::from(v[at + c]))) / 255.0,
        Samples::Sixteen(v) => mean([0, 1, 2].map(|c| f32::from(v[at + c]))) / 65535.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grain_is_measured_and_a_slope_is_none() {
        let picture = |grain: u32| {
            let of = |i: u32| {
                let dice = (i.wrapping_mul(2_654_435_761) >> 13) % (2 * grain + 1);
                [(60 + i % 200 / 4 + dice) as u8; 3]
            };
            Pixels::from_eight(200, 200, (0..40_000).flat_map(of).collect()).unwrap()
        };
        let (clean, noisy) = (measure(&picture(0)), measure(&picture(12)));
        assert!(
            clean < 0.004 && (0.015..0.045).contains(&noisy),
            "{clean} {noisy}"
        );
    }
}
