//! Weights of a frame's pixels: contrast, saturation and being well exposed.
//!
//! Mertens, Kautz and Van Reeth, "Exposure Fusion", 2007. Contrast is the absolute Laplacian of
//! grey, saturation the standard deviation of red, green and blue, and well exposed is a bell of
//! width 0.2 around the middle of each channel, all on sRGB-encoded unit values, as in the paper.

use crate::brackets::pyramid::{Plane, Size, Window, mirror};

/// Options of the weights and of the fusion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FusionOptions {
    /// 0.0 to 1.0.
    pub exposedness: f32,
    /// Saturation of a grey pixel: what white walls are weighed by.
    pub greyness: f32,
    /// True when values beyond white are rolled off instead of cut.
    pub shoulder: bool,
}

/// Weights of the green-ish grey the contrast is measured in (Rec. 601, as the reference has it).
const GREY: [f32; 3] = [0.299, 0.587, 0.114];
/// Twice the square of the bell's width, 0.2 of the range.
const BELL: f32 = 2.0 * 0.2 * 0.2;
/// Unit value from which on a channel is no longer believed.
const CLIPPED: f32 = 0.99;
/// Keeps the sum of weights above zero where no frame has anything to say.
const LEAST: f32 = 1e-12;

/// The weights of one frame on `window`; `rgb` holds one pixel more on all sides, where there is.
pub(super) fn weigh(rgb: &[Plane; 3], window: Window, size: Size, options: FusionOptions) -> Plane {
    let wide = rgb[0].window;
    let mut grey = Plane::zero(wide);
    for (i, to) in grey.values.iter_mut().enumerate() {
        *to = GREY[0] * rgb[0].values[i] + GREY[1] * rgb[1].values[i] + GREY[2] * rgb[2].values[i];
    }
    let mut out = Plane::zero(window);
    let mut contrast = vec![0.0; window.across.len()];
    for (y, to) in (window.down.start..).zip(out.values.chunks_exact_mut(window.across.len())) {
        laplacian(&grey, y, window, size, &mut contrast);
        let row = |c: usize| rgb[c].row(y, window.across);
        let (r, g, b) = (row(0), row(1), row(2));
        for (i, to) in to.iter_mut().enumerate() {
            let colour = [r[i], g[i], b[i]];
            *to = contrast[i] * (saturation(colour) * whole(colour) + options.greyness);
        }
        if options.exposedness > 0.0 {
            let power = options.exposedness / BELL;
            for (i, to) in to.iter_mut().enumerate() {
                *to *= exposed([r[i], g[i], b[i]], power);
            }
        }
        to.iter_mut().for_each(|v| *v += LEAST);
    }
    out
}

/// The absolute Laplacian of one row, mirrored at the picture's border.
fn laplacian(grey: &Plane, y: usize, window: Window, size: Size, to: &mut [f32]) {
    let wide = grey.window.across;
    let row = |by: isize| grey.row(mirror(y as isize + by, size.height), wide);
    let (above, here, below) = (row(-1), row(0), row(1));
    let at = |x: isize| mirror(x, size.width) - wide.start;
    let ends = [window.across.start, window.across.end - 1];
    for x in ends {
        let beside = here[at(x as isize - 1)] + here[at(x as isize + 1)];
        let i = x - wide.start;
        to[x - window.across.start] = (above[i] + below[i] + beside - 4.0 * here[i]).abs();
    }
    let lead = window.across.start - wide.start;
    let inner = to.len().saturating_sub(2);
    let (up, down) = (&above[lead + 1..], &below[lead + 1..]);
    let (left, mid, right) = (
        &here[lead..],
        &here[lead + 1..],
        &here[(lead + 2).min(here.len())..],
    );
    for i in 0..inner {
        to[i + 1] = (up[i] + down[i] + (left[i] + right[i]) - 4.0 * mid[i]).abs();
    }
}

/// The standard deviation of the three channels.
#[inline(always)]
fn saturation([r, g, b]: [f32; 3]) -> f32 {
    let mean = (r + g + b) * (1.0 / 3.0);
    let (r, g, b) = (r - mean, g - mean, b - mean);
    ((r * r + g * g + b * b) * (1.0 / 3.0)).sqrt()
}

/// 1.0, falling to zero where a channel is clipped: a wall that is white in two channels only has a
/// colour that nobody saw, and leaves a ring of it.
#[inline(always)]
fn whole([r, g, b]: [f32; 3]) -> f32 {
    let clipped = ((r.max(g).max(b) - CLIPPED) / (1.0 - CLIPPED)).clamp(0.0, 1.0);
    1.0 - clipped * clipped * (3.0 - 2.0 * clipped)
}

/// The product of the three bells; `power` is the exponent over twice the squared width.
#[inline(always)]
fn exposed([r, g, b]: [f32; 3], power: f32) -> f32 {
    let (r, g, b) = (r - 0.5, g - 0.5, b - 0.5);
    falling(-(r * r + g * g + b * b) * power)
}

/// e to a power of -80 to 0, to six digits, in plain arithmetic: the same on any machine, and
/// eight at a time. The fraction's part is the Taylor series around one half.
#[inline(always)]
fn falling(power: f32) -> f32 {
    let two = power * std::f32::consts::LOG2_E;
    let whole = two.floor();
    let x = (two - whole - 0.5) * std::f32::consts::LN_2;
    let series = 1.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x / 120.0))));
    let scale = f32::from_bits((((whole as i32) + 127) as u32) << 23);
    std::f32::consts::SQRT_2 * series * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_exponential_is_the_exponential() {
        for i in 0..=2000 {
            let power = -(i as f32) / 100.0;
            let wanted = power.exp();
            assert!((falling(power) / wanted - 1.0).abs() < 5e-6, "e^{power}");
        }
    }

    #[test]
    fn grey_and_clipped_pixels_have_nothing_to_say() {
        assert!(saturation([0.4; 3]) < 1e-6 && saturation([1.0; 3]) < 1e-6);
        assert!(saturation([0.8, 0.2, 0.2]) > 0.25);
        assert!(whole([1.0, 0.9, 0.6]) == 0.0 && whole([0.98, 0.9, 0.6]) == 1.0);
        assert!(exposed([1.0; 3], 1.0 / BELL) < 1e-4);
        assert!(exposed([0.5; 3], 1.0 / BELL) > 0.9999);
    }
}
