//! White balance of one pixel: gains on linear red, green and blue that keep clipped white white.

/// `smoothstep(from, 1.0, light)` without a division, for the innermost loop.
#[inline(always)]
fn from_to_one(from: f32, light: f32) -> f32 {
    let t = ((light - from) * (1.0 / (1.0 - from))).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A linear pixel under gains. A clipped channel only says "at least this", so where its gain would
/// lower it below the others it is lifted to them: an overexposed white wall under a warm lamp
/// comes out white, not cyan. Where all three are clipped, white stays white.
#[inline(always)]
pub(crate) fn balanced(gains: [f32; 3], light: [f32; 3]) -> [f32; 3] {
    let low = light[0].min(light[1]).min(light[2]);
    let white = from_to_one(0.80, low);
    let [red, green, blue] = gains;
    let mut out = [light[0] * red, light[1] * green, light[2] * blue];
    let others = [out[1].max(out[2]), out[2].max(out[0]), out[0].max(out[1])];
    for c in 0..3 {
        let missing = (others[c].min(1.0) - out[c]).max(0.0);
        let lifted = out[c] + missing * from_to_one(0.90, light[c]);
        out[c] = lifted + (light[c] - lifted) * white;
    }
    out
}
