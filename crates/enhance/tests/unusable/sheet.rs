//! A sheet that plans, documents and screens are drawn on, with soft edges.

use plumbline_enhance::Pixels;

use crate::unusable::rng::Rng;

/// Levels of red, green and blue.
pub type Colour = [f32; 3];

/// White at first.
pub struct Sheet {
    pub width: f32,
    pub height: f32,
    pixels: Vec<Colour>,
    pub rng: Rng,
}

impl Sheet {
    pub fn new(width: u32, height: u32, words: &[&str]) -> Self {
        Self {
            width: width as f32,
            height: height as f32,
            pixels: vec![[255.0; 3]; width as usize * height as usize],
            rng: Rng::of(words),
        }
    }

    /// Mixes a colour into the pixels of a box by how much of each is covered.
    fn cover(&mut self, bounds: [f32; 4], colour: Colour, share: impl Fn(f32, f32) -> f32) {
        let [x0, y0, x1, y1] = bounds;
        let span = |from: f32, to: f32, most: f32| {
            (from - 1.0).max(0.0) as usize..(to + 2.0).clamp(0.0, most) as usize
        };
        for y in span(y0, y1, self.height) {
            for x in span(x0, x1, self.width) {
                let share = share(x as f32, y as f32).clamp(0.0, 1.0);
                let pixel = &mut self.pixels[y * self.width as usize + x];
                pixel
                    .iter_mut()
                    .zip(colour)
                    .for_each(|(p, c)| *p += share * (c - *p));
            }
        }
    }

    pub fn rect(&mut self, x0: f32, y0: f32, x1: f32, y1: f32, colour: Colour) {
        let within =
            |at: f32, from: f32, to: f32| (to.min(at + 1.0) - from.max(at)).clamp(0.0, 1.0);
        self.cover([x0, y0, x1, y1], colour, |x, y| {
            within(x, x0, x1) * within(y, y0, y1)
        });
    }

    pub fn frame(&mut self, x0: f32, y0: f32, x1: f32, y1: f32, thick: f32, colour: Colour) {
        self.rect(x0, y0, x1, y0 + thick, colour);
        self.rect(x0, y1 - thick, x1, y1, colour);
        self.rect(x0, y0, x0 + thick, y1, colour);
        self.rect(x1 - thick, y0, x1, y1, colour);
    }

    pub fn line(&mut self, a: (f32, f32), b: (f32, f32), thick: f32, colour: Colour) {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let square = (dx * dx + dy * dy).max(1e-6);
        let bounds = [
            a.0.min(b.0) - thick,
            a.1.min(b.1) - thick,
            a.0.max(b.0) + thick,
            a.1.max(b.1) + thick,
        ];
        self.cover(bounds, colour, |x, y| {
            let (px, py) = (x + 0.5 - a.0, y + 0.5 - a.1);
            let along = ((px * dx + py * dy) / square).clamp(0.0, 1.0);
            thick / 2.0 + 0.5 - (px - along * dx).hypot(py - along * dy)
        });
    }

    /// The upper left quarter of a circle.
    pub fn arc(&mut self, x: f32, y: f32, radius: f32, thick: f32, colour: Colour) {
        self.cover([x - radius, y - radius, x, y], colour, |px, py| {
            thick / 2.0 + 0.5 - ((px + 0.5 - x).hypot(py + 0.5 - y) - radius).abs()
        });
    }

    /// The lower right quarter.
    pub fn arc_back(&mut self, x: f32, y: f32, radius: f32, thick: f32, colour: Colour) {
        self.cover([x, y, x + radius, y + radius], colour, |px, py| {
            thick / 2.0 + 0.5 - ((px + 0.5 - x).hypot(py + 0.5 - y) - radius).abs()
        });
    }

    /// Strokes that look like a line of text of that length.
    pub fn words(&mut self, x: f32, y: f32, size: f32, length: f32, colour: Colour) {
        let (mut at, thick) = (x, size / 7.0);
        while at < x + length {
            let letters = 2 + self.rng.below(8);
            for _ in 0..letters {
                let wide = size * self.rng.within(0.35, 0.6);
                let mut point = || {
                    (
                        at + wide * self.rng.below(3) as f32 / 2.0,
                        y + size * self.rng.below(3) as f32 / 2.0,
                    )
                };
                let strokes = [0, 1, 2].map(|_| (point(), point()));
                strokes
                    .iter()
                    .for_each(|&(a, b)| self.line(a, b, thick, colour));
                at += wide * 1.25;
            }
            at += size * 0.4;
        }
    }

    pub fn picture(self) -> Pixels {
        let samples = self.pixels.iter().flat_map(|p| p.map(|v| (v + 0.5) as u8));
        Pixels::from_eight(self.width as u32, self.height as u32, samples.collect())
            .expect("as many samples")
    }
}
