//! SSIM (Wang et al. 2004) of two gray planes: Gaussian window of 11 x 11, σ 1.5, 8-bit constants.
//!
//! Four blurred fields are enough: x, y, x² + y² and xy. They are blurred across into a ring of
//! eleven rows and down from the ring, in panels narrow enough for the ring to stay in the cache.

use multiversion::multiversion;

use crate::kernels::strip::{HALO, MARGIN, Strip};

/// Rows the window reaches up and down.
pub(crate) const REACH: usize = 5;
const WINDOW: usize = 2 * REACH + 1;
/// Rows that are blurred downwards at once, and the rows they need.
const GROUP: usize = 4;
const ROWS: usize = WINDOW + GROUP - 1;
/// Columns of a panel: the ring and what is made of it, 39 kB, nearly fit the nearest cache.
const PANEL: usize = 128;

/// Gaussian weights of the middle and of each distance from it; they add up to one.
const WEIGHTS: [f32; REACH + 1] = [
    0.266_011_7,
    0.213_005_54,
    0.109_360_69,
    0.036_000_773,
    0.007_598_758,
    0.001_028_380_1,
];
/// (0.01 · 255)² and (0.03 · 255)².
const C1: f32 = 6.5025;
const C2: f32 = 58.5225;

/// A panel's columns with what its window reaches, rounded up to whole vectors.
const WIDE: usize = PANEL + 16;
type Wide = [f32; WIDE];
type Fields = [[f32; PANEL]; 4];

/// Room for one panel's work.
#[derive(Debug)]
pub(crate) struct Ring {
    rows: Vec<Fields>,
    wide: Box<[Wide; 4]>,
}

impl Default for Ring {
    fn default() -> Self {
        Self {
            rows: vec![[[0.0; PANEL]; 4]; ROWS],
            wide: Box::new([[0.0; WIDE]; 4]),
        }
    }
}

/// Sums over pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sums {
    /// SSIM.
    pub whole: f64,
    /// Its contrast and structure alone, which is what coarser scales count in MS-SSIM.
    pub contrast: f64,
}

impl Sums {
    /// Both together.
    pub fn with(self, other: Self) -> Self {
        Self {
            whole: self.whole + other.whole,
            contrast: self.contrast + other.contrast,
        }
    }
}

impl Sums {
    /// Means over so many pixels.
    pub fn over(self, pixels: f64) -> Self {
        Self {
            whole: self.whole / pixels,
            contrast: self.contrast / pixels,
        }
    }
}

/// Sums over the strip's own pixels. Beyond the picture its border goes on.
pub(crate) fn sums(one: &Strip, two: &Strip, ring: &mut Ring) -> Sums {
    let panels = (0..one.width).step_by(PANEL);
    let of = |left| panel(one, two, left, ring);
    panels.map(of).fold(Sums::default(), Sums::with)
}

fn panel(one: &Strip, two: &Strip, left: usize, ring: &mut Ring) -> Sums {
    let width = PANEL.min(one.width - left);
    let columns = left + MARGIN - REACH..left + MARGIN + width + REACH;
    let mut total = Sums::default();
    let mut blurred = 0;
    for top in (0..one.height).step_by(GROUP) {
        let count = GROUP.min(one.height - top);
        for step in blurred..top + count + 2 * REACH {
            let row = step + HALO - REACH;
            let x = &one.row(row)[columns.clone()];
            let y = &two.row(row)[columns.clone()];
            across(x, y, &mut ring.wide, &mut ring.rows[step % ROWS]);
        }
        blurred = top + count + 2 * REACH;
        let rows = std::array::from_fn(|k| &ring.rows[(top + k) % ROWS]);
        let sums = down(&rows, width);
        total = sums[..count].iter().fold(total, |all, row| all.with(*row));
    }
    total
}

/// Forms the four fields of one row and blurs them along it. Values are taken from the middle gray
/// so that squares keep their digits. Whole panels are computed, the rest of a narrow one unread.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn across(x: &[u8], y: &[u8], wide: &mut [Wide; 4], out: &mut Fields) {
    let (mut gray_x, mut gray_y) = ([0_u8; WIDE], [0_u8; WIDE]);
    gray_x[..x.len()].copy_from_slice(x);
    gray_y[..y.len()].copy_from_slice(y);
    let [wide_x, wide_y, squares, products] = wide;
    for i in 0..WIDE {
        let (x, y) = (f32::from(gray_x[i]) - 128.0, f32::from(gray_y[i]) - 128.0);
        (wide_x[i], wide_y[i]) = (x, y);
        squares[i] = x * x + y * y;
        products[i] = x * y;
    }
    for (field, out) in wide.iter().zip(out) {
        for i in 0..PANEL {
            out[i] = weighted(std::array::from_fn(|k| field[i + k]));
        }
    }
}

