//! The trial of what was painted: a new sky may only be where the original looks like one.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::Terms;
use crate::inspect::heatmap::Heatmap;
use crate::inspect::pair::Pair;
use crate::sky::planes::Plane;
use crate::sky::trial::{self, Oddity};

/// Colour difference beyond the whole picture's change, from which a pixel was painted; pixels
/// around it that belong to it.
const PAINTED: f32 = 1.0;
const AROUND: usize = 4;
/// Side of the heatmap's squares, pixels of the small copies.
const SQUARE: usize = 8;

/// The odd parts of a declared sky that were painted.
pub(crate) struct PaintedTrial {
    odd: Plane,
    oddity: Option<Oddity>,
}

impl PaintedTrial {
    /// `None`: no sky was declared.
    pub fn new(pair: &Pair, terms: &Terms) -> Option<Self> {
        let share = Plane::of_mask(terms.sky?, pair.width, pair.height);
        let trial = trial::of_copy(&pair.small[0], &share, &terms.witnesses);
        let [l, a, b] = &pair.rest;
        let changed = |i: usize| (l[i] * l[i] / 4.0 + a[i] * a[i] + b[i] * b[i]).sqrt() > PAINTED;
        let changed = (0..l.len()).map(|i| f32::from(u8::from(changed(i))));
        let changed = Plane::new(pair.width, pair.height, changed.collect()).largest(AROUND);
        Some(Self {
            odd: trial.odd.with(&changed, |odd, changed| odd * changed),
            oddity: trial.oddities().first().copied(),
        })
    }

    pub fn measure(&self, thresholds: &Thresholds) -> Measure {
        let odd: f64 = self.odd.values.iter().map(|&v| f64::from(v)).sum();
        let percent = 100.0 * odd / self.odd.values.len() as f64;
        let mut measure = thresholds.measure(Gate::SkyTrial, percent);
        if let (true, Some(oddity)) = (measure.verdict.is_bad(), self.oddity) {
            let bad = measure.sentence.trim_end_matches('.');
            measure.sentence = format!("{bad}: {}.", oddity.clause());
        }
        measure
    }

    /// Squares with anything odd, by its share.
    pub fn heatmap(&self) -> Heatmap {
        let (width, height) = (self.odd.width, self.odd.height);
        let (across, down) = (width.div_ceil(SQUARE), height.div_ceil(SQUARE));
        let mut levels = vec![0.0_f32; across * down];
        for (i, odd) in self.odd.values.iter().enumerate() {
            let at = i / width / SQUARE * across + i % width / SQUARE;
            levels[at] += odd / (SQUARE * SQUARE) as f32;
        }
        Heatmap::new(across, &levels)
    }
}
