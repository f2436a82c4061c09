//! Soft clouds: layers of gradient noise on a flat ceiling above the camera, seeded.
//!
//! Source of the noise: Perlin, "Improving noise", 2002; of its sum and warping: Musgrave, in
//! "Texturing and Modeling", 2003.

/// Kind and amount of clouds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layer {
    /// Share of the ceiling that is cloud, 0.0 to 1.0, roughly.
    pub cover: f32,
    /// Noise units over which a cloud's edge fades: large is soft.
    pub soft: f32,
    /// Clouds per unit of the ceiling's height.
    pub scale: f32,
    /// Ratio of the clouds' length along the wind to that across it.
    pub stretch: f32,
    /// Most that a cloud hides of the sky behind it, 0.0 to 1.0.
    pub opacity: f32,
    /// Strength of a cloud's shading of itself, 0.0 to 1.0.
    pub body: f32,
}

/// Small fair-weather clouds.
pub(crate) const LIGHT: Layer = Layer {
    cover: 0.38,
    soft: 0.40,
    scale: 0.95,
    stretch: 1.5,
    opacity: 0.92,
    body: 0.75,
};
/// Thin veils of ice, high up.
pub(crate) const HIGH: Layer = Layer {
    cover: 0.52,
    soft: 0.75,
    scale: 0.55,
    stretch: 4.5,
    opacity: 0.50,
    body: 0.10,
};

/// Clouds in one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cloud {
    /// Share of the sky that they hide, 0.0 to 1.0.
    pub cover: f32,
    /// Share of the sun's light that reaches their visible side, 0.0 to 1.0.
    pub lit: f32,
}

/// Flat layer of clouds at one height.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ceiling {
    layer: Layer,
    seed: u32,
    /// Unit vector along the wind.
    wind: [f32; 2],
    /// Towards the sun, along the ceiling, as far as a cloud shades another.
    sun: [f32; 2],
}

/// Ceiling units per unit of height below the curve of the earth: keeps clouds from becoming
/// infinitely small at the horizon.
const CURVE: f32 = 0.12;

impl Ceiling {
    pub fn new(layer: Layer, seed: u64, sun_azimuth: f32) -> Self {
        let seed = (seed ^ (seed >> 32)) as u32;
        let wind = hash(seed, 1, 7) as f32 / u32::MAX as f32 * std::f32::consts::PI;
        Self {
            layer,
            seed,
            wind: [wind.cos(), wind.sin()],
            sun: [0.22 * sun_azimuth.sin(), 0.22 * sun_azimuth.cos()],
        }
    }

    /// The clouds at an elevation and an azimuth, radians.
    pub fn at(&self, elevation: f32, azimuth: f32) -> Cloud {
        let far = elevation.cos() / (elevation.sin().max(0.0) + CURVE);
        let at = [far * azimuth.sin(), far * azimuth.cos()];
        let here = self.density(at);
        if here <= 0.0 {
            return Cloud {
                cover: 0.0,
                lit: 1.0,
            };
        }
        let sunward = self.density([at[0] + self.sun[0], at[1] + self.sun[1]]);
        let shade = self.layer.body * (0.55 * here + 0.45 * sunward);
        Cloud {
            cover: self.layer.opacity * here,
            lit: 1.0 - 0.55 * shade,
        }
    }

    /// 0.0 open sky to 1.0 the thick of a cloud.
    fn density(&self, [x, z]: [f32; 2]) -> f32 {
        let Layer {
            scale,
            stretch,
            cover,
            soft,
            ..
        } = self.layer;
        let along = (x * self.wind[0] + z * self.wind[1]) * scale / stretch;
        let across = (z * self.wind[0] - x * self.wind[1]) * scale;
        let bend = |offset: u32| 0.30 * sum(along * 1.3, across * 1.3, 3, self.seed ^ offset);
        let noise = sum(along + bend(0x51), across + bend(0xa7), 6, self.seed);
        // The sum is about ±0.5 wide; `cover` moves the level at which cloud begins.
        let above = noise * 1.25 + cover - 0.5;
        let t = (above / soft).clamp(0.0, 1.0);
        t * t * (3.0 - 2.0 * t)
    }
}

/// Octaves of noise, each half as large and strong as the one before; about -0.7 to 0.7.
fn sum(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut total, mut strength, mut scale) = (0.0, 1.0, 1.0);
    for octave in 0..octaves {
        // Turned a little each time, so that the lattice does not show.
        let (u, v) = (0.8 * x - 0.6 * y, 0.6 * x + 0.8 * y);
        let (u, v) = if octave % 2 == 0 { (x, y) } else { (u, v) };
        total += strength * noise(u * scale, v * scale, seed.wrapping_add(octave * 101));
        strength *= 0.5;
        scale *= 2.03;
    }
    total
}

/// Gradient noise, about -0.7 to 0.7.
fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (dx, dy) = (x - left, y - top);
    let corner = |i: i32, j: i32| {
        let bits = hash(seed, (left as i32 + i) as u32, (top as i32 + j) as u32);
        let (gx, gy) = GRADIENTS[(bits >> 29) as usize];
        gx * (dx - i as f32) + gy * (dy - j as f32)
    };
    let fade = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (u, v) = (fade(dx), fade(dy));
    let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
    mix(
        mix(corner(0, 0), corner(1, 0), u),
        mix(corner(0, 1), corner(1, 1), u),
        v,
    )
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

/// A well-mixed number of a lattice point (the finaliser of MurmurHash3).
fn hash(seed: u32, x: u32, y: u32) -> u32 {
    let mut h = seed ^ x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77).rotate_left(13);
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(layer: Layer, seed: u64) -> f32 {
        let ceiling = Ceiling::new(layer, seed, 1.0);
        let covers = (0..4000).map(|i| {
            let (elevation, azimuth) = (0.1 + (i / 80) as f32 * 0.02, (i % 80) as f32 * 0.02 - 0.8);
            ceiling.at(elevation, azimuth).cover
        });
        covers.sum::<f32>() / 4000.0
    }

    #[test]
    fn a_seed_is_a_sky_and_another_is_another() {
        let one = |seed| Ceiling::new(LIGHT, seed, 0.5).at(0.5, 0.2);
        assert_eq!(one(7), one(7));
        assert!((0..20).any(|seed| one(seed) != one(seed + 1)));
    }

    #[test]
    fn light_cloud_leaves_most_of_the_sky_blue_whatever_the_seed() {
        for seed in 0..40 {
            let covered = share(LIGHT, seed);
            assert!(
                (0.02..0.6).contains(&covered),
                "seed {seed} covers {covered}"
            );
        }
    }

    #[test]
    fn noise_is_smooth_and_centred() {
        let values: Vec<f32> = (0..5000)
            .map(|i| noise(i as f32 * 0.013, i as f32 * 0.007, 3))
            .collect();
        let mean = values.iter().sum::<f32>() / 5000.0;
        assert!(mean.abs() < 0.08, "{mean}");
        assert!(values.windows(2).all(|w| (w[0] - w[1]).abs() < 0.05));
    }
}
