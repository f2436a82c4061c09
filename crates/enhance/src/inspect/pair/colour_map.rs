//! The global colour map: one smooth map of the whole picture, cubic in CIELAB, fitted to every 23rd
//! pixel, three times, each time trusting less what the last fit could not explain. The rest is
//! local: an object, a seam, a repainted wall.

use rayon::prelude::*;

use crate::kernels::cubic::{Products, TERMS, Terms, add, evaluate, terms};
use crate::math::colour::Lab;
use crate::math::linear;

/// Distance between the fitted pixels; a prime, so that columns take turns.
const STEP: usize = 23;
/// Units of CIELAB beyond which a pixel counts as damaged rather than toned (Geman-McClure).
const TRUST: f32 = 3.0;
/// Pixels whose products are added at once: 26 kB.
const CHUNK: usize = 128;
/// Pixels that speak for leaving colours as they are.
const PRIOR: f64 = 3.0;

/// A cubic map of CIELAB.
#[derive(Debug, Clone)]
pub(crate) struct Cubic {
    rows: [[f32; TERMS]; 3],
}

impl Cubic {
    /// Leaves every colour as it is.
    fn identity() -> Self {
        let mut rows = [[0.0; TERMS]; 3];
        (0..3).for_each(|c| rows[c][c + 1] = 1.0);
        Self { rows }
    }

    /// The map that takes one picture's colours to the other's, where `counts` says so.
    pub fn between(from: &[Lab], to: &[Lab], counts: impl Fn(usize) -> bool) -> Self {
        let places = (0..from.len()).step_by(STEP).filter(|&i| counts(i));
        let pairs: Vec<(Lab, Lab)> = places.map(|i| (from[i], to[i])).collect();
        let mut map = Self::identity();
        for round in 0..3 {
            let mut products: Products = [[0.0; TERMS + 4]; TERMS];
            for pairs in pairs.chunks(CHUNK) {
                let weighed = |(from, to): &(Lab, Lab)| {
                    let off = match round {
                        0 => 0.0,
                        _ => map.distance(*from, *to) / TRUST,
                    };
                    let weight = 1.0 / (1.0 + off * off).powi(2);
                    (numbers(*from, *to), f64::from(weight))
                };
                let weighed: Vec<(Terms, f64)> = pairs.iter().map(weighed).collect();
                add(&mut products, &weighed);
            }
            map = solved(&products);
        }
        map
    }

    /// Two of the channels of all colours under the map.
    pub fn channels(&self, which: [usize; 2], colours: &[Lab]) -> [Vec<f32>; 2] {
        const CHUNK: usize = 1 << 14;
        let mut found = [(); 2].map(|()| vec![0.0; colours.len()]);
        let [one, two] = found.each_mut().map(|plane| plane.par_chunks_mut(CHUNK));
        let rows = which.map(|c| &self.rows[c]);
        one.zip(two)
            .zip(colours.par_chunks(CHUNK))
            .for_each(|((one, two), colours)| evaluate(rows, colours, [one, two]));
        found
    }

    /// A colour under the map.
    fn of(&self, lab: Lab) -> Lab {
        let terms = terms(lab);
        self.rows
            .map(|row| row.iter().zip(&terms).map(|(k, t)| k * t).sum::<f32>() * 100.0)
    }

    fn distance(&self, from: Lab, to: Lab) -> f32 {
        let found = self.of(from);
        let sum: f32 = (0..3).map(|c| (found[c] - to[c]).powi(2)).sum();
        sum.sqrt()
    }
}

fn numbers(from: Lab, to: Lab) -> Terms {
    let mut numbers = [0.0; TERMS + 4];
    let all = terms(from).into_iter().chain(to.map(|v| v * 0.01));
    numbers.iter_mut().zip(all).for_each(|(n, v)| *n = v.into());
    numbers
}

/// The map of least squares; the prior keeps the matrix positive definite.
fn solved(products: &Products) -> Cubic {
    let mut a: [[f64; TERMS]; TERMS] = products.map(|row| std::array::from_fn(|j| row[j]));
    let mut b = products.map(|row| [0, 1, 2].map(|c| row[TERMS + c]));
    for (i, row) in a.iter_mut().enumerate() {
        row[i] += PRIOR;
        if (1..4).contains(&i) {
            b[i][i - 1] += PRIOR;
        }
    }
    let mut rows = [[0.0; TERMS]; 3];
    for (i, solved) in linear::eliminate(a, b).iter().enumerate() {
        (0..3).for_each(|c| rows[c][i] = solved[c] as f32);
    }
    Cubic { rows }
}
