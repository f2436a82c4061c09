//! The natural engine's steps as they are defined, one simple loop each over whole rows: what quality
//! control rebuilds a row with. Shares no code with the loops that paint (`grade`, `sharpen`,
//! `balance`), so that a fault in those is seen.

#![allow(
    clippy::needless_range_loop,
    reason = "one index over several rows is what becomes a vector"
)]

use multiversion::multiversion;

pub(crate) mod quiet;
pub(crate) mod tables;

/// Red, green and blue light of a row.
pub(crate) type Light = [Vec<f32>; 3];

/// Tone at a brightness of the surroundings: factor on light, its bend toward white, factor on
/// chroma.
pub(crate) type Tone = [f32; 3];

/// Lift of light just below white beyond which nothing becomes white that was not.
const ALMOST_WHITE: f32 = 0.985;

/// Factors on light that sharpen the middle one of three rows of luma (0.0 to 1.0): `amount` of what
/// exceeds `grain` in the difference to a binomial of 3 x 3, within the range of the four
/// neighbours. Light goes with the square of luma. The first and last pixel stay.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn sharpened(rows: [&[f32]; 3], amount: f32, grain: f32, factors: &mut [f32]) {
    let [above, row, below] = rows;
    let width = row.len();
    for x in 1..width.max(1) - 1 {
        let side = above[x - 1] + below[x - 1] + above[x + 1] + below[x + 1];
        let cross = above[x] + below[x] + row[x - 1] + row[x + 1];
        let detail = row[x] - (side + 2.0 * cross + 4.0 * row[x]) * 0.0625;
        let most = above[x].max(below[x]).max(row[x - 1]).max(row[x + 1]);
        let least = above[x].min(below[x]).min(row[x - 1]).min(row[x + 1]);
        let more = (detail.abs() - grain).max(0.0) * amount;
        let wanted = row[x] + if detail < 0.0 { -more } else { more };
        let sharp = wanted.min(most.max(row[x])).max(least.min(row[x]));
        let ratio = (sharp + 0.02) / (row[x] + 0.02);
        factors[x] = (ratio * ratio).clamp(0.7, 1.4);
    }
}

/// Factors on light; one that lifts bends with the fourth power of the brightest channel.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn lit(light: &mut Light, factors: &[f32]) {
    let [r, g, b] = light;
    for x in 0..factors.len() {
        let factor = factors[x];
        let lift = (factor * factor * factor * factor - 1.0).max(0.0);
        let top = r[x].max(g[x]).max(b[x]);
        let factor = factor / (1.0 + lift * top * top * top * top).sqrt().sqrt();
        r[x] *= factor;
        g[x] *= factor;
        b[x] *= factor;
    }
}

/// Gains of a white balance. A channel that is nearly clipped (from 0.9 on) and would end below the
/// brighter of the others is lifted to it; where all three are bright (from 0.8 on) white stays.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn balanced(light: &mut Light, gains: [f32; 3]) {
    let [r, g, b] = light;
    for x in 0..r.len() {
        let own = [r[x], g[x], b[x]];
        let white = eased((own[0].min(own[1]).min(own[2]) - 0.8) / 0.2);
        let red = own[0] * gains[0];
        let green = own[1] * gains[1];
        let blue = own[2] * gains[2];
        let red_now = clipped(red, green.max(blue), own[0]);
        let green_now = clipped(green, blue.max(red), own[1]);
        let blue_now = clipped(blue, red.max(green), own[2]);
        r[x] = white * own[0] + (1.0 - white) * red_now;
        g[x] = white * own[1] + (1.0 - white) * green_now;
        b[x] = white * own[2] + (1.0 - white) * blue_now;
    }
}

#[inline(always)]
fn clipped(gained: f32, others: f32, own: f32) -> f32 {
    gained + (others.min(1.0) - gained).max(0.0) * eased((own - 0.9) / 0.1)
}

#[inline(always)]
fn eased(share: f32) -> f32 {
    let t = share.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The tone of each pixel's surroundings.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn toned(light: &mut Light, tones: &[Tone]) {
    let [r, g, b] = light;
    for x in 0..tones.len() {
        let [gain, bend, chroma] = tones[x];
        let top = r[x].max(g[x]).max(b[x]).min(1.0);
        let square = top * top;
        let eighth = square * square * square * square;
        let bent = 1.0 + bend * eighth;
        let shoulder = if gain > 1.0 {
            bent.sqrt().sqrt().sqrt()
        } else {
            bent
        };
        let factor = gain / shoulder;
        let grey = 0.2126 * r[x] + 0.7152 * g[x] + 0.0722 * b[x];
        r[x] = factor * (chroma * r[x] + (1.0 - chroma) * grey);
        g[x] = factor * (chroma * g[x] + (1.0 - chroma) * grey);
        b[x] = factor * (chroma * b[x] + (1.0 - chroma) * grey);
    }
}

/// No light below none, and none that reaches white where the original did not.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn ended(light: &mut [f32], own: &[f32]) {
    for (light, own) in light.iter_mut().zip(own) {
        *light = light.max(0.0).min(own.max(ALMOST_WHITE)).min(1.0);
    }
}

/// Luma of a row of encoded red, green and blue, 0.0 to 1.0.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn luma(red: &[f32], green: &[f32], blue: &[f32], to: &mut [f32]) {
    for x in 0..to.len() {
        to[x] = 0.2126 * red[x] + 0.7152 * green[x] + 0.0722 * blue[x];
    }
}

