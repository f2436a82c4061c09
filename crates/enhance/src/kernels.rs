//! The few loops that decide how long 45 megapixels take, and nothing else: plain Rust that the
//! compiler turns into vector instructions.
//!
//! Every kernel is compiled three times (AVX-512, AVX2, plain) by `multiversion`, which chooses at
//! run time; its unsafe call is the only one in this crate, beside conversions of clamped numbers
//! to integers. Multiplications are fused with additions where a kernel says `mul_add`, and nowhere
//! else, so all three give the same bytes (the plain one slowly, on processors before 2013). Each has
//! a slow, obvious twin in its tests as the oracle.
#![allow(unsafe_code)]

pub(crate) mod balance;
pub(crate) mod canny;
pub(crate) mod ciede2000;
pub(crate) mod cubic;
pub(crate) mod curve;
pub(crate) mod dials;
pub(crate) mod expected;
pub(crate) mod finish;
pub(crate) mod grade;
pub(crate) mod histogram;
pub(crate) mod moments;
pub(crate) mod noise;
pub(crate) mod planes;
pub(crate) mod sample;
pub(crate) mod sharpen;
pub(crate) mod sky;
pub(crate) mod ssim;
pub(crate) mod strip;
pub(crate) mod warp;

/// Adds up a row in sixteen lanes, so that vectors can, always in the same order.
#[inline(always)]
fn sum(values: &[f32]) -> f64 {
    let (chunks, rest) = values.as_chunks::<16>();
    let mut lanes = [0.0_f32; 16];
    for chunk in chunks {
        (0..16).for_each(|i| lanes[i] += chunk[i]);
    }
    lanes.iter().chain(rest).map(|&v| f64::from(v)).sum()
}

#[cfg(test)]
pub(crate) mod tests {
    use multiversion::multiversion;

    use crate::kernels::strip::{HALO, Strip};

    /// Two gray pictures with edges and grain, the second brighter and locally different.
    pub(crate) fn pictures(width: usize, height: usize) -> (Vec<u8>, Vec<u8>) {
        let one = |i: usize| {
            let (x, y) = ((i % width) as f32, (i / width) as f32);
            let grain = (i * 7919 % 23) as f32 - 11.0;
            let disc = (x - 60.0).hypot(y - 45.0) < 30.0;
            let bars = if (x + y * 0.6) % 40.0 < 20.0 {
                60.0
            } else {
                0.0
            };
            (60.0 + bars + if disc { 80.0 } else { 0.0 } + grain) as u8
        };
        let first: Vec<u8> = (0..width * height).map(one).collect();
        let other = |(i, v): (usize, &u8)| {
            let moved = if i % 97 < 9 { 14 } else { 0 };
            (f32::from(*v) * 0.9 + 25.0) as u8 - moved
        };
        let second = first.iter().enumerate().map(other).collect();
        (first, second)
    }

    /// A whole picture as one strip.
    pub(crate) fn strip(gray: &[u8], width: usize, height: usize) -> Strip {
        let mut strip = Strip::default();
        strip.resize(width, height);
        for row in 0..height + 2 * HALO {
            let from = row.saturating_sub(HALO).min(height - 1);
            strip.fill(row, |to| to.copy_from_slice(&gray[from * width..][..width]));
        }
        strip
    }

    #[multiversion(targets(
        "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
        "x86_64+avx2+bmi2+fma"
    ))]
    fn scale(values: &mut [f32], by: f32) {
        values.iter_mut().for_each(|v| *v *= by);
    }

    #[test]
    fn a_multiversioned_loop_is_the_plain_loop() {
        let mut values = vec![1.5_f32; 100];
        scale(&mut values, 2.0);
        assert!(values.iter().all(|&v| v == 3.0));
    }
}
