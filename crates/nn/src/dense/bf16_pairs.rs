//! Numbers as bfloat16 (a float's upper half), in pairs, as packed layers read them.

use multiversion::multiversion;
use rayon::prelude::*;

/// Bits of the nearest bfloat16, ties to even.
#[inline(always)]
pub(super) fn to_bf16(x: f32) -> u32 {
    let bits = x.to_bits();
    let nearest = bits.wrapping_add(0x7fff + (bits >> 16 & 1));
    if x.is_nan() {
        bits >> 16 | 0x40
    } else {
        nearest >> 16
    }
}

/// Packs rows of `size` numbers into rows of pairs; an odd last one is paired with zero.
pub(super) fn pack_rows(rows: &[f32], size: usize) -> Vec<u32> {
    let run = size.div_ceil(2);
    let mut pairs = vec![0; rows.len() / size * run];
    let chunk = (1_usize << 14).div_ceil(size);
    let parts = pairs.par_chunks_mut(chunk * run);
    parts
        .zip(rows.par_chunks(chunk * size))
        .for_each(|(pairs, rows)| {
            for (pairs, row) in pairs.chunks_exact_mut(run).zip(rows.chunks_exact(size)) {
                pack_row(pairs, row);
            }
        });
    pairs
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn pack_row(pairs: &mut [u32], row: &[f32]) {
    let (whole, rest) = row.as_chunks::<2>();
    for (pair, [one, two]) in pairs.iter_mut().zip(whole) {
        *pair = to_bf16(*one) | to_bf16(*two) << 16;
    }
    if let ([.., last], [one]) = (pairs, rest) {
        *last = to_bf16(*one);
    }
}

/// A picture, channels x height x width.
#[derive(Clone, Copy)]
pub(super) struct Planes<'a> {
    pub values: &'a [f32],
    pub channels: usize,
    pub height: usize,
    pub width: usize,
}

impl Planes<'_> {
    /// Pixels of pairs of channels, with `padding` zeros around the picture.
    pub fn to_pixels(self, padding: usize) -> Vec<u32> {
        let run = self.channels.div_ceil(2);
        let pitch = (self.width + 2 * padding) * run;
        let mut pixels = vec![0; (self.height + 2 * padding) * pitch];
        let inner = &mut pixels[padding * pitch..][..self.height * pitch];
        inner
            .par_chunks_mut(pitch)
            .enumerate()
            .for_each(|(y, row)| {
                let row = &mut row[padding * run..][..self.width * run];
                for pair in 0..run {
                    let line = |channel: usize| {
                        let from = (channel * self.height + y) * self.width;
                        (channel < self.channels).then(|| &self.values[from..][..self.width])
                    };
                    let (one, two) = (line(2 * pair), line(2 * pair + 1));
                    let one = one.expect("a pair has a first");
                    let to = row[pair..].iter_mut().step_by(run);
                    match two {
                        Some(two) => to.zip(one.iter().zip(two)).for_each(|(to, (one, two))| {
                            *to = to_bf16(*one) | to_bf16(*two) << 16;
                        }),
                        None => to.zip(one).for_each(|(to, one)| *to = to_bf16(*one)),
                    }
                }
            });
        pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_taken_and_the_even_one_of_two() {
        let float = |bits: u32| f32::from_bits(bits << 16);
        // Steps above one are of 1/128.
        for (x, steps) in [(0.4, 0.0), (0.5, 0.0), (0.6, 1.0), (1.4, 1.0), (1.5, 2.0)] {
            assert_eq!(float(to_bf16(1.0 + x / 128.0)), 1.0 + steps / 128.0);
            assert_eq!(float(to_bf16(-1.0 - x / 128.0)), -1.0 - steps / 128.0);
        }
        assert!(float(to_bf16(f32::NAN)).is_nan());
        assert_eq!(float(to_bf16(f32::INFINITY)), f32::INFINITY);
    }

    #[test]
    fn pixels_hold_what_planes_hold() {
        let values: Vec<f32> = (0..3 * 4 * 5).map(|v| v as f32).collect();
        let planes = Planes {
            values: &values,
            channels: 3,
            height: 4,
            width: 5,
        };
        let pixels = planes.to_pixels(1);
        assert_eq!(pixels.len(), 6 * 7 * 2);
        let at = |c: usize, y: usize, x: usize| {
            let pair = pixels[(y * 7 + x) * 2 + c / 2];
            f32::from_bits(if c.is_multiple_of(2) {
                pair << 16
            } else {
                pair & 0xffff_0000
            })
        };
        assert_eq!((at(0, 1, 1), at(1, 2, 3), at(2, 4, 5)), (0.0, 27.0, 59.0));
        assert_eq!((at(0, 0, 3), at(2, 5, 5), at(3, 2, 2)), (0.0, 0.0, 0.0));
        assert_eq!(pack_rows(&[1.0, 2.0, 3.0], 3), [0x4000_3f80, 0x4040]);
    }
}