/// Brightness of the surroundings: `slope * luma + offset`, the coefficients interpolated between
/// two rows.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn surroundings(
    luma: &[f32],
    upper: [&[f32]; 2],
    lower: [&[f32]; 2],
    share: f32,
    to: &mut [f32],
) {
    let own = 1.0 - share;
    for x in 0..to.len() {
        let slope = own * upper[0][x] + share * lower[0][x];
        let offset = own * upper[1][x] + share * lower[1][x];
        to[x] = (slope * luma[x] + offset).clamp(0.0, 1.0);
    }
}

/// Adds to each block of 8 columns the square of the largest channel's difference between what was
/// expected and what is, in 8-bit levels.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn leftover(expected: &Light, found: &Light, blocks: &mut [f32]) {
    let [r, g, b] = expected;
    let [red, green, blue] = found;
    for (block, sum) in blocks.iter_mut().enumerate() {
        let from = block * 8;
        let to = (from + 8).min(r.len());
        for x in from..to {
            let off = (r[x] - red[x])
                .abs()
                .max((g[x] - green[x]).abs())
                .max((b[x] - blue[x]).abs());
            *sum += off * off;
        }
    }
}

/// A veil taken off, gains of each channel. A channel that is nearly clipped (from 0.9 on) and would end
/// below the brighter of the others is lifted to it; where all three are white (from 0.94 on) white
/// stays.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn unveiled(light: &mut Light, veil: [f32; 3], gains: &Light) {
    let [r, g, b] = light;
    for x in 0..r.len() {
        let own = [r[x], g[x], b[x]];
        let white = eased((own[0].min(own[1]).min(own[2]) - 0.94) / 0.06);
        let red = (own[0] - veil[0]).max(0.0) * gains[0][x];
        let green = (own[1] - veil[1]).max(0.0) * gains[1][x];
        let blue = (own[2] - veil[2]).max(0.0) * gains[2][x];
        let red_now = clipped(red, green.max(blue), own[0]);
        let green_now = clipped(green, blue.max(red), own[1]);
        let blue_now = clipped(blue, red.max(green), own[2]);
        r[x] = (1.0 - white) * red_now + white * red_now.max(own[0]).min(1.0);
        g[x] = (1.0 - white) * green_now + white * green_now.max(own[1]).min(1.0);
        b[x] = (1.0 - white) * blue_now + white * blue_now.max(own[2]).min(1.0);
    }
}

/// Gains of the channels: one from 0.9 on is lifted to the others, and from 0.94 on white stays white.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn tinted(light: &mut Light, gains: [f32; 3]) {
    let [r, g, b] = light;
    for x in 0..r.len() {
        let own = [r[x], g[x], b[x]];
        let keep = eased((own[0].min(own[1]).min(own[2]) - 0.94) / 0.06);
        let (red, green, blue) = (own[0] * gains[0], own[1] * gains[1], own[2] * gains[2]);
        r[x] = keep * own[0] + (1.0 - keep) * clipped(red, green.max(blue), own[0]);
        g[x] = keep * own[1] + (1.0 - keep) * clipped(green, blue.max(red), own[1]);
        b[x] = keep * own[2] + (1.0 - keep) * clipped(blue, red.max(green), own[2]);
    }
}

/// A share of a change, between square roots of light.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn halfway(light: &mut [f32], own: &[f32], share: f32) {
    for (light, own) in light.iter_mut().zip(own) {
        let root = (1.0 - share) * own.sqrt() + share * light.sqrt();
        *light = root * root;
    }
}

/// Gain and chroma of each pixel's surroundings. Beyond 0.8 luminance and the brightest channel near white
/// as t / (1 + t^4)^(1/4) does, and end no lower than they were; chroma gives way.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn curved(light: &mut Light, own: &Light, points: &[[f32; 2]]) {
    let [r, g, b] = light;
    for x in 0..points.len() {
        let [gain, chroma] = points[x];
        let before = 0.2126 * r[x] + 0.7152 * g[x] + 0.0722 * b[x];
        let to_black = before / (before - r[x].min(g[x]).min(b[x])).max(1e-6);
        let chroma = chroma.min(to_black);
        let grey = (1.0 - chroma) * before;
        let red = (gain * (chroma * r[x] + grey)).max(0.0);
        let green = (gain * (chroma * g[x] + grey)).max(0.0);
        let blue = (gain * (chroma * b[x] + grey)).max(0.0);
        let (top, luminance) = (red.max(green).max(blue), gain * before);
        let was_top = own[0][x].max(own[1][x]).max(own[2][x]);
        let was = 0.2126 * own[0][x] + 0.7152 * own[1][x] + 0.0722 * own[2][x];
        let most = rolled(top).max(top.min(was_top));
        let ends = rolled(luminance).max(luminance.min(was));
        let dimmed = ends / luminance.max(1e-6);
        let left = ((most - ends) / (top * dimmed - ends).max(1e-6)).min(1.0);
        r[x] = (1.0 - left) * ends + left * dimmed * red;
        g[x] = (1.0 - left) * ends + left * dimmed * green;
        b[x] = (1.0 - left) * ends + left * dimmed * blue;
    }
}

#[inline(always)]
fn rolled(light: f32) -> f32 {
    let over = (light - 0.8).max(0.0) / 0.2;
    light.min(0.8) + 0.2 * over / (1.0 + over * over * over * over).sqrt().sqrt()
}
