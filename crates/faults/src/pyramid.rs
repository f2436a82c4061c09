//! Laplacian pyramids (Burt and Adelson 1983).

use rayon::prelude::*;

use crate::plane::Plane;

/// A plane in octaves, the finest first; the last is what remains.
pub struct Pyramid {
    levels: Vec<Plane>,
}

impl Pyramid {
    /// Ever smaller copies.
    pub fn gaussian(plane: &Plane, levels: usize) -> Self {
        let mut all = vec![plane.clone()];
        while all.len() < levels {
            let last = all.last().expect("one at least");
            all.push(last.gaussian(1.0).shrunk(2));
        }
        Self { levels: all }
    }

    /// Differences between a copy and the next smaller one.
    pub fn laplacian(plane: &Plane, levels: usize) -> Self {
        let mut all = Self::gaussian(plane, levels).levels;
        for i in 0..all.len() - 1 {
            let coarse = all[i + 1].enlarged(all[i].width, all[i].height, 2);
            all[i] = all[i].zip(&coarse, |fine, coarse| fine - coarse);
        }
        Self { levels: all }
    }

    /// Levels that a picture has down to about eight pixels.
    pub fn depth(width: usize, height: usize) -> usize {
        ((width.min(height) as f32).log2() as usize)
            .saturating_sub(2)
            .max(1)
    }

    /// The plane whose differences these are.
    pub fn collapsed(self) -> Plane {
        let mut levels = self.levels.into_iter().rev();
        let last = levels.next().expect("one at least");
        levels.fold(last, |coarse, fine| {
            let coarse = coarse.enlarged(fine.width, fine.height, 2);
            fine.zip(&coarse, |fine, coarse| fine + coarse)
        })
    }

    /// Adds another pyramid, each number by a weight of its place.
    pub fn add(&mut self, other: &Self, weights: &Self) {
        let levels = self.levels.iter_mut().zip(&other.levels);
        for ((to, from), weights) in levels.zip(&weights.levels) {
            let both = from.values.par_iter().zip(&weights.values);
            to.values
                .par_iter_mut()
                .zip(both)
                .for_each(|(to, (v, w))| *to += v * w);
        }
    }

    /// The same shape, all zero.
    pub fn empty(plane: &Plane, levels: usize) -> Self {
        let mut all = vec![plane.map(|_| 0.0)];
        while all.len() < levels {
            let last = all.last().expect("one at least");
            let (width, height) = (last.width.div_ceil(2), last.height.div_ceil(2));
            let values = vec![0.0; width * height];
            all.push(Plane {
                width,
                height,
                values,
            });
        }
        Self { levels: all }
    }

    /// Fast local Laplacian filter (Aubry et al. 2014): each level takes its differences from the
    /// pyramid of a remapped copy whose grey is the pixel's own. `remap` is given a number and the
    /// grey.
    pub fn local(plane: &Plane, greys: &[f32], remap: impl Fn(f32, f32) -> f32 + Sync) -> Plane {
        let depth = Self::depth(plane.width, plane.height).min(6);
        let own = Self::gaussian(plane, depth);
        let mut out = Self::empty(plane, depth);
        let gap = greys[1] - greys[0];
        for grey in greys {
            let copy = Self::laplacian(&plane.map(|v| remap(v, *grey)), depth);
            let near = |v: f32| {
                (1.0 - (v.clamp(greys[0], greys[greys.len() - 1]) - grey).abs() / gap).max(0.0)
            };
            let weights = own.levels.iter().map(|level| level.map(near)).collect();
            out.add(&copy, &Self { levels: weights });
        }
        let last = own.levels.len() - 1;
        out.levels[last] = own.levels[last].clone();
        out.collapsed()
    }
}
