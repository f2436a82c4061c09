//! From interleaved pixels to rows of one channel, to gray, and what was clipped between two rows.

use multiversion::multiversion;

/// One row of a picture, channel by channel, 8 bits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Red, green, blue, each of the row's width.
    pub channels: [Vec<u8>; 3],
}

impl Row {
    /// A black row.
    pub fn new(width: usize) -> Self {
        Self {
            channels: [(); 3].map(|()| vec![0; width]),
        }
    }

    /// The channels to read.
    pub fn get(&self) -> [&[u8]; 3] {
        self.channels.each_ref().map(Vec::as_slice)
    }

    /// The channels to write.
    pub fn get_mut(&mut self) -> [&mut [u8]; 3] {
        self.channels.each_mut().map(Vec::as_mut_slice)
    }
}

/// Takes 8-bit pixels apart.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn split8(rgb: &[u8], channels: [&mut [u8]; 3]) {
    let [r, g, b] = channels;
    let out = r.iter_mut().zip(g).zip(b);
    for (((r, g), b), pixel) in out.zip(rgb.as_chunks::<3>().0) {
        (*r, *g, *b) = (pixel[0], pixel[1], pixel[2]);
    }
}

/// Takes 16-bit pixels apart and rounds them to 8 bits.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn split16(rgb: &[u16], channels: [&mut [u8]; 3]) {
    let [r, g, b] = channels;
    let out = r.iter_mut().zip(g).zip(b);
    for (((r, g), b), pixel) in out.zip(rgb.as_chunks::<3>().0) {
        (*r, *g, *b) = (nearest(pixel[0]), nearest(pixel[1]), nearest(pixel[2]));
    }
}

/// `pixels::narrow` without a division.
#[inline(always)]
fn nearest(v: u16) -> u8 {
    ((u32::from(v) * 255 + 32_895) >> 16) as u8
}

/// Rec. 709 luma of encoded samples, in 256ths: 54, 183 and 19.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn gray(channels: [&[u8]; 3], out: &mut [u8]) {
    let [r, g, b] = channels;
    for (((out, r), g), b) in out.iter_mut().zip(r).zip(g).zip(b) {
        let sum = u16::from(*r) * 54 + u16::from(*g) * 183 + u16::from(*b) * 19;
        *out = ((sum + 128) >> 8) as u8;
    }
}

/// Averages squares of two by two gray pixels; a last odd column is left out.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn halve(upper: &[u8], lower: &[u8], out: &mut [u8]) {
    let pairs = upper
        .as_chunks::<2>()
        .0
        .iter()
        .zip(lower.as_chunks::<2>().0);
    for (out, (upper, lower)) in out.iter_mut().zip(pairs) {
        let upper = u16::from(upper[0]) + u16::from(upper[1]);
        let lower = u16::from(lower[0]) + u16::from(lower[1]);
        *out = ((upper + lower + 2) >> 2) as u8;
    }
}

/// Averages squares of two by two RGB pixels; a last odd column stands for its square. Halves are
/// rounded up and down in turn, or every halving would make a picture brighter.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn halve_rgb(upper: &[u8], lower: &[u8], out: &mut [u8]) {
    const BLOCK: usize = 32;
    let whole = upper.len() / (6 * BLOCK);
    let blocks = upper.as_chunks::<{ 6 * BLOCK }>().0.iter();
    let blocks = blocks.zip(lower.as_chunks::<{ 6 * BLOCK }>().0);
    let outs = out.as_chunks_mut::<{ 3 * BLOCK }>().0;
    for ((upper, lower), out) in blocks.zip(outs) {
        let mut sums = [0_u16; 6 * BLOCK];
        for (i, sum) in sums.iter_mut().enumerate() {
            *sum = u16::from(upper[i]) + u16::from(lower[i]);
        }
        for i in 0..BLOCK {
            for c in 0..3 {
                out[3 * i + c] = mean(sums[6 * i + c] + sums[6 * i + 3 + c], i);
            }
        }
    }
    let (done, to) = (whole * 6 * BLOCK, &mut out[whole * 3 * BLOCK..]);
    let pairs = upper[done..].chunks(6).zip(lower[done..].chunks(6));
    for (i, ((upper, lower), out)) in pairs.zip(to.as_chunks_mut::<3>().0).enumerate() {
        for (c, out) in out.iter_mut().enumerate() {
            let sum = |row: &[u8]| u16::from(row[c]) + u16::from(row[(3 + c) % row.len()]);
            *out = mean(sum(upper) + sum(lower), i);
        }
    }
}

#[inline(always)]
fn mean(sum: u16, at: usize) -> u8 {
    ((sum + 1 + (at % 2) as u16) >> 2) as u8
}

/// Adds, for every eight pixels, those newly at white in some channel (they were 2 % below) and
/// those newly black in all.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn lost(before: [&[u8]; 3], after: [&[u8]; 3], burnt: &mut [u8], drowned: &mut [u8]) {
    let width = before[0].len();
    let (mut white, mut black) = ([0_u8; 256], [0_u8; 256]);
    for start in (0..width).step_by(256) {
        let part = start..(start + 256).min(width);
        let count = part.len();
        marks(
            before.map(|c| &c[part.clone()]),
            after.map(|c| &c[part.clone()]),
            &mut white[..count],
            &mut black[..count],
        );
        let blocks = start / 8..part.end.div_ceil(8);
        eights(&white[..count], &mut burnt[blocks.clone()]);
        eights(&black[..count], &mut drowned[blocks]);
    }
}

