//! Resampling along a slanted line: one row of a turned picture from its source.
//!
//! Turning a camera upright maps every row of the result onto a straight line of the source, at a
//! constant pace. So a row takes two one-dimensional passes (Catmull and Smith 1980): across the
//! line at every source column, then along it. Both use Keys' cubic convolution with six points
//! (1981, the fourth-order kernel: nearly as sharp as Lanczos3, and no table). Interpolation is of
//! sRGB-encoded values: overshoot at edges is then even to the eye, and is cut off at the range.

use multiversion::multiversion;

/// A line of the source; columns and rows count from the centre of the first pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    /// Column of the first pixel of the result.
    pub column: f64,
    /// Columns from each pixel of the result to the next, near 1.
    pub step: f64,
    /// Row in which the line crosses column 0.
    pub row: f64,
    /// Rows it moves down per column.
    pub slope: f64,
}

/// A source of `width` RGB pixels a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a, S> {
    samples: &'a [S],
    width: usize,
}

impl<'a, S> Source<'a, S> {
    /// `samples` are whole rows of `width` pixels, at least one.
    pub(crate) fn new(samples: &'a [S], width: usize) -> Self {
        assert!(
            width > 0 && samples.len() >= width * 3,
            "a source has a row"
        );
        Self { samples, width }
    }
}

/// Pixels a block, chosen to fill three AVX-512 registers.
const PIXELS: usize = 16;
const BLOCK: usize = PIXELS * 3;
/// Columns the first pass's row is continued on both sides.
const RIM: usize = 32;

/// One row of 8-bit samples; `between` is a buffer to reuse.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn eight(source: Source<'_, u8>, line: Line, between: &mut Vec<f32>, row: &mut [u8]) {
    across(source, line, between);
    // SAFETY: `along` gives values of 0.5 to 255.5, which fit.
    along(line, between, 255.0, row, |v| unsafe {
        v.to_int_unchecked::<i32>() as u8
    });
}

/// One row of 16-bit samples; `between` is a buffer to reuse.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn sixteen(
    source: Source<'_, u16>,
    line: Line,
    between: &mut Vec<f32>,
    row: &mut [u16],
) {
    across(source, line, between);
    // SAFETY: `along` gives values of 0.5 to 65535.5, which fit.
    along(line, between, 65535.0, row, |v| unsafe {
        v.to_int_unchecked::<i32>() as u16
    });
}

/// First pass: the source at every column, on the line. The row's ends are continued by `RIM`.
#[inline(always)]
fn across<S: Copy + Into<f32>>(source: Source<'_, S>, line: Line, between: &mut Vec<f32>) {
    let length = source.width * 3;
    between.resize(length + 2 * RIM * 3, 0.0);
    let row = &mut between[RIM * 3..][..length];
    let blocks = length / BLOCK;
    for (i, out) in row.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
        across_block(source, line, i * PIXELS, out);
    }
    let rest = row[blocks * BLOCK..].as_chunks_mut::<3>().0;
    for (i, out) in rest.iter_mut().enumerate() {
        across_block(source, line, blocks * PIXELS + i, out);
    }
    continue_ends(between);
}

#[inline(always)]
fn across_block<S: Copy + Into<f32>, const N: usize>(
    source: Source<'_, S>,
    line: Line,
    column: usize,
    out: &mut [f32; N],
) {
    let stride = source.width * 3;
    let last = (source.samples.len() / stride) as i64 - 1;
    let row = line.row + line.slope * column as f64;
    let tap = |at: i64| {
        let row = at.clamp(0, last) as usize;
        let samples = &source.samples[row * stride + column * 3..];
        samples.first_chunk::<N>().expect("a block lies in its row")
    };
    let top = row.floor();
    interpolate((row - top) as f32, line.slope as f32, out, |step| {
        std::array::from_fn(|i| tap(top as i64 + step + i as i64 - 2))
    });
}

