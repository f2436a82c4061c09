//! From gray to thin edge candidates: logarithm, Gaussian blur of σ 1.4, Sobel, and only the ridge
//! of the gradient kept.

use std::sync::LazyLock;

use multiversion::multiversion;

use crate::kernels::strip::{HALO, MARGIN, Strip};

/// Weights of the blur (σ 1.4, nine taps): the middle and each distance from it.
const WEIGHTS: [f32; 5] = [
    0.285_252_34,
    0.221_024_19,
    0.102_818_58,
    0.028_716_039,
    0.004_815_026,
];
const TAPS: usize = 2 * WEIGHTS.len() - 1;

/// Added to gray before the logarithm, or the noise of black would be all edges.
const OFFSET: f32 = 24.0;
/// Sobel gradients of the logarithm above which an edge is certain, and above which it may be.
/// A blurred step of the logarithm by d has one of 2.3 d: contrasts of 13 % and 5 %.
const CERTAIN: f32 = 0.30;
const POSSIBLE: f32 = 0.12;

static LOGARITHM: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|v| ((v as f32 + OFFSET) / OFFSET).ln()));

/// Rows in flight, each with the strip's margins.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    blurred_across: [Vec<f32>; TAPS],
    blurred: [Vec<f32>; 3],
    gradients: [Gradient; 3],
    scratch: Vec<f32>,
    marks: [Vec<u8>; 2],
}

#[derive(Debug, Default)]
struct Gradient {
    x: Vec<f32>,
    y: Vec<f32>,
    square: Vec<f32>,
}

impl Rows {
    fn resize(&mut self, stride: usize) {
        let planes = self.blurred_across.iter_mut().chain(&mut self.blurred);
        planes.for_each(|row| row.resize(stride, 0.0));
        for gradient in &mut self.gradients {
            let rows = [&mut gradient.x, &mut gradient.y, &mut gradient.square];
            rows.into_iter().for_each(|row| row.resize(stride, 0.0));
        }
        self.scratch.resize(stride, 0.0);
        let padded = (stride - 2 * MARGIN).next_multiple_of(64);
        self.marks.iter_mut().for_each(|row| row.resize(padded, 0));
    }
}

