//! Planes of numbers: what is left of noise and of texture in a picture.

use plumbline_enhance::Pixels;

/// A plane of numbers, one a pixel.
pub struct Plane {
    pub width: usize,
    pub values: Vec<f32>,
}

impl Plane {
    pub fn luma(pixels: &Pixels) -> Self {
        Self::of(pixels, |[r, g, b]| 0.2126 * r + 0.7152 * g + 0.0722 * b)
    }

    pub fn of(pixels: &Pixels, value: impl Fn([f32; 3]) -> f32) -> Self {
        let (width, height) = (pixels.width(), pixels.height());
        let at = |i: u32| value(pixels.unit(i % width, i / width));
        Self {
            width: width as usize,
            values: (0..width * height).map(at).collect(),
        }
    }

    pub fn less(&self, other: &Self) -> Self {
        let values = self.values.iter().zip(&other.values);
        Self {
            values: values.map(|(a, b)| a - b).collect(),
            ..*self
        }
    }

    /// Mean and deviation in the window of so many pixels to every side.
    pub fn window(&self, x: usize, y: usize, reach: usize) -> (f32, f32) {
        let (mut sum, mut square) = (0.0_f64, 0.0_f64);
        for y in y - reach..=y + reach {
            for v in &self.values[y * self.width + x - reach..=y * self.width + x + reach] {
                sum += f64::from(*v);
                square += f64::from(*v).powi(2);
            }
        }
        let count = ((2 * reach + 1) * (2 * reach + 1)) as f64;
        let mean = sum / count;
        (
            mean as f32,
            (square / count - mean * mean).max(0.0).sqrt() as f32,
        )
    }

    pub fn inside(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (width, height) = (self.width, self.values.len() / self.width);
        (6..height - 6)
            .step_by(3)
            .flat_map(move |y| (6..width - 6).step_by(3).map(move |x| (x, y)))
    }
}

/// Mean deviation in windows on plain places of the reference.
pub fn grain(off: &Plane, reference: &Plane) -> f32 {
    let plain = reference
        .inside()
        .filter(|(x, y)| reference.window(*x, *y, 3).1 < 1.5 / 255.0);
    let found: Vec<f32> = plain.map(|(x, y)| off.window(x, y, 3).1.powi(2)).collect();
    assert!(found.len() > 500, "{} plain places", found.len());
    (found.iter().sum::<f32>() / found.len() as f32).sqrt()
}

/// Share of the reference's gradients that is found, where it is rougher than so much.
pub fn texture(found: &Plane, reference: &Plane, rough: f32) -> f32 {
    let (mut both, mut own) = (0.0, 0.0);
    for (x, y) in reference.inside() {
        if reference.window(x, y, 2).1 > rough {
            let at = y * reference.width + x;
            for next in [at + 1, at + reference.width] {
                let step = |plane: &Plane| plane.values[next] - plane.values[at];
                both += step(found) * step(reference);
                own += step(reference).powi(2);
            }
        }
    }
    both / own
}

pub fn chroma(pixels: &Pixels) -> Plane {
    Plane::of(pixels, |[r, g, b]| {
        r - (0.2126 * r + 0.7152 * g + 0.0722 * b)
    })
}
