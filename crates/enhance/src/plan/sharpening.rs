//! Decides the sharpening, by the picture's size and its noise.

use crate::math::interpolation::smoothstep;
use crate::measure::Measured;
use crate::steps::sharpen::Sharpening;

/// Small pictures were sharpened when they were made small; noise takes sharpening away.
pub(crate) fn plan(measured: &Measured) -> Sharpening {
    let megapixels = measured.width as f32 * measured.height as f32 / 1e6;
    let quiet = smoothstep(0.02, 0.006, measured.noise);
    Sharpening {
        amount: 0.3 * smoothstep(3.0, 12.0, megapixels) * quiet,
        grain: (2.0 * measured.noise).min(0.02),
    }
}