#[inline(always)]
fn marks(before: [&[u8]; 3], after: [&[u8]; 3], white: &mut [u8], black: &mut [u8]) {
    let count = white.len();
    let ([b0, b1, b2], [a0, a1, a2]) = (before, after);
    let (b0, b1, b2) = (&b0[..count], &b1[..count], &b2[..count]);
    let (a0, a1, a2) = (&a0[..count], &a1[..count], &a2[..count]);
    let black = &mut black[..count];
    for i in 0..count {
        let red = u8::from(a0[i] == 255) & u8::from(b0[i] < 249);
        let green = u8::from(a1[i] == 255) & u8::from(b1[i] < 249);
        let blue = u8::from(a2[i] == 255) & u8::from(b2[i] < 249);
        white[i] = red | green | blue;
        let brightest = b0[i].max(b1[i]).max(b2[i]);
        black[i] = u8::from((a0[i] | a1[i] | a2[i]) == 0) & u8::from(brightest > 5);
    }
}

/// Adds up eights of marks of 0 and 1.
#[inline(always)]
fn eights(marks: &[u8], sums: &mut [u8]) {
    let (whole, rest) = marks.as_chunks::<8>();
    for (eight, sum) in whole.iter().zip(sums.iter_mut()) {
        *sum += u64::from_le_bytes(*eight).count_ones() as u8;
    }
    if let (false, Some(last)) = (rest.is_empty(), sums.last_mut()) {
        *last += rest.iter().sum::<u8>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::narrow;

    #[test]
    fn every_16_bit_sample_is_rounded_to_the_nearest() {
        assert!((0..=u16::MAX).all(|v| nearest(v) == narrow(v)));
    }

    #[test]
    fn gray_stays_gray_and_channels_come_apart() {
        let rgb: Vec<u8> = (0..300).map(|i| (i * 7 % 256) as u8).collect();
        let mut row = Row::new(100);
        split8(&rgb, row.get_mut());
        assert!((0..100).all(|x| (0..3).all(|c| row.channels[c][x] == rgb[x * 3 + c])));
        let same: Vec<u8> = (0..=255).collect();
        let mut out = vec![0; 256];
        gray([&same; 3], &mut out);
        assert_eq!(out, same);
    }

    #[test]
    fn halving_averages_and_leaves_a_rest_out() {
        let mut out = [0; 2];
        halve(&[10, 20, 30, 40, 99], &[10, 21, 30, 43, 99], &mut out);
        assert_eq!(out, [15, 36]);
    }

    #[test]
    fn halving_colours_averages_squares_and_keeps_the_mean() {
        let (width, value) = (199, |i: usize, k: usize| (i * 7919 % (251 - k)) as u8);
        let row = |k: usize| (0..width * 3).map(|i| value(i, k)).collect::<Vec<u8>>();
        let (upper, lower) = (row(0), row(9));
        let mut out = vec![0; 100 * 3];
        halve_rgb(&upper, &lower, &mut out);
        let mut bias = 0.0;
        for (i, found) in out.iter().enumerate() {
            let (left, c) = (i / 3 * 2, i % 3);
            let right = (left + 1).min(width - 1);
            let sum = |row: &[u8]| f64::from(row[left * 3 + c]) + f64::from(row[right * 3 + c]);
            let off = f64::from(*found) - (sum(&upper) + sum(&lower)) / 4.0;
            assert!(off.abs() <= 0.5, "{i}: {off}");
            bias += off / out.len() as f64;
        }
        assert!(bias.abs() < 0.05, "{bias}");
    }

    #[test]
    fn lost_highlights_and_shadows_are_counted_pixel_by_pixel() {
        let levels = [0, 3, 6, 200, 248, 249, 255];
        let value = |i: usize, k: usize, c: usize| levels[(i / 7 * k + i + c * (i % 2)) % 7];
        let row = |k: usize| [0, 1, 2].map(|c| (0..1000).map(|i| value(i, k, c)).collect());
        let (before, after): ([Vec<u8>; 3], [Vec<u8>; 3]) = (row(4), row(5));
        let any = |test: &dyn Fn(usize, usize) -> bool| {
            (0..1000).filter(|&i| (0..3).any(|c| test(i, c))).count() as u64
        };
        let high = any(&|i, c| after[c][i] == 255 && before[c][i] < 249);
        let black = |i: usize| (0..3).all(|c| after[c][i] == 0);
        let low = any(&|i, c| before[c][i] > 5 && black(i));
        let (mut burnt, mut drowned) = (vec![0; 125], vec![0; 125]);
        lost(
            before.each_ref().map(Vec::as_slice),
            after.each_ref().map(Vec::as_slice),
            &mut burnt,
            &mut drowned,
        );
        let sum = |counts: &[u8]| counts.iter().map(|&n| u64::from(n)).sum::<u64>();
        assert_eq!((sum(&burnt), sum(&drowned)), (high, low));
        assert!(high > 0 && low > 0);
        let first = (0..8).filter(|&i| (0..3).any(|c| after[c][i] == 255 && before[c][i] < 249));
        assert_eq!(usize::from(burnt[0]), first.count());
        let (mut burnt, mut drowned) = ([0; 2], [0; 2]);
        let short = |row: &[Vec<u8>; 3]| row.each_ref().map(|c| c[..13].to_vec());
        let (before, after) = (short(&before), short(&after));
        lost(
            before.each_ref().map(Vec::as_slice),
            after.each_ref().map(Vec::as_slice),
            &mut burnt,
            &mut drowned,
        );
        let all = (0..13).filter(|&i| (0..3).any(|c| after[c][i] == 255 && before[c][i] < 249));
        assert_eq!(usize::from(burnt[0] + burnt[1]), all.count());
    }
}
