//! Innermost loop of convolutions, and nothing else: plain Rust that the compiler
//! turns into vector instructions, compiled three times (AVX-512, AVX2, plain) by
//! `multiversion`, whose call is the only unsafe one. Where the processor can multiply and add at
//! once they do, so the last digits may differ between processors, never between numbers of threads.
#![allow(unsafe_code)]

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

/// Output channels of a tile.
pub(super) const CHANNELS: usize = 8;
/// Neighbouring pixels of a tile.
pub(super) const PIXELS: usize = 16;

/// `CHANNELS` x `PIXELS` of an output.
pub(super) type Tile = [[f32; PIXELS]; CHANNELS];

/// Adds up shifted input planes, each by its weights. `planes`: from the tile's first pixel on,
/// `pitch` apart. `weights`: plane by plane, shift by shift, `CHANNELS` of them. `out`: the sums.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(super) fn tile(
    planes: &[f32],
    pitch: usize,
    shifts: &[usize],
    weights: &[[f32; CHANNELS]],
    out: &mut Tile,
) {
    const FUSED: bool = target_cfg_f!(target_feature = "fma");
    let mut sums = [[0.0_f32; PIXELS]; CHANNELS];
    // One iterator over all weights: cut up by planes, the compiler would turn the sums on their
    // side and the loop would take forty times as long.
    let mut weights = weights.iter();
    for plane in planes.chunks(pitch) {
        for (&shift, weights) in shifts.iter().zip(&mut weights) {
            let row: &[f32; PIXELS] = plane[shift..]
                .first_chunk()
                .expect("planes reach beyond their last pixel");
            for channel in 0..CHANNELS {
                for i in 0..PIXELS {
                    let (sum, weight) = (sums[channel][i], weights[channel]);
                    sums[channel][i] = if FUSED {
                        row[i].mul_add(weight, sum)
                    } else {
                        row[i] * weight + sum
                    };
                }
            }
        }
    }
    // Written once at the end: as a result, the sums would be stored after every step.
    *out = sums;
}