/// Writes a strip's candidates: for every row the words of the certain and of the possible ones.
pub(crate) fn candidates(strip: &Strip, rows: &mut Rows, out: &mut [u64]) {
    rows.resize(strip.width + 2 * MARGIN);
    let logarithm: &[f32; 256] = &LOGARITHM;
    let words = strip.width.div_ceil(64);
    // Each stage runs as many rows behind as its window needs: 8 for the blur, 2 and 2 more.
    for step in 0..strip.height + 2 * HALO {
        logarithm_row(logarithm, strip.row(step), &mut rows.scratch);
        blur_across(&rows.scratch, &mut rows.blurred_across[step % TAPS]);
        if step + 1 < TAPS {
            continue;
        }
        let taps = std::array::from_fn(|k| &rows.blurred_across[(step + 1 + k) % TAPS][..]);
        blur_down(taps, &mut rows.blurred[step % 3]);
        if step + 1 < TAPS + 2 {
            continue;
        }
        let lines = std::array::from_fn(|k| &rows.blurred[(step + 1 + k) % 3][..]);
        sobel(lines, &mut rows.gradients[step % 3]);
        if step + 1 >= TAPS + 4 {
            let row = step + 1 - TAPS - 4;
            thin(&rows.gradients, step, strip.width, &mut rows.marks);
            let (certain, possible) = out[2 * row * words..][..2 * words].split_at_mut(words);
            pack(&rows.marks[0], certain);
            pack(&rows.marks[1], possible);
        }
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn logarithm_row(table: &[f32; 256], gray: &[u8], out: &mut [f32]) {
    for (out, v) in out.iter_mut().zip(gray) {
        *out = table[usize::from(*v)];
    }
}

/// The outermost four columns of the margins stay as they are: nobody reads them.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn blur_across(row: &[f32], out: &mut [f32]) {
    let width = row.len() - 8;
    let out = &mut out[4..4 + width];
    let at: [&[f32]; TAPS] = std::array::from_fn(|k| &row[k..k + width]);
    for (i, out) in out.iter_mut().enumerate() {
        let mut sum = WEIGHTS[0] * at[4][i];
        for d in 1..5 {
            sum = (at[4 - d][i] + at[4 + d][i]).mul_add(WEIGHTS[d], sum);
        }
        *out = sum;
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn blur_down(rows: [&[f32]; TAPS], out: &mut [f32]) {
    let at = rows.map(|row| &row[..out.len()]);
    for (i, out) in out.iter_mut().enumerate() {
        let mut sum = WEIGHTS[0] * at[4][i];
        for d in 1..5 {
            sum = (at[4 - d][i] + at[4 + d][i]).mul_add(WEIGHTS[d], sum);
        }
        *out = sum;
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn sobel(rows: [&[f32]; 3], out: &mut Gradient) {
    let width = rows[0].len() - 2;
    let [left, middle, right] = [0, 1, 2].map(|k| rows.map(|row| &row[k..k + width]));
    let (x, y) = (&mut out.x[1..=width], &mut out.y[1..=width]);
    let square = &mut out.square[1..=width];
    for i in 0..width {
        let column = |at: [&[f32]; 3]| at[0][i] + 2.0 * at[1][i] + at[2][i];
        let gx = column(right) - column(left);
        let sides = |k: usize| left[k][i] + 2.0 * middle[k][i] + right[k][i];
        let gy = sides(2) - sides(0);
        (x[i], y[i], square[i]) = (gx, gy, gx * gx + gy * gy);
    }
}

/// Keeps what is at least as strong as both neighbours across the edge: along the row, the column
/// or one of the diagonals. `step` is the place of the lowest of the three rows in their ring.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn thin(ring: &[Gradient; 3], step: usize, width: usize, marks: &mut [Vec<u8>; 2]) {
    let [above, here, below] = [1, 2, 0].map(|k| &ring[(step + k) % 3]);
    let at = |row: usize, k: usize| {
        let square = &[above, here, below][row].square;
        &square[MARGIN - 1 + k..MARGIN - 1 + k + width]
    };
    let (nw, n, ne) = (at(0, 0), at(0, 1), at(0, 2));
    let (w, own, e) = (at(1, 0), at(1, 1), at(1, 2));
    let (sw, s, se) = (at(2, 0), at(2, 1), at(2, 2));
    let (x, y) = (
        &here.x[MARGIN..MARGIN + width],
        &here.y[MARGIN..MARGIN + width],
    );
    let [certain, possible] = marks;
    let (certain, possible) = (&mut certain[..width], &mut possible[..width]);
    for i in 0..width {
        // All neighbours are read before any is chosen: a read that depends on the choice would
        // keep the compiler from vectors.
        let upper = [nw[i], n[i], ne[i]];
        let lower = [sw[i], s[i], se[i]];
        let (west, own, east) = (w[i], own[i], e[i]);
        let (gx, gy) = (x[i], y[i]);
        let (ax, ay) = (gx.abs(), gy.abs());
        let falling = gx * gy >= 0.0;
        let (steep, flat) = (ay > ax * STEEP, ay < ax * FLAT);
        let before = if falling { upper[0] } else { upper[2] };
        let after = if falling { lower[2] } else { lower[0] };
        let before = if steep { upper[1] } else { before };
        let after = if steep { lower[1] } else { after };
        let before = if flat { west } else { before };
        let after = if flat { east } else { after };
        let ridge = (own > before) & (own >= after);
        certain[i] = u8::from(ridge & (own > CERTAIN * CERTAIN));
        possible[i] = u8::from(ridge & (own > POSSIBLE * POSSIBLE));
    }
}

/// Tangents of 22.5° and 67.5°.
const FLAT: f32 = 0.414_213_57;
const STEEP: f32 = 2.414_213_7;

/// Bytes of 0 and 1 to bits, the first the lowest.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn pack(marks: &[u8], words: &mut [u64]) {
    for (word, marks) in words.iter_mut().zip(marks.as_chunks::<64>().0) {
        *word = 0;
        for (k, eight) in marks.as_chunks::<8>().0.iter().enumerate() {
            // The multiplication brings the lowest bit of byte k to bit 56 + k.
            let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            *word |= bits << (8 * k);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::tests::{pictures, strip};

    /// The same steps by their definitions, whole planes in f64.
    fn reference(gray: &[u8], width: usize, height: usize) -> [Vec<bool>; 2] {
        let at = |plane: &[f64], x: i64, y: i64| {
            let x = x.clamp(0, width as i64 - 1) as usize;
            plane[y.clamp(0, height as i64 - 1) as usize * width + x]
        };
        let log: Vec<f64> = gray
            .iter()
            .map(|&v| ((f64::from(v) + 24.0) / 24.0).ln())
            .collect();
        let gauss = |d: i64| (-((d * d) as f64) / 3.92).exp();
        let total: f64 = (-4..=4).map(gauss).sum();
        // Every value is computed from the plane continued beyond its border, as the kernel does.
        let blurred = |x: i64, y: i64| -> f64 {
            let places = (-4..=4).flat_map(|dy| (-4..=4).map(move |dx| (dx, dy)));
            let term = |(dx, dy)| gauss(dx) * gauss(dy) * at(&log, x + dx, y + dy);
            places.map(term).sum::<f64>() / (total * total)
        };
        let (wide, tall) = (width as i64 + 4, height as i64 + 4);
        let soft: Vec<f64> = (0..tall)
            .flat_map(|y| (0..wide).map(move |x| (x - 2, y - 2)))
            .map(|(x, y)| blurred(x, y))
            .collect();
        let soft = |x: i64, y: i64| soft[((y + 2) * wide + x + 2) as usize];
        let gradient = |x: i64, y: i64| {
            let column = |x| soft(x, y - 1) + 2.0 * soft(x, y) + soft(x, y + 1);
            let line = |y| soft(x - 1, y) + 2.0 * soft(x, y) + soft(x + 1, y);
            (column(x + 1) - column(x - 1), line(y + 1) - line(y - 1))
        };
        let square = |x: i64, y: i64| {
            let (gx, gy) = gradient(x, y);
            gx * gx + gy * gy
        };
        let ridge = |x: i64, y: i64| {
            let (gx, gy) = gradient(x, y);
            let angle = gy.atan2(gx).to_degrees().rem_euclid(180.0);
            let (dx, dy) = match angle {
                a if !(22.5..157.5).contains(&a) => (1, 0),
                a if a < 67.5 => (1, 1),
                a if a <= 112.5 => (0, 1),
                _ => (-1, 1),
            };
            let own = square(x, y);
            own > square(x - dx, y - dy) && own >= square(x + dx, y + dy)
        };
        [0.30_f64, 0.12].map(|least| {
            (0..height as i64)
                .flat_map(|y| (0..width as i64).map(move |x| (x, y)))
                .map(|(x, y)| square(x, y) > least * least && ridge(x, y))
                .collect()
        })
    }

    #[test]
    fn candidates_are_those_of_the_slow_definition() {
        let (width, height) = (150, 100);
        let (gray, _) = pictures(width, height);
        let words = width.div_ceil(64);
        let mut out = vec![0; 2 * words * height];
        candidates(&strip(&gray, width, height), &mut Rows::default(), &mut out);
        let wanted = reference(&gray, width, height);
        for (kind, wanted) in wanted.iter().enumerate() {
            let bit = |i: usize| {
                let (x, y) = (i % width, i / width);
                out[(2 * y + kind) * words + x / 64] >> (x % 64) & 1 == 1
            };
            let same = (0..wanted.len()).filter(|&i| bit(i) == wanted[i]).count();
            let marked = wanted.iter().filter(|&&m| m).count();
            assert!(marked > 200, "{marked} marked");
            assert!(
                same * 1000 >= wanted.len() * 998,
                "{same} of {} alike",
                wanted.len()
            );
        }
    }
}
