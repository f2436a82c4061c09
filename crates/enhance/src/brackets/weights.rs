//! Weights of a frame's pixels: contrast and saturation.
//!
//! Mertens, Kautz and Van Reeth, "Exposure Fusion", 2007. Contrast is the absolute Laplacian of
//! grey, saturation the standard deviation of red, green and blue, on sRGB-encoded unit values, as
//! in the paper. Its third weight, on being well exposed, brings every surface to the middle, and
//! rooms come out flat and grimy; the frame that was meant leads instead (`merge`).

use crate::brackets::pyramid::{Plane, Size, Window, mirror};

/// Saturation of a grey pixel: what white walls are weighed by.
const GREYNESS: f32 = 0.01;
/// Contrast of an even surface: half a level, for in eight bits an even sky has none at all, and whether
/// it is clipped has to decide.
const EVEN: f32 = 0.5 / 255.0;
/// Weights of the green-ish grey the contrast is measured in (Rec. 601, as the reference has it).
const GREY: [f32; 3] = [0.299, 0.587, 0.114];
/// Unit value from which on a channel is believed less: cameras bend what is near white, and a
/// surface would have a rim where one of its channels is clipped and others are not.
const CLIPPED: f32 = 0.9;
/// Keeps the sum of weights above zero where no frame has anything to say.
const LEAST: f32 = 1e-12;

/// The weights of one frame on `window`; `rgb` holds one pixel more on all sides, where there is.
pub(super) fn weigh(rgb: &[Plane; 3], window: Window, size: Size) -> Plane {
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
            *to = (contrast[i] + EVEN) * (saturation(colour) + GREYNESS) * whole(colour);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_and_clipped_pixels_have_nothing_to_say() {
        assert!(saturation([0.4; 3]) < 1e-6 && saturation([1.0; 3]) < 1e-6);
        assert!(saturation([0.8, 0.2, 0.2]) > 0.25);
        assert!(whole([1.0, 0.9, 0.6]) == 0.0 && whole([0.89, 0.8, 0.6]) == 1.0);
    }
}
