//! Innermost loop of dense layers: a tile of outputs stays in registers while
//! pairs of inputs are multiplied by pairs of weights and added up in single precision. One
//! instruction does both where the processor has AVX512-BF16, and plain Rust does elsewhere; the last
//! digits may differ between processors, never between numbers of threads.
#![allow(unsafe_code)]

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

/// Rows of a tile: pixels, or tokens.
pub(super) const ROWS: usize = 12;
/// Outputs of a tile.
pub(super) const LANES: usize = 32;
/// Rows that fit into the registers of processors without AVX-512.
const FEW: usize = 4;
const HALF: usize = LANES / 2;

/// Sums of a row.
pub(super) type Row = [f32; LANES];

/// Inputs of a tile: rows of pairs that begin anywhere, and for every tap the same rows shifted.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    pub pairs: &'a [u32],
    /// Offset of the row under each tap, from the row's first pair.
    pub shifts: &'a [usize],
    /// Pairs of a row under one tap.
    pub run: usize,
}

/// `rows`: where each begins. `panel`: `LANES` pairs of weights for every tap and pair of inputs.
/// `sums` are as many as `rows`.
pub(super) fn tile(inputs: Inputs, rows: &[usize], panel: &[u32], sums: &mut [Row]) {
    let reach = inputs.shifts.iter().max().copied().unwrap_or(0) + inputs.run;
    let last = rows.iter().max().copied().unwrap_or(0);
    assert!(
        last + reach <= inputs.pairs.len(),
        "rows end in their pairs"
    );
    assert_eq!(panel.len(), inputs.shifts.len() * inputs.run * LANES);
    assert_eq!(rows.len(), sums.len());
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bf16") {
        // SAFETY: the processor has both, and everything lies in its slice by the above.
        return unsafe { fast::tile(inputs, rows, panel, sums) };
    }
    let rest = rows.len() % FEW;
    let (some, few) = (rows.as_chunks::<FEW>().0, sums.as_chunks_mut::<FEW>().0);
    for (rows, sums) in some.iter().zip(few) {
        plain(inputs, rows, panel, sums);
    }
    let from = rows.len() - rest;
    for (row, sum) in rows[from..].iter().zip(&mut sums[from..]) {
        plain(inputs, &[*row], panel, std::array::from_mut(sum));
    }
}

/// Two numbers of a pair.
#[inline(always)]
fn parted(pair: u32) -> (f32, f32) {
    (
        f32::from_bits(pair << 16),
        f32::from_bits(pair & 0xffff_0000),
    )
}

