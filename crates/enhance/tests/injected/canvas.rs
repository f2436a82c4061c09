//! A picture of floats to spoil: red, green and blue in unit values, sRGB-encoded.

use plumbline_enhance::Pixels;

/// Rows of pixels from the upper left.
#[derive(Debug, Clone)]
pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<[f32; 3]>,
}

/// Rec. 709 luma of an encoded colour.
pub fn luma([r, g, b]: [f32; 3]) -> f32 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

impl Canvas {
    pub fn of(pixels: &Pixels) -> Self {
        let unit = |p: &[u8; 3]| p.map(|v| f32::from(v) / 255.0);
        Self {
            width: pixels.width() as usize,
            height: pixels.height() as usize,
            pixels: pixels.rgb8().as_chunks::<3>().0.iter().map(unit).collect(),
        }
    }

    pub fn picture(&self) -> Pixels {
        let sample = |v: f32| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        let samples = self.pixels.iter().flat_map(|p| p.map(sample)).collect();
        Pixels::from_eight(self.width as u32, self.height as u32, samples).expect("as many")
    }

    /// Every pixel by a function of its place and colour.
    pub fn map(&self, change: impl Fn(usize, usize, [f32; 3]) -> [f32; 3]) -> Self {
        let place = |(i, p): (usize, &[f32; 3])| change(i % self.width, i / self.width, *p);
        Self {
            pixels: self.pixels.iter().enumerate().map(place).collect(),
            ..*self
        }
    }

    /// Every colour, wherever it is.
    pub fn tinted(&self, change: impl Fn([f32; 3]) -> [f32; 3]) -> Self {
        self.map(|_, _, p| change(p))
    }

    pub fn at(&self, x: usize, y: usize) -> [f32; 3] {
        self.pixels[y * self.width + x]
    }

    /// Between pixels, bilinear; beyond the picture its border goes on.
    pub fn between(&self, x: f32, y: f32) -> [f32; 3] {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = (
            (left + 1).min(self.width - 1),
            (top + 1).min(self.height - 1),
        );
        let (u, v) = (x - left as f32, y - top as f32);
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
        let weights = [(1.0 - u) * (1.0 - v), u * (1.0 - v), (1.0 - u) * v, u * v];
        let mut sum = [0.0; 3];
        for ((x, y), weight) in corners.into_iter().zip(weights) {
            let p = self.at(x, y);
            (0..3).for_each(|c| sum[c] += weight * p[c]);
        }
        sum
    }

    pub fn luma(&self) -> Vec<f32> {
        self.pixels.iter().map(|p| luma(*p)).collect()
    }

    /// Long side, in pixels.
    pub fn long(&self) -> f32 {
        self.width.max(self.height) as f32
    }

    /// Standard deviation of luma in a rectangle.
    pub fn liveliness(&self, area: Area) -> f32 {
        let (mut sum, mut squares, mut count) = (0.0_f64, 0.0_f64, 0.0_f64);
        for y in (area.top..area.top + area.height).step_by(2) {
            for x in (area.left..area.left + area.width).step_by(2) {
                let v = f64::from(luma(self.at(x, y)));
                (sum, squares, count) = (sum + v, squares + v * v, count + 1.0);
            }
        }
        (squares / count - (sum / count).powi(2)).max(0.0).sqrt() as f32
    }
}

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy)]
pub struct Area {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

impl Area {
    /// Depth of a place inside an ellipse in the rectangle: 1 in the middle, 0 outside, with
    /// a soft rim of so many pixels.
    pub fn ellipse(self, x: usize, y: usize, rim: f32) -> f32 {
        let (a, b) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let dx = (x as f32 + 0.5 - self.left as f32 - a) / a;
        let dy = (y as f32 + 0.5 - self.top as f32 - b) / b;
        ((1.0 - dx.hypot(dy)) * a.min(b) / rim).clamp(0.0, 1.0)
    }
}

/// A plane blurred by a Gaussian; beyond the picture its border goes on.
pub fn blurred(plane: &[f32], width: usize, height: usize, sigma: f32) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil() as i64;
    let weights: Vec<f32> = (-reach..=reach)
        .map(|d| (-((d * d) as f32) / (2.0 * sigma * sigma)).exp())
        .collect();
    let total: f32 = weights.iter().sum();
    let mut across = vec![0.0; plane.len()];
    let mut out = vec![0.0; plane.len()];
    let near = |at: i64, size: usize| at.clamp(0, size as i64 - 1) as usize;
    for y in 0..height {
        let row = &plane[y * width..(y + 1) * width];
        for x in 0..width {
            let taps = (-reach..=reach).zip(&weights);
            let sum: f32 = taps.map(|(d, w)| w * row[near(x as i64 + d, width)]).sum();
            across[y * width + x] = sum / total;
        }
    }
    for y in 0..height {
        let to = &mut out[y * width..(y + 1) * width];
        for (d, weight) in (-reach..=reach).zip(&weights) {
            let from = near(y as i64 + d, height) * width;
            let row = &across[from..from + width];
            to.iter_mut()
                .zip(row)
                .for_each(|(to, v)| *to += weight / total * v);
        }
    }
    out
}

/// A plane blurred widely: on a smaller copy, for speed.
pub fn softened(plane: &[f32], width: usize, height: usize, sigma: f32) -> Vec<f32> {
    let step = ((sigma / 4.0) as usize).clamp(1, 16);
    if step == 1 {
        return blurred(plane, width, height, sigma);
    }
    let (w, h) = (width.div_ceil(step), height.div_ceil(step));
    let mut small = vec![0.0; w * h];
    for y in 0..h {
        for x in 0..w {
            let (mut sum, mut count) = (0.0, 0.0);
            for row in y * step..((y + 1) * step).min(height) {
                for v in &plane[row * width + x * step..row * width + ((x + 1) * step).min(width)] {
                    (sum, count) = (sum + v, count + 1.0);
                }
            }
            small[y * w + x] = sum / count;
        }
    }
    let small = Canvas {
        width: w,
        height: h,
        pixels: blurred(&small, w, h, sigma / step as f32)
            .into_iter()
            .map(|v| [v; 3])
            .collect(),
    };
    let middle = |at: usize| (at as f32 + 0.5) / step as f32 - 0.5;
    (0..width * height)
        .map(|i| small.between(middle(i % width), middle(i / width))[0])
        .collect()
}
