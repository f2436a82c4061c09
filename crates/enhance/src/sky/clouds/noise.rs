//! Tiles of noise that repeat without a seam: billows in a volume, and four kinds in a plane.
//!
//! Sources: of gradient noise, Perlin, "Improving noise", 2002; of cellular noise, Worley, "A Cellular
//! Texture Basis Function", 1996; of billows as clouds, Schneider, "The Real-Time Volumetric Cloudscapes
//! of Horizon Zero Dawn", 2015.

use std::sync::OnceLock;

use rayon::prelude::*;

/// Texels along a side of the volume, and of the plane.
const VOLUME: usize = 64;
const PLANE: usize = 128;
/// Cells of the coarsest octave along a side of the volume, and of both fields of the plane.
const CELLS: usize = 4;
const FINE_CELLS: u32 = 4;
const SMOOTH_CELLS: u32 = 16;

/// Tiles of noise, the same for every sky, each made when it is first asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flat(&'static [[f32; 4]]);

/// The volume.
#[derive(Debug, Clone, Copy)]
pub(super) struct Billows(&'static [f32]);

impl Billows {
    pub fn shared() -> Self {
        static VOLUME: OnceLock<Vec<f32>> = OnceLock::new();
        Self(VOLUME.get_or_init(volume))
    }

    /// Billows at a place in periods of the volume: 0.2 in the gaps to 1.0 in their middles.
    #[inline(always)]
    pub fn at(self, [x, y, z]: [f32; 3]) -> f32 {
        let (i, next, u) = texel::<VOLUME>(x);
        let (j, below, v) = texel::<VOLUME>(y);
        let (k, behind, w) = texel::<VOLUME>(z);
        let at = |i: usize, j: usize, k: usize| self.0[(k * VOLUME + j) * VOLUME + i];
        let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
        let near = mix(
            mix(at(i, j, k), at(next, j, k), u),
            mix(at(i, below, k), at(next, below, k), u),
            v,
        );
        let far = mix(
            mix(at(i, j, behind), at(next, j, behind), u),
            mix(at(i, below, behind), at(next, below, behind), u),
            v,
        );
        mix(near, far, w)
    }
}

impl Flat {
    pub fn shared() -> Self {
        static PLANE: OnceLock<Vec<[f32; 4]>> = OnceLock::new();
        Self(PLANE.get_or_init(plane))
    }

    /// Noise at a place in periods of the plane: three rough kinds and a smooth one, each about
    /// -1.0 to 1.0.
    #[inline(always)]
    pub fn at(self, x: f32, y: f32) -> [f32; 4] {
        let (i, next, u) = texel::<PLANE>(x);
        let (j, under, v) = texel::<PLANE>(y);
        let (above, below) = (j * PLANE, under * PLANE);
        let corners = [
            self.0[above + i],
            self.0[above + next],
            self.0[below + i],
            self.0[below + next],
        ];
        std::array::from_fn(|c| {
            let upper = corners[0][c] + (corners[1][c] - corners[0][c]) * u;
            let lower = corners[2][c] + (corners[3][c] - corners[2][c]) * u;
            upper + (lower - upper) * v
        })
    }

    /// The smooth kind alone.
    #[inline(always)]
    pub fn smooth(self, x: f32, y: f32) -> f32 {
        self.at(x, y)[3]
    }
}

/// The texel before a place of a tile, the next one, and its share.
#[inline(always)]
fn texel<const SIDE: usize>(place: f32) -> (usize, usize, f32) {
    let at = place * SIDE as f32;
    // Truncated, and one less where that went up: a floor that needs no call.
    let cut = at as i32;
    let first = cut - i32::from(at < cut as f32);
    let before = first as usize & (SIDE - 1);
    (before, (before + 1) & (SIDE - 1), at - first as f32)
}

/// Mostly billows of two sizes, and a little of a softer noise.
fn volume() -> Vec<f32> {
    let octaves = [0, 1].map(|octave| Cells::new(CELLS << octave, 11 + octave as u32));
    let soft = Cells::new(2 * CELLS, 71);
    let mut values = vec![0.0; VOLUME * VOLUME * VOLUME];
    let slices = values.par_chunks_mut(VOLUME * VOLUME).enumerate();
    slices.for_each(|(k, slice)| {
        for (at, to) in slice.iter_mut().enumerate() {
            let place = [at % VOLUME, at / VOLUME, k].map(|v| v as f32 / VOLUME as f32);
            let near = [0, 1].map(|o| octaves[o].nearness(place));
            let billow = 0.66 * near[0] + 0.34 * near[1];
            let soft = soft.level(place);
            *to = 0.35 * (0.2 + 0.6 * soft) + 0.75 * billow;
        }
    });
    values
}

/// A lattice with a point and a level in each cell.
struct Cells {
    count: usize,
    points: Vec<[f32; 4]>,
}

/// Distance, in cells, beyond which no point counts: those farther are not looked for.
const FARTHEST: f32 = 0.75;

impl Cells {
    fn new(count: usize, seed: u32) -> Self {
        let points = (0..count * count * count).map(|i| {
            let part = |at: u32| unit(seed, i as u32, at);
            // Near the middles of their cells.
            [
                0.25 + 0.5 * part(0),
                0.25 + 0.5 * part(1),
                0.25 + 0.5 * part(2),
                part(3),
            ]
        });
        Self {
            count,
            points: points.collect(),
        }
    }

    fn cell(&self, at: [i32; 3]) -> &[f32; 4] {
        // A power of two: the lattice repeats.
        let [i, j, k] = at.map(|v| v as usize & (self.count - 1));
        &self.points[(k * self.count + j) * self.count + i]
    }

    /// 1.0 at a point, 0.0 far from any.
    fn nearness(&self, place: [f32; 3]) -> f32 {
        let at = place.map(|v| v * self.count as f32);
        // The eight cells whose middles are around the place.
        let first = at.map(|v| (v - 0.5).floor() as i32);
        let mut nearest = FARTHEST * FARTHEST;
        for i in 0..8 {
            let cell = [
                first[0] + (i & 1),
                first[1] + (i >> 1 & 1),
                first[2] + (i >> 2),
            ];
            let point = self.cell(cell);
            let off = [0, 1, 2].map(|c| cell[c] as f32 + point[c] - at[c]);
            nearest = nearest.min(off[0] * off[0] + off[1] * off[1] + off[2] * off[2]);
        }
        1.0 - nearest.sqrt()
    }

    /// The cells' levels, smoothly mixed.
    fn level(&self, place: [f32; 3]) -> f32 {
        let at = place.map(|v| v * self.count as f32);
        let first = at.map(|v| v.floor() as i32);
        let share = [0, 1, 2].map(|c| fade(at[c] - first[c] as f32));
        let mut sum = 0.0;
        for i in 0..8 {
            let step = [i & 1, i >> 1 & 1, i >> 2];
            let weight = |c: usize| {
                if step[c] == 1 {
                    share[c]
                } else {
                    1.0 - share[c]
                }
            };
            let cell = [0, 1, 2].map(|c| first[c] + step[c]);
            sum += weight(0) * weight(1) * weight(2) * self.cell(cell)[3];
        }
        sum
    }
}

fn plane() -> Vec<[f32; 4]> {
    let mut values = vec![[0.0; 4]; PLANE * PLANE];
    let rows = values.par_chunks_mut(PLANE).enumerate();
    rows.for_each(|(j, row)| {
        let y = j as f32 / PLANE as f32;
        for (i, to) in row.iter_mut().enumerate() {
            let x = i as f32 / PLANE as f32;
            let rough = |seed| octaves(x, y, FINE_CELLS, 4, 0.6, seed);
            *to = [
                rough(500),
                rough(600),
                rough(700),
                octaves(x, y, SMOOTH_CELLS, 2, 0.5, 800),
            ];
        }
    });
    values
}

/// Octaves of gradient noise, each half as large as the one before.
fn octaves(x: f32, y: f32, cells: u32, count: u32, rough: f32, seed: u32) -> f32 {
    let (mut sum, mut strength) = (0.0, 1.0);
    for octave in 0..count {
        let cells = cells << octave;
        let (x, y) = (x * cells as f32, y * cells as f32);
        sum += strength * gradient_noise(x, y, cells, seed + octave);
        strength *= rough;
    }
    sum
}

/// Gradient noise that repeats after so many cells, about -0.7 to 0.7.
fn gradient_noise(x: f32, y: f32, cells: u32, seed: u32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (dx, dy) = (x - left, y - top);
    let corner = |i: u32, j: u32| {
        let bits = hash(
            seed,
            (left as u32 + i) & (cells - 1),
            (top as u32 + j) & (cells - 1),
        );
        let (gx, gy) = GRADIENTS[(bits >> 29) as usize];
        gx * (dx - i as f32) + gy * (dy - j as f32)
    };
    let (u, v) = (fade(dx), fade(dy));
    let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
    mix(
        mix(corner(0, 0), corner(1, 0), u),
        mix(corner(0, 1), corner(1, 1), u),
        v,
    )
}

fn fade(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

const GRADIENTS: [(f32, f32); 8] = [
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.0, 1.0),
    (0.0, -1.0),
    (0.707, 0.707),
    (-0.707, 0.707),
    (0.707, -0.707),
    (-0.707, -0.707),
];

/// A well-mixed number of a lattice point, 0.0 to 1.0.
pub(super) fn unit(seed: u32, x: u32, y: u32) -> f32 {
    (hash(seed, x, y) >> 8) as f32 / 16_777_216.0
}

/// The finaliser of MurmurHash3.
fn hash(seed: u32, x: u32, y: u32) -> u32 {
    let mut h = seed ^ x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77).rotate_left(13);
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_have_no_seam_and_no_step() {
        let (billows, flat) = (Billows::shared(), Flat::shared());
        for i in 0..2000 {
            let t = i as f32 / 1000.0;
            let step = 1.0 / 1000.0;
            let (a, b) = ([t, 0.4, 0.3], [t + step, 0.4, 0.3]);
            assert!((billows.at(a) - billows.at(b)).abs() < 0.05, "{t}");
            let (a, b) = (flat.at(t, 0.1), flat.at(t + step, 0.1));
            assert!((0..4).all(|c| (a[c] - b[c]).abs() < 0.2), "{t}");
        }
        let again = billows.at([1.3, 2.2, -0.9]);
        assert!((billows.at([0.3, 0.2, 0.1]) - again).abs() < 1e-4);
    }

    #[test]
    fn kinds_of_noise_are_centred() {
        let plane = plane();
        for c in 0..4 {
            let mean = plane.iter().map(|n| n[c]).sum::<f32>() / plane.len() as f32;
            assert!(mean.abs() < 0.05, "{c}: {mean}");
        }
    }
}
