//! Element-wise loops and reductions over rows of numbers: plain Rust that the compiler
//! turns into vector instructions, compiled three times (AVX-512, AVX2, plain) by `multiversion`,
//! whose call is the only unsafe one.
#![allow(unsafe_code)]

use multiversion::multiversion;

/// Softmax of a row, in place.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn softmax(row: &mut [f32]) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|v| *v = exp(*v - largest));
    let (chunks, rest) = row.as_chunks::<16>();
    let mut sums = [0.0_f32; 16];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, v)| *sum += v);
    }
    let whole = sums.iter().sum::<f32>() + rest.iter().sum::<f32>();
    let part = 1.0 / whole;
    row.iter_mut().for_each(|v| *v *= part);
}

/// y = SiLU(x · scale + shift) (Hendrycks and Gimpel 2016).
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn scaled_silu(y: &mut [f32], x: &[f32], scale: f32, shift: f32) {
    for (y, x) in y.iter_mut().zip(x) {
        let x = x * scale + shift;
        *y = x / (1.0 + exp(-x));
    }
}

/// The exponential without a branch, within 2e-7 of it relatively; 0 below -87, and where it would
/// be infinite, what it is at 88 (the polynomial of Cephes' `expf`, Moshier 1989).
#[inline(always)]
fn exp(x: f32) -> f32 {
    const TERMS: [f32; 6] = [
        1.987_569_1e-4,
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        0.500_000_1,
    ];
    // Adding this leaves nothing behind the point.
    const ROUND: f32 = 12_582_912.0;
    let kept = x.clamp(-87.0, 88.0);
    let power = (kept * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let rest = kept - power * 0.693_359_4 + power * 2.121_944_4e-4;
    let sum = TERMS.iter().fold(0.0, |sum, term| sum * rest + term);
    let small = sum * rest * rest + rest + 1.0;
    let scale = f32::from_bits(((power as i32 + 127) << 23) as u32);
    if x < -87.0 { 0.0 } else { small * scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_exponential() {
        let mut worst = 0.0_f64;
        for i in -870_000..880_000 {
            let x = i as f32 * 1e-4;
            let wanted = f64::from(x).exp();
            worst = worst.max((f64::from(exp(x)) / wanted - 1.0).abs());
        }
        eprintln!("off by {worst:.1e}");
        assert!(worst < 2e-7, "{worst:e}");
        assert_eq!((exp(-100.0), exp(f32::NEG_INFINITY)), (0.0, 0.0));
        assert!(exp(f32::NAN).is_nan());
    }
}