fn continue_ends(between: &mut [f32]) {
    let (first, last) = (RIM * 3, between.len() - RIM * 3 - 3);
    for i in 0..RIM {
        between.copy_within(first..first + 3, i * 3);
        between.copy_within(last..last + 3, last + 3 + i * 3);
    }
}

/// Second pass: along the line, limited to 0 to `most` and rounded by `store` (which cuts off).
#[inline(always)]
fn along<S: Copy>(line: Line, between: &[f32], most: f32, row: &mut [S], store: impl Fn(f32) -> S) {
    let room = between.len() / 3;
    let mut values = [0.0; BLOCK];
    for (i, out) in row.chunks_mut(BLOCK).enumerate() {
        let column = line.column + line.step * (i * PIXELS) as f64 + RIM as f64;
        let left = column.floor();
        let tap = |step: i64, i: usize| {
            let from = left as i64 + step + i as i64 - 2;
            let from = from.clamp(0, (room - PIXELS) as i64) as usize;
            between[from * 3..].first_chunk::<BLOCK>().expect("clamped")
        };
        interpolate(
            (column - left) as f32,
            (line.step - 1.0) as f32,
            &mut values,
            |step| std::array::from_fn(|i| tap(step, i)),
        );
        for (out, v) in out.iter_mut().zip(&values) {
            *out = store(v.max(0.0).min(most) + 0.5);
        }
    }
}

/// Column of each sample of a block.
const COLUMN: [f32; BLOCK] = {
    let mut column = [0.0; BLOCK];
    let mut i = 0;
    while i < BLOCK {
        column[i] = (i / 3) as f32;
        i += 1;
    }
    column
};

