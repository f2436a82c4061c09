//! CIEDE2000 of rows of sRGB pixels, without trigonometry.
//!
//! Formula: Sharma, Wu and Dalal, 2005. The mean hue is the direction between the two chroma
//! vectors, so the cosines of its multiples come from angle sums; the hue difference comes from
//! their cross and dot products. Pixels go through in blocks of 256, one simple loop a stage: that is
//! what the compiler turns into vectors, and no stage's chain of operations is so long that the next
//! pixels have to wait for it.

use multiversion::multiversion;

use crate::kernels::curve;

#[cfg(test)]
mod oracle;

/// Pixels in a block.
pub(crate) const BLOCK: usize = 256;

type Lane = [f32; BLOCK];
type Lab = [f32; 3];

/// ΔE00 of every pixel of two rows given channel by channel.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn row(one: [&[u8]; 3], two: [&[u8]; 3], out: &mut [f32]) {
    let (mut lab1, mut lab2) = ([[0.0; BLOCK]; 3], [[0.0; BLOCK]; 3]);
    let mut found = [0.0; BLOCK];
    for (start, out) in (0..).step_by(BLOCK).zip(out.chunks_mut(BLOCK)) {
        let part = start..start + out.len();
        labs(one.map(|c| &c[part.clone()]), &mut lab1);
        labs(two.map(|c| &c[part.clone()]), &mut lab2);
        differences(&mut lab1, &mut lab2, &mut found);
        out.copy_from_slice(&found[..out.len()]);
    }
}

/// sRGB to CIELAB for a block; a short one leaves the rest of the lanes as they are.
#[inline(always)]
fn labs(rgb: [&[u8]; 3], lab: &mut [Lane; 3]) {
    for (channel, lane) in rgb.iter().zip(lab.iter_mut()) {
        for (to, v) in lane.iter_mut().zip(*channel) {
            *to = curve::light(f32::from(*v));
        }
    }
    let [one, two, three] = lab;
    for i in 0..BLOCK {
        [one[i], two[i], three[i]] = of_light(one[i], two[i], three[i]);
    }
}

