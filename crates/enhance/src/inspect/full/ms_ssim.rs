//! MS-SSIM (Wang, Simoncelli and Bovik 2003): SSIM at five scales, each half as fine as the one
//! before. The finer four count contrast and structure, the coarsest light as well.

use rayon::prelude::*;

use crate::inspect::full::ROWS;
use crate::kernels::planes::halve;
use crate::kernels::ssim::{Ring, Sums, sums};
use crate::kernels::strip::Strip;

/// Weight of each scale, finest first.
const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
/// A scale needs a side as long as SSIM's window.
const SHORTEST: usize = 11;

/// Both pictures at one scale.
struct Level {
    width: usize,
    planes: [Vec<u8>; 2],
}

impl Level {
    fn height(&self) -> usize {
        self.planes[0].len().checked_div(self.width).unwrap_or(0)
    }

    fn is_large_enough(&self) -> bool {
        self.width.min(self.height()) >= SHORTEST
    }

    fn half(&self) -> Self {
        let width = self.width / 2;
        let half = |plane: &Vec<u8>| {
            let mut out = vec![0; width * (self.height() / 2)];
            let rows = plane.chunks_exact(2 * self.width);
            for (pair, to) in rows.zip(out.chunks_mut(width.max(1))) {
                let (upper, lower) = pair.split_at(self.width);
                halve(upper, lower, to);
            }
            out
        };
        Self {
            width,
            planes: self.planes.each_ref().map(half),
        }
    }

    /// Mean SSIM and its contrast term, strips put together in order.
    fn means(&self) -> Sums {
        let height = self.height();
        let strips: Vec<Sums> = (0..height.div_ceil(ROWS))
            .into_par_iter()
            .map_init(<([Strip; 2], Ring)>::default, |(strips, ring), i| {
                let (top, rows) = (i * ROWS, ROWS.min(height - i * ROWS));
                for (strip, plane) in strips.iter_mut().zip(&self.planes) {
                    strip.cut(plane, self.width, top, rows);
                }
                sums(&strips[0], &strips[1], ring)
            })
            .collect();
        let sum = strips.into_iter().fold(Sums::default(), Sums::with);
        sum.over((self.width * height) as f64)
    }
}

/// MS-SSIM; of as many scales as a small picture has. Given are the means at full size, its
/// columns, and the gray of both pictures at half the size.
pub(crate) fn similarity(whole: Sums, columns: usize, halves: [Vec<u8>; 2]) -> f64 {
    let mut means = vec![whole];
    let mut level = Level {
        width: columns / 2,
        planes: halves,
    };
    while means.len() < WEIGHTS.len() && level.is_large_enough() {
        means.push(level.means());
        level = level.half();
    }
    together(&means)
}

fn together(means: &[Sums]) -> f64 {
    let last = means.len() - 1;
    let all: f64 = WEIGHTS[..=last].iter().sum();
    let term = |(i, mean): (usize, &Sums)| {
        let value = if i == last { mean.whole } else { mean.contrast };
        value.max(0.0).powf(WEIGHTS[i] / all)
    };
    means.iter().enumerate().map(term).product()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::full::Full;
    use crate::kernels::tests::{pictures, strip};
    use crate::pixels::Pixels;

    fn gray(values: &[u8], width: usize, height: usize) -> Pixels {
        let samples = values.iter().flat_map(|v| [*v; 3]).collect();
        Pixels::from_eight(width as u32, height as u32, samples).unwrap()
    }

    #[test]
    fn five_scales_are_those_of_the_definition() {
        let (width, height) = (400, 301);
        let (one, two) = pictures(width, height);
        let full = Full::measure(&gray(&one, width, height), &gray(&two, width, height));
        let mut wanted = 1.0;
        let (mut planes, mut size) = ([one, two], (width, height));
        for (i, weight) in WEIGHTS.iter().enumerate() {
            let [one, two] = planes.each_ref().map(|p| strip(p, size.0, size.1));
            let found = sums(&one, &two, &mut Ring::default());
            let sum = if i == 4 { found.whole } else { found.contrast };
            wanted *= (sum / (size.0 * size.1) as f64).powf(*weight);
            let (w, h) = (size.0 / 2, size.1 / 2);
            let at = |p: &[u8], x: usize, y: usize| u32::from(p[y * size.0 + x]);
            let mean = |p: &[u8], i: usize| {
                let (x, y) = (2 * (i % w), 2 * (i / w));
                let sum = at(p, x, y) + at(p, x + 1, y) + at(p, x, y + 1) + at(p, x + 1, y + 1);
                ((sum + 2) / 4) as u8
            };
            planes = planes.map(|p| (0..w * h).map(|i| mean(&p, i)).collect());
            size = (w, h);
        }
        let found = full.ms_ssim;
        let weights: f64 = WEIGHTS.iter().sum();
        assert!(
            (found - wanted.powf(1.0 / weights)).abs() < 1e-6,
            "{found} instead of {wanted}"
        );
        assert!(found < 0.99);
    }

    #[test]
    fn a_picture_is_like_itself_at_every_scale_and_size() {
        for (width, height) in [(1, 1), (3, 40), (30, 25), (300, 200)] {
            let (one, _) = pictures(width, height);
            let one = gray(&one, width, height);
            assert!((Full::measure(&one, &one).ms_ssim - 1.0).abs() < 1e-6);
        }
    }
}
