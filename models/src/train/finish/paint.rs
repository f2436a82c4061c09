//! Paint: a wall of a finished photo recoloured, so that the network learns light from paint. What was white in
//! a part of the picture takes a colour, before the photo is spoiled and in what should come back; the white
//! of everything else stays.

use plumbline_enhance::{encoded, linear};

use crate::nets::finish::view::luma;
use crate::train::rng::Rng;

/// Differences of channels, encoded, up to which a surface counts as white, and from which on it does not.
const WHITE: [f32; 2] = [0.08, 0.2];
/// Luma, encoded, from which on a surface may be a white wall, and above which it is a lamp or a window.
const WALL: [f32; 2] = [0.35, 0.97];

/// A colour and the part of the picture that takes it.
#[derive(Debug, Clone)]
pub struct Paint {
    /// Share of light that each channel keeps.
    colour: [f32; 3],
    /// A line across the picture, beyond which it is painted: direction, and distance from the middle.
    sin: f32,
    cos: f32,
    from: f32,
}

impl Paint {
    /// A random colour, pale to strong, on a random side.
    pub fn draw(rng: &mut Rng) -> Self {
        let (sin, cos) = rng.range(0.0, std::f32::consts::TAU).sin_cos();
        let depth = rng.range(0.1, 0.75);
        let taken: [f32; 3] = std::array::from_fn(|_| rng.unit());
        let most = taken.iter().copied().fold(1e-3, f32::max);
        let least = taken.iter().copied().fold(1.0, f32::min);
        Self {
            colour: taken.map(|v| 1.0 - depth * (v - least) / (most - least).max(0.05)),
            sin,
            cos,
            from: rng.range(-0.6, 0.6),
        }
    }

    /// The colour of a place, -1.0 to 1.0 across and down.
    pub fn of(&self, rgb: [f32; 3], [x, y]: [f32; 2]) -> [f32; 3] {
        let eased = |low: f32, high: f32, v: f32| ((v - low) / (high - low)).clamp(0.0, 1.0);
        let beyond = eased(-0.05, 0.05, x * self.cos + y * self.sin - self.from);
        let spread =
            rgb.iter().copied().fold(0.0, f32::max) - rgb.iter().copied().fold(1.0, f32::min);
        let white = eased(WHITE[1], WHITE[0], spread);
        let bright = luma(&rgb);
        let wall = eased(WALL[0] - 0.15, WALL[0], bright) * eased(1.0, WALL[1], bright);
        let share = beyond * white * wall;
        std::array::from_fn(|c| encoded(linear(rgb[c]) * (1.0 - share * (1.0 - self.colour[c]))))
    }
}
