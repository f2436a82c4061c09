//! Counts of colour differences, for their mean and any share of them.

use multiversion::multiversion;

use crate::kernels::ciede2000::BLOCK;

/// Counts of differences in steps of 0.05, and their exact sum.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Histogram {
    counts: Vec<[u32; 4]>,
    sum: f64,
    count: u64,
}

/// Steps of the histogram: up to 128, farther than any two colours of sRGB are apart.
const STEPS: usize = 2560;
const PER_UNIT: f32 = 20.0;

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![[0; 4]; STEPS],
            sum: 0.0,
            count: 0,
        }
    }
}

impl Histogram {
    /// Takes in a row. Four counters take turns, or equal neighbours would wait for each other.
    pub fn add(&mut self, row: &[f32]) {
        let mut steps = [0_u16; BLOCK];
        for part in row.chunks(BLOCK) {
            bin(part, &mut steps);
            for (i, step) in steps[..part.len()].iter().enumerate() {
                self.counts[usize::from(*step)][i % 4] += 1;
            }
        }
        self.sum += total(row);
        self.count += row.len() as u64;
    }

    /// Takes in another histogram.
    pub fn merge(&mut self, other: &Self) {
        for (one, two) in self.counts.iter_mut().zip(&other.counts) {
            (0..4).for_each(|i| one[i] += two[i]);
        }
        self.sum += other.sum;
        self.count += other.count;
    }

    /// The exact mean.
    pub fn mean(&self) -> f64 {
        self.sum / self.count.max(1) as f64
    }

    /// The difference that a share of the pixels stays below, to the middle of a step.
    pub fn quantile(&self, share: f64) -> f64 {
        let wanted = (self.count as f64 * share) as u64;
        let mut below = 0_u64;
        let reached = |counts: &[u32; 4]| {
            below += counts.iter().map(|&n| u64::from(n)).sum::<u64>();
            below > wanted
        };
        let step = self.counts.iter().position(reached).unwrap_or(STEPS - 1);
        (step as f64 + 0.5) / f64::from(PER_UNIT)
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn bin(part: &[f32], steps: &mut [u16; BLOCK]) {
    let last = (STEPS - 1) as f32;
    for (to, value) in steps.iter_mut().zip(part) {
        let at = value * PER_UNIT;
        let at = if at < last { at } else { last };
        // SAFETY: a difference is never negative and never NaN, and `at` is at most `last`.
        *to = unsafe { at.to_int_unchecked::<i32>() } as u16;
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn total(row: &[f32]) -> f64 {
    super::sum(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_histogram_knows_the_mean_and_any_share() {
        let row: Vec<f32> = (0..10_000).map(|i| i as f32 / 1000.0).collect();
        let (mut one, mut two) = (Histogram::default(), Histogram::default());
        one.add(&row[..3000]);
        two.add(&row[3000..]);
        one.merge(&two);
        assert!((one.mean() - 4.9995).abs() < 1e-4);
        assert!((one.quantile(0.95) - 9.5).abs() <= 0.05);
        assert!((one.quantile(0.0) - 0.025).abs() < 1e-9);
        one.add(&[500.0]);
        assert!(one.quantile(1.0) > 127.0);
    }
}
