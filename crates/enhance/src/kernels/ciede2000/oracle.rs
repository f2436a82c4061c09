//! The CIEDE2000 colour difference by the book, in f64: the oracle of the kernel's tests.
//!
//! Source: Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference Formula: Implementation Notes,
//! Supplementary Test Data, and Mathematical Observations", 2005.

use crate::math::colour::Lab;

/// Table 1 of Sharma, Wu and Dalal (2005).
pub(crate) const SHARMA: [[f32; 7]; 34] = [
    [50.0, 2.6772, -79.7751, 50.0, 0.0, -82.7485, 2.0425],
    [50.0, 3.1571, -77.2803, 50.0, 0.0, -82.7485, 2.8615],
    [50.0, 2.8361, -74.0200, 50.0, 0.0, -82.7485, 3.4412],
    [50.0, -1.3802, -84.2814, 50.0, 0.0, -82.7485, 1.0000],
    [50.0, -1.1848, -84.8006, 50.0, 0.0, -82.7485, 1.0000],
    [50.0, -0.9009, -85.5211, 50.0, 0.0, -82.7485, 1.0000],
    [50.0, 0.0, 0.0, 50.0, -1.0, 2.0, 2.3669],
    [50.0, -1.0, 2.0, 50.0, 0.0, 0.0, 2.3669],
    [50.0, 2.4900, -0.0010, 50.0, -2.4900, 0.0009, 7.1792],
    [50.0, 2.4900, -0.0010, 50.0, -2.4900, 0.0010, 7.1792],
    [50.0, 2.4900, -0.0010, 50.0, -2.4900, 0.0011, 7.2195],
    [50.0, 2.4900, -0.0010, 50.0, -2.4900, 0.0012, 7.2195],
    [50.0, -0.0010, 2.4900, 50.0, 0.0009, -2.4900, 4.8045],
    [50.0, -0.0010, 2.4900, 50.0, 0.0010, -2.4900, 4.8045],
    [50.0, -0.0010, 2.4900, 50.0, 0.0011, -2.4900, 4.7461],
    [50.0, 2.5, 0.0, 50.0, 0.0, -2.5, 4.3065],
    [50.0, 2.5, 0.0, 73.0, 25.0, -18.0, 27.1492],
    [50.0, 2.5, 0.0, 61.0, -5.0, 29.0, 22.8977],
    [50.0, 2.5, 0.0, 56.0, -27.0, -3.0, 31.9030],
    [50.0, 2.5, 0.0, 58.0, 24.0, 15.0, 19.4535],
    [50.0, 2.5, 0.0, 50.0, 3.1736, 0.5854, 1.0000],
    [50.0, 2.5, 0.0, 50.0, 3.2972, 0.0, 1.0000],
    [50.0, 2.5, 0.0, 50.0, 1.8634, 0.5757, 1.0000],
    [50.0, 2.5, 0.0, 50.0, 3.2592, 0.3350, 1.0000],
    [
        60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644,
    ],
    [
        63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630,
    ],
    [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
    [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
    [
        22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373,
    ],
    [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
    [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
    [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
    [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
    [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
];

/// CIEDE2000 between two CIELAB colours; about 1 is just visible side by side.
pub(crate) fn difference(one: Lab, two: Lab) -> f32 {
    let [l1, a1, b1] = one.map(f64::from);
    let [l2, a2, b2] = two.map(f64::from);
    let g = 0.5 * (1.0 - pow7_share((a1.hypot(b1) + a2.hypot(b2)) / 2.0));
    let (a1, a2) = (a1 * (1.0 + g), a2 * (1.0 + g));
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let grey = c1 * c2 == 0.0;
    let turn = hue_turn(h1, h2, grey);
    let mean_hue = hue_mean(h1, h2, grey);
    let (lightness, chroma) = ((l1 + l2) / 2.0, (c1 + c2) / 2.0);
    let off = (lightness - 50.0).powi(2);
    let dl = (l2 - l1) / (1.0 + 0.015 * off / (20.0 + off).sqrt());
    let dc = (c2 - c1) / (1.0 + 0.045 * chroma);
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin()
        / (1.0 + 0.015 * chroma * hue_weight(mean_hue));
    let rotation = -(2.0 * hue_spread(mean_hue)).to_radians().sin() * 2.0 * pow7_share(chroma);
    (dl * dl + dc * dc + dh * dh + rotation * dc * dh)
        .max(0.0)
        .sqrt() as f32
}

/// sqrt(c^7 / (c^7 + 25^7)).
fn pow7_share(c: f64) -> f64 {
    let c7 = c.powi(7);
    (c7 / (c7 + 25.0_f64.powi(7))).sqrt()
}

/// Hue angle in degrees, 0..360.
fn hue(a: f64, b: f64) -> f64 {
    if a == 0.0 && b == 0.0 {
        0.0
    } else {
        b.atan2(a).to_degrees().rem_euclid(360.0)
    }
}

fn hue_turn(h1: f64, h2: f64, grey: bool) -> f64 {
    let turn = h2 - h1;
    match () {
        () if grey => 0.0,
        () if turn > 180.0 => turn - 360.0,
        () if turn < -180.0 => turn + 360.0,
        () => turn,
    }
}

fn hue_mean(h1: f64, h2: f64, grey: bool) -> f64 {
    let sum = h1 + h2;
    match () {
        () if grey => sum,
        () if (h1 - h2).abs() <= 180.0 => sum / 2.0,
        () if sum < 360.0 => (sum + 360.0) / 2.0,
        () => (sum - 360.0) / 2.0,
    }
}

fn hue_weight(h: f64) -> f64 {
    let cos = |degrees: f64| degrees.to_radians().cos();
    1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0)
        - 0.20 * cos(4.0 * h - 63.0)
}

fn hue_spread(h: f64) -> f64 {
    30.0 * (-((h - 275.0) / 25.0).powi(2)).exp()
}

#[test]
fn the_difference_agrees_with_sharmas_34_pairs() {
    for [l1, a1, b1, l2, a2, b2, wanted] in SHARMA {
        let found = difference([l1, a1, b1], [l2, a2, b2]);
        assert!((found - wanted).abs() < 2e-4, "{found} instead of {wanted}");
    }
}