/// Fills a block whose position among its taps starts at `first` (0.0 to 1.0) and drifts by
/// `drift` a pixel. Where it drifts past a tap, the block is computed again one tap on, and each
/// sample takes the one it lies in: branches and gathers would cost more.
#[inline(always)]
fn interpolate<'a, T: Copy + Into<f32> + 'a, const N: usize>(
    first: f32,
    drift: f32,
    out: &mut [f32; N],
    taps: impl Fn(i64) -> [&'a [T; N]; 6],
) {
    let end = first + drift * COLUMN[N - 1];
    let (from, to) = (first.min(end).floor() as i64, first.max(end).floor() as i64);
    for step in from..=to {
        let taps = taps(step);
        for k in 0..N {
            let t = first + drift * COLUMN[k] - step as f32;
            // Written out: a closure would not be inlined into what is compiled for a processor.
            let near = [
                taps[0][k].into(),
                taps[1][k].into(),
                taps[2][k].into(),
                taps[3][k].into(),
                taps[4][k].into(),
                taps[5][k].into(),
            ];
            let value = six_points(near, t);
            out[k] = if (0.0..1.0).contains(&t) {
                value
            } else {
                out[k]
            };
        }
    }
}

/// Keys' six-point cubic through samples at -2, -1, 0, 1, 2 and 3, at `t` from 0 to 1.
#[inline(always)]
fn six_points([a, b, c, d, e, f]: [f32; 6], t: f32) -> f32 {
    let first = (d - b).mul_add(8.0, a - e);
    let outer = e.mul_add(-6.0, a.mul_add(-2.0, f));
    let second = b.mul_add(15.0, c.mul_add(-28.0, d.mul_add(20.0, outer)));
    let third = (c - d).mul_add(16.0, (e - b).mul_add(7.0, a - f));
    third
        .mul_add(t, second)
        .mul_add(t, first)
        .mul_add(t * (1.0 / 12.0), c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys' kernel as he gives it.
    fn keys(s: f64) -> f64 {
        match s.abs() {
            s if s < 1.0 => 4.0 / 3.0 * s.powi(3) - 7.0 / 3.0 * s * s + 1.0,
            s if s < 2.0 => -7.0 / 12.0 * s.powi(3) + 3.0 * s * s - 59.0 / 12.0 * s + 2.5,
            s if s < 3.0 => s.powi(3) / 12.0 - 2.0 / 3.0 * s * s + 1.75 * s - 1.5,
            _ => 0.0,
        }
    }

    /// One sample of the result, in doubles, by the definition.
    fn slow(samples: &[f64], width: i64, line: Line, i: usize, channel: i64, most: f64) -> f64 {
        let height = samples.len() as i64 / width / 3;
        let at = |x: i64, y: i64| samples[((y * width + x) * 3 + channel) as usize];
        let on_line = |x: i64| {
            let x = x.clamp(0, width - 1);
            let y = line.row + line.slope * x as f64;
            let top = y.floor() as i64;
            let tap = |k: i64| at(x, k.clamp(0, height - 1)) * keys(y - k as f64);
            (top - 2..=top + 3).map(tap).sum::<f64>()
        };
        let x = line.column + line.step * i as f64;
        let left = x.floor() as i64;
        let sum: f64 = (left - 2..=left + 3)
            .map(|k| on_line(k) * keys(x - k as f64))
            .sum();
        sum.clamp(0.0, most)
    }

    const LINES: [Line; 5] = [
        Line {
            column: 3.2,
            step: 0.9994,
            row: 5.7,
            slope: 0.035,
        },
        Line {
            column: 1.5,
            step: 1.06,
            row: 30.1,
            slope: -0.105,
        },
        Line {
            column: 0.0,
            step: 0.93,
            row: 0.3,
            slope: 0.0,
        },
        Line {
            column: -0.4,
            step: 1.0,
            row: -0.4,
            slope: 0.1,
        },
        Line {
            column: 8.0,
            step: 1.0,
            row: 20.0,
            slope: 0.0,
        },
    ];

    /// Noise: every frequency there is.
    fn noise(width: usize, height: usize) -> Vec<u16> {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as u16
        };
        (0..width * height * 3).map(|_| next()).collect()
    }

    #[test]
    fn rows_are_keys_cubic_on_the_line_in_both_depths() {
        let (width, height, count) = (75, 40, 61);
        let fine = noise(width, height);
        let coarse: Vec<u8> = fine.iter().map(|v| (v >> 8) as u8).collect();
        let exact_fine: Vec<f64> = fine.iter().map(|&v| f64::from(v)).collect();
        let exact_coarse: Vec<f64> = coarse.iter().map(|&v| f64::from(v)).collect();
        for line in LINES {
            let (mut one, mut two) = (vec![0_u8; count * 3], vec![0_u16; count * 3]);
            let mut between = Vec::new();
            eight(
                Source {
                    samples: &coarse,
                    width,
                },
                line,
                &mut between,
                &mut one,
            );
            sixteen(
                Source {
                    samples: &fine,
                    width,
                },
                line,
                &mut between,
                &mut two,
            );
            for i in 0..count * 3 {
                let (pixel, channel) = (i / 3, (i % 3) as i64);
                let wanted = slow(&exact_coarse, width as i64, line, pixel, channel, 255.0);
                assert!((f64::from(one[i]) - wanted).abs() < 0.51, "{line:?} {i}");
                let wanted = slow(&exact_fine, width as i64, line, pixel, channel, 65535.0);
                assert!((f64::from(two[i]) - wanted).abs() < 1.5, "{line:?} {i}");
            }
        }
    }

    #[test]
    fn a_line_through_pixel_centres_copies_them() {
        let (width, samples) = (40, noise(40, 9));
        let line = Line {
            column: 2.0,
            step: 1.0,
            row: 4.0,
            slope: 0.0,
        };
        let mut row = vec![0; 30 * 3];
        sixteen(
            Source {
                samples: &samples,
                width,
            },
            line,
            &mut Vec::new(),
            &mut row,
        );
        assert_eq!(row, samples[(4 * 40 + 2) * 3..][..90]);
    }

    #[test]
    fn a_picture_narrower_than_a_block_is_resampled_too() {
        let samples = vec![9_u8; 5 * 4 * 3];
        let mut row = vec![0; 4 * 3];
        eight(
            Source {
                samples: &samples,
                width: 5,
            },
            LINES[0],
            &mut Vec::new(),
            &mut row,
        );
        assert_eq!(row, vec![9; 12]);
    }
}