#[expect(
    clippy::needless_range_loop,
    reason = "iterators would not become vectors"
)]
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn plain<const R: usize>(inputs: Inputs, rows: &[usize; R], panel: &[u32], sums: &mut [Row; R]) {
    const FUSED: bool = target_cfg_f!(target_feature = "fma");
    for half in 0..2 {
        let mut held = [[0.0_f32; HALF]; R];
        let mut panel = panel.as_chunks::<LANES>().0.iter();
        for shift in inputs.shifts {
            let runs = rows.map(|row| &inputs.pairs[row + shift..][..inputs.run]);
            for at in 0..inputs.run {
                let weights = panel.next().expect("as many as pairs");
                for row in 0..R {
                    let (first, second) = parted(runs[row][at]);
                    for lane in 0..HALF {
                        let (one, two) = parted(weights[half * HALF + lane]);
                        let sum = held[row][lane];
                        held[row][lane] = if FUSED {
                            first.mul_add(one, second.mul_add(two, sum))
                        } else {
                            first * one + (second * two + sum)
                        };
                    }
                }
            }
        }
        for (sums, held) in sums.iter_mut().zip(&held) {
            sums[half * HALF..][..HALF].copy_from_slice(held);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod fast {
    use std::arch::x86_64::{
        __m512, __m512bh, __m512i, _mm512_dpbf16_ps, _mm512_loadu_si512, _mm512_set1_epi32,
        _mm512_setzero_ps, _mm512_storeu_ps,
    };
    use std::mem::transmute;

    use super::{FEW, Inputs, LANES, ROWS, Row};

    /// # Safety
    /// Every row under every tap lies in the pairs, and the panel has `LANES` for each of theirs.
    #[target_feature(enable = "avx512f,avx512bf16")]
    pub(super) unsafe fn tile(inputs: Inputs, rows: &[usize], panel: &[u32], sums: &mut [Row]) {
        let mut from = 0;
        while from < rows.len() {
            let (rows, sums) = (&rows[from..], &mut sums[from..]);
            // SAFETY: as promised by the caller.
            from += unsafe {
                match (rows.first_chunk(), rows.first_chunk()) {
                    (Some(rows), _) => some::<ROWS>(inputs, rows, panel, sums),
                    (_, Some(rows)) => some::<FEW>(inputs, rows, panel, sums),
                    _ => some::<1>(inputs, &[rows[0]], panel, sums),
                }
            };
        }
    }

    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn some<const R: usize>(
        inputs: Inputs,
        rows: &[usize; R],
        panel: &[u32],
        sums: &mut [Row],
    ) -> usize {
        let mut held = [[_mm512_setzero_ps(); 2]; R];
        let mut weights = panel.as_ptr();
        for &shift in inputs.shifts {
            // SAFETY: the caller's promise: rows, taps and runs lie in the pairs.
            let runs = rows.map(|row| unsafe { inputs.pairs.as_ptr().add(row + shift) });
            for at in 0..inputs.run {
                // SAFETY: the panel has `LANES` for each of them.
                unsafe {
                    let low = load(weights);
                    let high = load(weights.add(LANES / 2));
                    weights = weights.add(LANES);
                    for (held, run) in held.iter_mut().zip(runs) {
                        let pair = _mm512_set1_epi32((*run.add(at)).cast_signed());
                        let pair = transmute::<__m512i, __m512bh>(pair);
                        held[0] = _mm512_dpbf16_ps(held[0], pair, low);
                        held[1] = _mm512_dpbf16_ps(held[1], pair, high);
                    }
                }
            }
        }
        for (sums, held) in sums.iter_mut().zip(&held) {
            store(sums, *held);
        }
        R
    }

    #[target_feature(enable = "avx512f,avx512bf16")]
    unsafe fn load(from: *const u32) -> __m512bh {
        // SAFETY: the caller's sixteen pairs.
        unsafe { transmute(_mm512_loadu_si512(from.cast())) }
    }

    #[target_feature(enable = "avx512f")]
    fn store(sums: &mut Row, [low, high]: [__m512; 2]) {
        let (first, second) = sums.split_at_mut(LANES / 2);
        // SAFETY: sixteen numbers each.
        unsafe {
            _mm512_storeu_ps(first.as_mut_ptr(), low);
            _mm512_storeu_ps(second.as_mut_ptr(), high);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dense::bf16_pairs::to_bf16;

    #[test]
    fn both_ways_are_the_sum_of_products() {
        let (run, shifts) = (37, [0, 50, 51]);
        let random = |seed: u32, at: usize| {
            let bits = (at as u32 + 1)
                .wrapping_mul(seed)
                .wrapping_mul(2_654_435_761);
            (bits >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let pair = |seed, at: usize| {
            to_bf16(random(seed, 2 * at)) | to_bf16(random(seed, 2 * at + 1)) << 16
        };
        let pairs: Vec<u32> = (0..400).map(|at| pair(7, at)).collect();
        let panel: Vec<u32> = (0..shifts.len() * run * LANES)
            .map(|at| pair(11, at))
            .collect();
        let inputs = Inputs {
            pairs: &pairs,
            shifts: &shifts,
            run,
        };
        let rows: Vec<usize> = (0..ROWS + FEW + 2).map(|at| at * 13).collect();
        let mut found = vec![[0.0; LANES]; rows.len()];
        tile(inputs, &rows, &panel, &mut found);
        let mut slow = vec![[0.0; LANES]; rows.len()];
        let (fours, few) = (rows.as_chunks::<FEW>(), slow.as_chunks_mut::<FEW>());
        for (rows, sums) in fours.0.iter().zip(few.0) {
            plain(inputs, rows, &panel, sums);
        }
        for (row, sums) in fours.1.iter().zip(few.1) {
            plain(inputs, &[*row], &panel, std::array::from_mut(sums));
        }
        for (at, row) in rows.iter().enumerate() {
            for lane in 0..LANES {
                let products = (0..shifts.len() * run).map(|i| {
                    let (a, b) = parted(pairs[row + shifts[i / run] + i % run]);
                    let (c, d) = parted(panel[i * LANES + lane]);
                    f64::from(a) * f64::from(c) + f64::from(b) * f64::from(d)
                });
                let wanted: f64 = products.sum();
                for found in [found[at][lane], slow[at][lane]] {
                    assert!((f64::from(found) - wanted).abs() < 1e-4, "{found} {wanted}");
                }
            }
        }
    }
}