/// The weighted sum of eleven neighbours.
#[inline(always)]
fn weighted(v: [f32; WINDOW]) -> f32 {
    let near = (v[4] + v[6]).mul_add(WEIGHTS[1], v[5] * WEIGHTS[0]);
    let near = (v[3] + v[7]).mul_add(WEIGHTS[2], near);
    let far = (v[2] + v[8]).mul_add(WEIGHTS[3], (v[1] + v[9]) * WEIGHTS[4]);
    (v[0] + v[10]).mul_add(WEIGHTS[5], far) + near
}

/// Blurs the ring downwards, a group of rows at once so that each row is read once for all of
/// them, and adds up each row of the group. Rows that a short group lacks are old ones: unread.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn down(rows: &[&Fields; ROWS], width: usize) -> [Sums; GROUP] {
    let mut blurred = [[[0.0_f32; PANEL]; 4]; GROUP];
    for field in 0..4 {
        for i in 0..PANEL {
            let v: [f32; ROWS] = std::array::from_fn(|k| rows[k][field][i]);
            for row in 0..GROUP {
                blurred[row][field][i] = weighted(std::array::from_fn(|k| v[row + k]));
            }
        }
    }
    blurred.each_ref().map(|fields| row(fields, width))
}

/// Adds up the first pixels of a row.
#[inline(always)]
fn row([x, y, squares, products]: &Fields, count: usize) -> Sums {
    let (mut wholes, mut contrasts) = ([0.0_f32; PANEL], [0.0_f32; PANEL]);
    for i in 0..PANEL {
        let (luminance, contrast) = similarity(x[i], y[i], squares[i], products[i]);
        wholes[i] = luminance * contrast;
        contrasts[i] = contrast;
    }
    Sums {
        whole: super::sum(&wholes[..count]),
        contrast: super::sum(&contrasts[..count]),
    }
}

/// The terms of luminance and of contrast and structure from the blurred fields, whose values lie
/// about the middle gray.
#[inline(always)]
fn similarity(x: f32, y: f32, squares: f32, product: f32) -> (f32, f32) {
    let variances = squares - (x * x + y * y);
    let covariance = product - x * y;
    let (x, y) = (x + 128.0, y + 128.0);
    let (light, detail) = (x * x + y * y + C1, variances + C2);
    // One division for both.
    let inverse = 1.0 / (light * detail);
    (
        (2.0 * x * y + C1) * (inverse * detail),
        (2.0 * covariance + C2) * (inverse * light),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::tests::{pictures, strip};

    /// SSIM by its definition, in f64, with five fields.
    fn reference(x: &[u8], y: &[u8], width: usize, height: usize) -> f64 {
        let gauss = |d: i64| (-((d * d) as f64) / 4.5).exp();
        let total: f64 = (-5..=5).map(gauss).sum();
        let mut sum = 0.0;
        for (cy, cx) in (0..height as i64).flat_map(|cy| (0..width as i64).map(move |cx| (cy, cx)))
        {
            let mut m = [0.0; 5];
            for (dy, dx) in (-5..=5).flat_map(|dy| (-5..=5).map(move |dx| (dy, dx))) {
                let row = (cy + dy).clamp(0, height as i64 - 1) as usize;
                let column = (cx + dx).clamp(0, width as i64 - 1) as usize;
                let at = row * width + column;
                let weight = gauss(dx) * gauss(dy) / (total * total);
                let (a, b) = (f64::from(x[at]), f64::from(y[at]));
                let terms = [a, b, a * a, b * b, a * b];
                (0..5).for_each(|k| m[k] += weight * terms[k]);
            }
            let (va, vb, cov) = (m[2] - m[0] * m[0], m[3] - m[1] * m[1], m[4] - m[0] * m[1]);
            sum += (2.0 * m[0] * m[1] + 6.5025) * (2.0 * cov + 58.5225)
                / ((m[0] * m[0] + m[1] * m[1] + 6.5025) * (va + vb + 58.5225));
        }
        sum / (width * height) as f64
    }

    fn mean(x: &[u8], y: &[u8], width: usize, height: usize) -> f64 {
        let (x, y) = (strip(x, width, height), strip(y, width, height));
        sums(&x, &y, &mut Ring::default()).whole / (width * height) as f64
    }

    #[test]
    fn the_mean_is_that_of_the_slow_definition() {
        for (width, height) in [(173, 90), (1030, 13), (3, 2), (1, 1)] {
            let (x, y) = pictures(width, height);
            let (fast, slow) = (
                mean(&x, &y, width, height),
                reference(&x, &y, width, height),
            );
            assert!((fast - slow).abs() < 1e-5, "{fast} instead of {slow}");
        }
    }

    #[test]
    fn a_picture_is_exactly_like_itself() {
        let (x, _) = pictures(64, 40);
        assert!((mean(&x, &x, 64, 40) - 1.0).abs() < 1e-7);
    }

    #[test]
    fn weights_are_a_gaussian_that_adds_up_to_one() {
        let gauss = |d: usize| (-((d * d) as f64) / 4.5).exp();
        let total: f64 = gauss(0) + 2.0 * (1..=REACH).map(gauss).sum::<f64>();
        for (d, weight) in WEIGHTS.iter().enumerate() {
            assert!((f64::from(*weight) - gauss(d) / total).abs() < 1e-7);
        }
    }
}
