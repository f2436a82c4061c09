//! Drawings of houses with their truth: the colour of every pixel, and whether it is sky.

use std::f32::consts::TAU;

use plumbline_enhance::{Mask, Pixels};

pub const WIDTH: usize = 1200;
pub const HEIGHT: usize = 800;

/// Numbers that a seed decides.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0.0 to 1.0.
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    pub fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }

    /// About normal, deviation one.
    pub fn normal(&mut self) -> f32 {
        (0..4).map(|_| self.unit()).sum::<f32>() * 1.732 - 3.464
    }
}

/// A smooth field of about -1.0 to 1.0 with swells of so many pixels.
pub struct Field([(f32, f32, f32); 6]);

impl Field {
    pub fn new(dice: &mut Dice, swells: f32) -> Self {
        Self([(); 6].map(|()| {
            let turn = dice.between(0.0, TAU);
            let length = swells * dice.between(0.6, 1.8) / TAU;
            let phase = dice.between(0.0, TAU);
            (turn.cos() / length, turn.sin() / length, phase)
        }))
    }

    pub fn at(&self, x: f32, y: f32) -> f32 {
        let swells = self.0.iter();
        let sum: f32 = swells
            .map(|(u, v, phase)| (x * u + y * v + phase).sin())
            .sum();
        sum / 3.0
    }
}

pub struct Drawing {
    colours: Vec<[f32; 3]>,
    /// True sky.
    pub sky: Vec<bool>,
    /// House that somebody took for sky.
    pub taken: Vec<bool>,
}

impl Drawing {
    /// All sky: nearly white, with faint clouds.
    pub fn of_sky(dice: &mut Dice, level: f32) -> Self {
        let (clouds, wide) = (Field::new(dice, 500.0), Field::new(dice, 160.0));
        let (deep, fine) = (dice.between(1.0, 4.0), dice.between(0.3, 1.0));
        let at = |i: usize| {
            let (x, y) = ((i % WIDTH) as f32, (i / WIDTH) as f32);
            let v = level + deep * clouds.at(x, y) + fine * wide.at(x, y);
            [v - 0.8, v, v + 0.8]
        };
        Self {
            colours: (0..WIDTH * HEIGHT).map(at).collect(),
            sky: vec![true; WIDTH * HEIGHT],
            taken: vec![false; WIDTH * HEIGHT],
        }
    }

    /// Something that is no sky, over what is there. `colour` gets x and y.
    pub fn paint(
        &mut self,
        inside: impl Fn(f32, f32) -> bool,
        colour: impl FnMut(f32, f32) -> [f32; 3],
    ) {
        self.put(inside, colour, false, false);
    }

    /// The same, and somebody takes it for sky.
    pub fn paint_taken(
        &mut self,
        inside: impl Fn(f32, f32) -> bool,
        colour: impl FnMut(f32, f32) -> [f32; 3],
    ) {
        self.put(inside, colour, false, true);
    }

    /// An opening through which the sky is seen.
    pub fn open(&mut self, inside: impl Fn(f32, f32) -> bool, behind: &Self) {
        for i in 0..self.sky.len() {
            if inside((i % WIDTH) as f32, (i / WIDTH) as f32) {
                self.colours[i] = behind.colours[i];
                (self.sky[i], self.taken[i]) = (behind.sky[i], behind.taken[i]);
            }
        }
    }

    fn put(
        &mut self,
        inside: impl Fn(f32, f32) -> bool,
        mut colour: impl FnMut(f32, f32) -> [f32; 3],
        sky: bool,
        taken: bool,
    ) {
        for i in 0..self.sky.len() {
            let (x, y) = ((i % WIDTH) as f32, (i / WIDTH) as f32);
            if inside(x, y) {
                self.colours[i] = colour(x, y);
                (self.sky[i], self.taken[i]) = (sky, taken);
            }
        }
    }

    pub fn colour(&self, x: usize, y: usize) -> [f32; 3] {
        self.colours[y * WIDTH + x]
    }

    /// The photo: a little soft, with grain.
    pub fn photo(&self, dice: &mut Dice, grain: f32) -> Pixels {
        let mut samples = Vec::with_capacity(3 * self.colours.len());
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let grain = grain * dice.normal();
                for c in 0..3 {
                    let v = self.soft(x, y, c) + grain + 0.3 * dice.normal();
                    samples.push(v.round().clamp(0.0, 255.0) as u8);
                }
            }
        }
        Pixels::from_eight(WIDTH as u32, HEIGHT as u32, samples).unwrap()
    }

    fn soft(&self, x: usize, y: usize, c: usize) -> f32 {
        let at = |x: usize, y: usize| self.colours[y.min(HEIGHT - 1) * WIDTH + x.min(WIDTH - 1)][c];
        let beside =
            at(x.saturating_sub(1), y) + at(x + 1, y) + at(x, y.saturating_sub(1)) + at(x, y + 1);
        0.5 * at(x, y).min(255.0) + 0.125 * beside.min(1020.0)
    }

    /// True sky, and with `taken` what somebody takes for it.
    pub fn mask(&self, taken: bool) -> Mask {
        let pairs = self.sky.iter().zip(&self.taken);
        let values = pairs.map(|(&sky, &also)| if sky || taken && also { 255 } else { 0 });
        Mask::new(WIDTH as u32, HEIGHT as u32, values.collect()).unwrap()
    }
}

/// True inside a convex shape whose corners go round clockwise.
pub fn within(corners: &[(f32, f32)], x: f32, y: f32) -> bool {
    (0..corners.len()).all(|i| {
        let ((x0, y0), (x1, y1)) = (corners[i], corners[(i + 1) % corners.len()]);
        (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) >= 0.0
    })
}

pub fn in_box(left: f32, top: f32, right: f32, bottom: f32) -> impl Fn(f32, f32) -> bool {
    move |x, y| (left..right).contains(&x) && (top..bottom).contains(&y)
}
