//! Luminance and CIELAB (D65).

use crate::math::light::LUMA;

/// L* 0..=100, a* and b* about -110..=110.
pub(crate) type Lab = [f32; 3];

/// Luminance of linear RGB.
#[inline(always)]
pub(crate) fn luminance(rgb: [f32; 3]) -> f32 {
    LUMA[0] * rgb[0] + LUMA[1] * rgb[1] + LUMA[2] * rgb[2]
}

/// Linear sRGB to CIELAB with the D65 white; by the thousand `kernels::cubic` is faster.
pub(crate) fn lab(rgb: [f32; 3]) -> Lab {
    let [r, g, b] = rgb;
    let x = (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47;
    let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b;
    let z = (0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83;
    let [x, y, z] = [x, y, z].map(root);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn root(t: f32) -> f32 {
    if t > 216.0 / 24389.0 {
        t.cbrt()
    } else {
        (24389.0 / 27.0 * t + 16.0) / 116.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_and_grey_have_no_chroma() {
        let [l, a, b] = lab([1.0, 1.0, 1.0]);
        assert!((l - 100.0).abs() < 0.01 && a.abs() < 0.02 && b.abs() < 0.02);
        assert!((lab([0.184_186_52; 3])[0] - 50.0).abs() < 0.01);
    }
}