/// Linear sRGB to CIELAB (D65).
#[inline(always)]
fn of_light(r: f32, g: f32, b: f32) -> Lab {
    let x = root(
        r * (0.412_456_4 / 0.950_47) + g * (0.357_576_1 / 0.950_47) + b * (0.180_437_5 / 0.950_47),
    );
    let y = root(r * 0.212_672_9 + g * 0.715_152_2 + b * 0.072_175);
    let z = root(
        r * (0.019_333_9 / 1.088_83) + g * (0.119_192 / 1.088_83) + b * (0.950_304_1 / 1.088_83),
    );
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// CIELAB's curve: the cube root, and a line near black. With y near t^(-1/3) from a guess on the
/// bits, the root is t·y² · (1 − off)^(-2/3) for off = 1 − t·y³, a short series as off is at most 0.103.
#[inline(always)]
pub(crate) fn root(t: f32) -> f32 {
    const EDGE: f32 = 216.0 / 24389.0;
    let safe = least(t, EDGE);
    let guess = 1_419_900_000.0 - safe.to_bits() as i32 as f32 * (1.0 / 3.0);
    // SAFETY: `safe` lies within 0.008 and some dozens, so the guess lies within 0.9e9..1.2e9.
    let y = f32::from_bits(unsafe { guess.to_int_unchecked::<i32>() } as u32);
    let near = safe * (y * y);
    let off = 1.0 - near * y;
    let third = 0.493_794_04 + off * (0.458_975_9 + off * 0.429_269_86);
    let series = 1.0 + off * (0.666_666_7 + off * (0.555_530_87 + off * third));
    if t > EDGE {
        near * series
    } else {
        t * (24389.0 / 27.0 / 116.0) + 16.0 / 116.0
    }
}

/// The larger one, as one instruction: no promise about NaN.
#[inline(always)]
fn least(value: f32, floor: f32) -> f32 {
    if value > floor { value } else { floor }
}

/// ΔE00 of a block of CIELAB pairs; the lanes of a* are stretched in place.
#[inline(always)]
fn differences(lab1: &mut [Lane; 3], lab2: &mut [Lane; 3], out: &mut Lane) {
    let (mut chroma1, mut chroma2) = ([0.0; BLOCK], [0.0; BLOCK]);
    let ([l1, a1, b1], [l2, a2, b2]) = (lab1, lab2);
    for i in 0..BLOCK {
        let stretched = stretch((a1[i], b1[i]), (a2[i], b2[i]));
        ([a1[i], chroma1[i]], [a2[i], chroma2[i]]) = stretched;
    }
    let mut hues = [[0.0; BLOCK]; 3];
    let [difference, weight, rotation] = &mut hues;
    for i in 0..BLOCK {
        let (one, two) = ((a1[i], b1[i], chroma1[i]), (a2[i], b2[i], chroma2[i]));
        let hue = Hue::new(one, two);
        (difference[i], weight[i], rotation[i]) = (hue.difference, hue.weight, hue.rotation);
    }
    for i in 0..BLOCK {
        let hue = Hue {
            difference: difference[i],
            weight: weight[i],
            rotation: rotation[i],
        };
        out[i] = together((l1[i], chroma1[i]), (l2[i], chroma2[i]), &hue);
    }
}

/// ΔE00 of lightness, chroma and hue.
#[inline(always)]
fn together((l1, c1): (f32, f32), (l2, c2): (f32, f32), hue: &Hue) -> f32 {
    let mean = 0.5 * (c1 + c2);
    let off = 0.5 * (l1 + l2) - 50.0;
    let off = off * off;
    let bend = (20.0 + off).sqrt();
    // One division for four denominators: S_L, S_C, S_H and that of R_C.
    let (sl, sc) = (bend + 0.015 * off, 1.0 + 0.045 * mean);
    let (sh, seventh) = (1.0 + 0.015 * mean * hue.weight, pow7(mean));
    let rc = seventh + 1.0;
    let (left, right) = (sl * sc, sh * rc);
    let inverse = 1.0 / (left * right);
    let dl = (l2 - l1) * bend * (inverse * right * sc);
    let dc = (c2 - c1) * (inverse * right * sl);
    let dh = hue.difference * (inverse * left * rc);
    let turn = hue.rotation * (-2.0 * (seventh * (inverse * left * sh)).sqrt());
    let square = dl * dl + dc * dc + dh * dh + turn * dc * dh;
    least(square, 0.0).sqrt()
}

/// a' = a* (1 + G) and chroma C' of both.
#[inline(always)]
fn stretch((a1, b1): (f32, f32), (a2, b2): (f32, f32)) -> ([f32; 2], [f32; 2]) {
    let (bb1, bb2) = (b1 * b1, b2 * b2);
    let mean = 0.5 * ((a1 * a1 + bb1).sqrt() + (a2 * a2 + bb2).sqrt());
    let grow = 1.5 - 0.5 * pow7_share(mean);
    let (a1, a2) = (a1 * grow, a2 * grow);
    ([a1, (a1 * a1 + bb1).sqrt()], [a2, (a2 * a2 + bb2).sqrt()])
}

/// sqrt(c^7 / (c^7 + 25^7)).
#[inline(always)]
fn pow7_share(c: f32) -> f32 {
    let x7 = pow7(c);
    (x7 / (x7 + 1.0)).sqrt()
}

/// (c / 25)^7.
#[inline(always)]
fn pow7(c: f32) -> f32 {
    let x = c * (1.0 / 25.0);
    let x2 = x * x;
    x2 * x2 * x2 * x
}

/// ΔH', the weight T and the rotation sin(2Δθ).
struct Hue {
    difference: f32,
    weight: f32,
    rotation: f32,
}

impl Hue {
    /// With p = C₁C₂: ΔH' = 2·cross/√(2(p + dot)) for hues less than a right angle apart,
    /// otherwise ±√(2(p − dot)): neither loses digits. The mean hue likewise is the direction of the
    /// vectors' sum, or at right angles to their difference. Where one colour is grey ΔH' is nothing
    /// and the mean hue has no weight.
    #[inline(always)]
    fn new((a1, b1, c1): (f32, f32, f32), (a2, b2, c2): (f32, f32, f32)) -> Self {
        let (dot, cross) = (a1 * a2 + b1 * b2, a1 * b2 - a2 * b1);
        let p = c1 * c2;
        let s = least((2.0 * (p + dot.abs())).sqrt(), 1e-18);
        let near = dot >= 0.0;
        // Of two opposite hues the one above the a* axis comes first.
        let turns_left = (cross > 0.0) | ((cross == 0.0) & (b1 > 0.0));
        let side = if turns_left { 1.0 } else { -1.0 };
        let (ax, ay) = (a1 * c2, b1 * c2);
        let (bx, by) = (a2 * c1, b2 * c1);
        let x = if near { bx + ax } else { side * (by - ay) };
        let y = if near { by + ay } else { side * (ax - bx) };
        let length = least((x * x + y * y).sqrt(), 1e-18);
        // One division for both lengths.
        let inverse = 1.0 / (s * length);
        let (x, y) = (x * (inverse * s), y * (inverse * s));
        Self {
            difference: if near {
                2.0 * cross * (inverse * length)
            } else {
                side * s
            },
            weight: hue_weight(x, y),
            rotation: hue_rotation(x, y),
        }
    }
}

/// T = 1 − 0.17 cos(h − 30°) + 0.24 cos 2h + 0.32 cos(3h + 6°) − 0.20 cos(4h − 63°), sorted by
/// powers of cos h = x and sin h = y, of which y² is 1 − x².
#[inline(always)]
fn hue_weight(x: f32, y: f32) -> f32 {
    const COS_30: f32 = 0.866_025_4;
    const COS_6: f32 = 0.994_521_9;
    const SIN_6: f32 = 0.104_528_46;
    const COS_63: f32 = 0.453_990_5;
    const SIN_63: f32 = 0.891_006_5;
    let u = x * x;
    let plain = (0.76 - 0.2 * COS_63) + u * ((0.48 + 1.6 * COS_63) - u * (1.6 * COS_63));
    let cosine = u * (1.28 * COS_6) - (0.17 * COS_30 + 0.96 * COS_6);
    let sine = (0.32 * SIN_6 - 0.085) - u * (1.28 * SIN_6);
    let both = 0.8 * SIN_63 - u * (1.6 * SIN_63);
    plain + x * cosine + y * (sine + x * both)
}

/// sin(2Δθ) with Δθ = 30° exp(−((h − 275°) / 25°)²). The squared angle is a series in
/// v = 1 − cos(h − 275°); beyond a right angle nothing is left.
#[inline(always)]
fn hue_rotation(x: f32, y: f32) -> f32 {
    let v = 1.0 - (x * 0.087_155_74 - y * 0.996_194_7);
    let v = if v < 1.0 { v } else { 1.0 };
    let square = v * (2.0 + v * (1.0 / 3.0 + v * (4.0 / 45.0 + v * (1.0 / 35.0 + v * 0.03))));
    // (25°)² in radians, and a 16th of the exponent, raised to the 16th power below.
    let z = square * (-1.0 / (0.190_385_9 * 16.0));
    let third = 1.0 / 6.0 + z * (1.0 / 24.0 + z * (1.0 / 120.0));
    let e = 1.0 + z * (1.0 + z * (0.5 + z * third));
    let (e2, sixty) = (e * e, std::f32::consts::FRAC_PI_3);
    let e4 = e2 * e2;
    let e8 = e4 * e4;
    let angle = sixty * (e8 * e8);
    let s = angle * angle;
    angle * (1.0 + s * (-1.0 / 6.0 + s * (1.0 / 120.0 - s * (1.0 / 5040.0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::ciede2000::oracle;
    use crate::math::colour;
    use crate::math::light::Sample;

    /// The kernel's difference of a pair, given as l, a, b of both and what it should be.
    fn of_lab(pair: &[f32; 7]) -> f32 {
        let lanes = |first: usize| [0, 1, 2].map(|k| [pair[first + k]; BLOCK]);
        let mut found = [0.0; BLOCK];
        differences(&mut lanes(0), &mut lanes(3), &mut found);
        found[0]
    }

    #[test]
    fn sharmas_34_pairs_come_out_right() {
        let pairs = &oracle::SHARMA;
        for pair in pairs {
            let found = of_lab(pair);
            assert!(
                (found - pair[6]).abs() < 2e-4,
                "{found} instead of {}",
                pair[6]
            );
        }
    }

    /// Every colour of a coarse cube against several others, near and far.
    fn colours() -> (Vec<[u8; 3]>, Vec<[u8; 3]>) {
        let level = |v: usize| (v * 51) as u8;
        let cube = |i: usize| [level(i % 6), level(i / 6 % 6), level(i / 36 % 6)];
        let near = |c: [u8; 3]| [c[0].saturating_add(3), c[1].saturating_sub(2), c[2] ^ 5];
        let pairs = (0..216).flat_map(|i| {
            let far = (0..216)
                .step_by(7)
                .map(move |j| (cube(i), cube((i + j) % 216)));
            far.chain([(cube(i), near(cube(i)))])
        });
        pairs.unzip()
    }

    #[test]
    fn the_difference_of_srgb_pixels_is_that_of_the_slow_formula() {
        let (one, two) = colours();
        let channel = |rgb: &[[u8; 3]], c: usize| rgb.iter().map(|p| p[c]).collect::<Vec<u8>>();
        let planes = |rgb: &[[u8; 3]]| [0, 1, 2].map(|c| channel(rgb, c));
        let (planes1, planes2) = (planes(&one), planes(&two));
        let mut found = vec![0.0; one.len()];
        row(
            planes1.each_ref().map(Vec::as_slice),
            planes2.each_ref().map(Vec::as_slice),
            &mut found,
        );
        let table = u8::linear_table();
        let lab = |rgb: [u8; 3]| colour::lab(rgb.map(|v| table[v.index()]));
        for ((one, two), found) in one.iter().zip(&two).zip(&found) {
            let (one, two) = (lab(*one), lab(*two));
            let wanted = oracle::difference(one, two);
            let pair = [one[0], one[1], one[2], two[0], two[1], two[2], wanted];
            let direct = of_lab(&pair);
            assert!((direct - wanted).abs() < 2e-3, "{pair:?}: {direct}");
            // The hue of gray is the noise of the last digit.
            assert!((found - wanted).abs() < 2e-2, "{pair:?}: {found}");
        }
    }

    #[test]
    fn roots_are_those_of_the_slow_formula() {
        for i in 0..=100_000 {
            let t = 1.05 * i as f32 / 100_000.0;
            let wanted = match f64::from(t) {
                t if t > 216.0 / 24389.0 => t.cbrt(),
                t => (24389.0 / 27.0 * t + 16.0) / 116.0,
            };
            assert!((f64::from(root(t)) / wanted - 1.0).abs() < 4e-7, "{t}");
        }
    }
}
