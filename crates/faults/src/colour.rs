//! Colour spaces: linear light and CIELAB.

use plumbline_enhance::{encoded, linear};

/// Unit sRGB to L*, a*, b* (D65).
pub fn to_lab(rgb: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(linear);
    let root = |t: f32| {
        if t > 216.0 / 24389.0 {
            t.cbrt()
        } else {
            (24389.0 / 27.0 * t + 16.0) / 116.0
        }
    };
    let x = root((0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47);
    let y = root(0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b);
    let z = root((0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// And back, clipped to what sRGB can show.
pub fn to_rgb([l, a, b]: [f32; 3]) -> [f32; 3] {
    let y = (l + 16.0) / 116.0;
    let cube = |t: f32| {
        if t > 6.0 / 29.0 {
            t * t * t
        } else {
            (116.0 * t - 16.0) * 27.0 / 24389.0
        }
    };
    let (x, y, z) = (
        cube(y + a / 500.0) * 0.950_47,
        cube(y),
        cube(y - b / 200.0) * 1.088_83,
    );
    [
        3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z,
        -0.969_266 * x + 1.876_010_8 * y + 0.041_556 * z,
        0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z,
    ]
    .map(|v| encoded(v.clamp(0.0, 1.0)))
}

/// Rec. 709 luminance of linear light, or luma of an encoded colour.
pub fn luma([r, g, b]: [f32; 3]) -> f32 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Linear light brought to another luminance, hue kept: light that sRGB cannot show fades to white
/// and is not clipped.
pub fn relit(light: [f32; 3], luminance: f32) -> [f32; 3] {
    let luminance = luminance.clamp(0.0, 1.0);
    let scale = luminance / luma(light).max(1e-6);
    let scaled = light.map(|v| v * scale);
    let most = scaled.into_iter().fold(0.0, f32::max);
    if most <= 1.0 {
        return scaled;
    }
    let keep = (1.0 - luminance) / (most - luminance).max(1e-6);
    scaled.map(|v| luminance + (v - luminance) * keep)
}

/// More or less light with a shoulder: white stays white, and nothing else becomes it.
pub fn shouldered(light: f32, gain: f32) -> f32 {
    gain * light / (1.0 + (gain - 1.0) * light)
}

/// Hermite step between two values.
pub fn smooth_step(from: f32, to: f32, v: f32) -> f32 {
    let t = ((v - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Hue in degrees, 0 to 360, and chroma of a CIELAB colour.
pub fn hue_chroma([_, a, b]: [f32; 3]) -> (f32, f32) {
    (b.atan2(a).to_degrees().rem_euclid(360.0), a.hypot(b))
}

/// Degrees between two hues, 0 to 180.
pub fn hue_distance(one: f32, two: f32) -> f32 {
    let d = (one - two).rem_euclid(360.0);
    d.min(360.0 - d)
}

/// The nearest colour of the same lightness and hue that sRGB shows, encoded.
pub fn shown([l, a, b]: [f32; 3]) -> [f32; 3] {
    let mut keep = 1.0;
    loop {
        let rgb = to_rgb([l, a * keep, b * keep]);
        if keep < 0.1 || (to_lab(rgb)[0] - l).abs() < 0.7 {
            return rgb;
        }
        keep *= 0.92;
    }
}
