//! Photos spoiled beyond help, in linear light: out of focus, shaken, nearly black, burnt out, drowned
//! in noise.

use plumbline_enhance::Pixels;

use crate::unusable::rng::Rng;

/// The ways to spoil a photo. Lengths are pixels of the photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spoil {
    /// A lens out of focus: every point becomes a disc of this radius.
    Defocus(f32),
    /// A camera that moved so far, in this direction (degrees).
    Motion(f32, f32),
    /// Stops of light more or less, clipped and rounded to 8 bits.
    Exposure(f32),
    /// Noise of this deviation, levels of 255.
    Noise(f32),
}

/// The ways, and strengths, of the measured table.
pub const ALL: [Spoil; 14] = [
    Spoil::Defocus(6.0),
    Spoil::Defocus(9.0),
    Spoil::Defocus(14.0),
    Spoil::Motion(12.0, 0.0),
    Spoil::Motion(18.0, 30.0),
    Spoil::Motion(18.0, 90.0),
    Spoil::Motion(30.0, 45.0),
    Spoil::Motion(30.0, 10.0),
    Spoil::Exposure(-5.0),
    Spoil::Exposure(-7.0),
    Spoil::Exposure(3.0),
    Spoil::Exposure(5.0),
    Spoil::Noise(70.0),
    Spoil::Noise(120.0),
];

/// The spoiled copy.
pub fn spoiled(photo: &Pixels, spoil: Spoil) -> Pixels {
    let light = Light::of(photo);
    match spoil {
        Spoil::Defocus(radius) => light.spread(&disc(radius)).picture(),
        Spoil::Motion(length, degrees) => light.spread(&way(length, degrees)).picture(),
        Spoil::Exposure(ev) => light.lit(ev.exp2()).picture(),
        Spoil::Noise(levels) => drowned(photo, levels),
    }
}

fn drowned(photo: &Pixels, levels: f32) -> Pixels {
    let mut rng = Rng::of(&["noise", &levels.to_string()]);
    let noisy = |&v: &u8| (f32::from(v) + levels * rng.normal()).clamp(0.0, 255.0) as u8;
    let samples = photo.rgb8().iter().map(noisy).collect();
    Pixels::from_eight(photo.width(), photo.height(), samples).expect("as many samples")
}

/// Offsets of the points of a disc.
fn disc(radius: f32) -> Vec<(i32, i32)> {
    let reach = radius.ceil() as i32;
    let square = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x, y)));
    square
        .filter(|(x, y)| ((x * x + y * y) as f32) <= radius * radius)
        .collect()
}

/// Offsets of the points of a straight way.
fn way(length: f32, degrees: f32) -> Vec<(i32, i32)> {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let points = (length.max(1.0)) as i32;
    let at = |i: i32| i as f32 - (points - 1) as f32 / 2.0;
    (0..points)
        .map(|i| ((at(i) * cos).round() as i32, (at(i) * sin).round() as i32))
        .collect()
}

/// Linear light, three planes.
struct Light {
    width: usize,
    height: usize,
    planes: [Vec<f32>; 3],
}

impl Light {
    fn of(photo: &Pixels) -> Self {
        let table: Vec<f32> = (0..=255).map(|v| linear(v as f32 / 255.0)).collect();
        let rgb = photo.rgb8();
        let plane = |c: usize| rgb.iter().skip(c).step_by(3).map(|&v| table[v as usize]);
        Self {
            width: photo.width() as usize,
            height: photo.height() as usize,
            planes: [0, 1, 2].map(|c| plane(c).collect()),
        }
    }

    fn lit(mut self, gain: f32) -> Self {
        let planes = self.planes.iter_mut().flatten();
        planes.for_each(|v| *v = (*v * gain).min(1.0));
        self
    }

    /// The mean over the points at all offsets; beyond the picture its border goes on.
    fn spread(&self, offsets: &[(i32, i32)]) -> Self {
        let (w, h) = (self.width as i32, self.height as i32);
        let plane = |from: &Vec<f32>| {
            let mut to = vec![0.0_f32; from.len()];
            for &(dx, dy) in offsets {
                for y in 0..h {
                    let row = &from[((y + dy).clamp(0, h - 1) * w) as usize..][..w as usize];
                    let out = &mut to[(y * w) as usize..][..w as usize];
                    let (first, last) = ((-dx).max(0), (w - dx).min(w));
                    for x in (0..first).chain(last..w) {
                        out[x as usize] += row[(x + dx).clamp(0, w - 1) as usize];
                    }
                    let inner = &row[(first + dx) as usize..(last + dx) as usize];
                    let out = &mut out[first as usize..last as usize];
                    out.iter_mut().zip(inner).for_each(|(o, v)| *o += v);
                }
            }
            to.iter_mut().for_each(|v| *v /= offsets.len() as f32);
            to
        };
        Self {
            planes: self.planes.each_ref().map(plane),
            ..*self
        }
    }

    fn picture(&self) -> Pixels {
        let sample = |v: f32| (encoded(v.clamp(0.0, 1.0)) * 255.0 + 0.5) as u8;
        let samples = (0..self.width * self.height)
            .flat_map(|i| [0, 1, 2].map(|c| sample(self.planes[c][i])));
        Pixels::from_eight(self.width as u32, self.height as u32, samples.collect())
            .expect("as many samples")
    }
}

fn linear(unit: f32) -> f32 {
    match unit <= 0.04045 {
        true => unit / 12.92,
        false => ((unit + 0.055) / 1.055).powf(2.4),
    }
}

fn encoded(light: f32) -> f32 {
    match light <= 0.003_130_8 {
        true => light * 12.92,
        false => 1.055 * light.powf(1.0 / 2.4) - 0.055,
    }
}
