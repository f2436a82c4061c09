//! Shapes: yes or no for every pixel, and the few things that outlines are compared by. And masks
//! at another size, from which shapes are made.

use plumbline_enhance::Mask;

/// Yes or no for every pixel, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    pub width: usize,
    pub height: usize,
    pub values: Vec<bool>,
}

/// Rows of the ellipse within 5 x 5 pixels, as OpenCV draws it: how far each reaches to both sides.
const ELLIPSE: [(isize, isize); 5] = [(-2, 0), (-1, 2), (0, 2), (1, 2), (2, 0)];

impl Shape {
    /// Of all values that `is` takes.
    pub fn of(mask: &Mask, is: impl Fn(u8) -> bool) -> Self {
        Self {
            width: mask.width() as usize,
            height: mask.height() as usize,
            values: mask.values().iter().map(|&v| is(v)).collect(),
        }
    }

    /// Of the same size.
    pub fn with(&self, values: Vec<bool>) -> Self {
        Self {
            width: self.width,
            height: self.height,
            values,
        }
    }

    /// Pixels that are both.
    pub fn and(&self, other: &Self) -> Self {
        let both = self.values.iter().zip(&other.values);
        self.with(both.map(|(a, b)| a & b).collect())
    }

    /// How many pixels it has.
    pub fn count(&self) -> usize {
        self.values.iter().filter(|&&v| v).count()
    }

    /// Its pixels that touch one which is not of it, by a side or a corner. What lies beyond the
    /// picture's border is taken for what lies at it.
    pub fn boundary(&self) -> Self {
        let touches = |at| self.around(at).any(|next| !self.values[next]);
        let own = self.values.iter().enumerate();
        self.with(own.map(|(at, &v)| v && touches(at)).collect())
    }

    /// With every pixel within two of its own.
    pub fn grown(&self) -> Self {
        let mut grown = self.with(vec![false; self.values.len()]);
        for at in (0..self.values.len()).filter(|&at| self.values[at]) {
            grown.stamp(at % self.width, at / self.width);
        }
        grown
    }

    fn stamp(&mut self, x: usize, y: usize) {
        for (down, reach) in ELLIPSE {
            let row = y.checked_add_signed(down).filter(|&row| row < self.height);
            let Some(row) = row else { continue };
            let reach = reach.unsigned_abs();
            let (first, last) = (x.saturating_sub(reach), (x + reach).min(self.width - 1));
            self.values[row * self.width + first..=row * self.width + last].fill(true);
        }
    }

    /// The places that touch a place by a side or a corner.
    pub fn around(&self, at: usize) -> impl Iterator<Item = usize> + use<> {
        let (x, y, width) = (at % self.width, at / self.width, self.width);
        let columns = x.saturating_sub(1)..=(x + 1).min(self.width - 1);
        let rows = y.saturating_sub(1)..=(y + 1).min(self.height - 1);
        let square = rows.flat_map(move |y| columns.clone().map(move |x| y * width + x));
        square.filter(move |&next| next != at)
    }
}

/// A mask at another size: bilinear where it grows; where it shrinks, the triangle is as wide as
/// two of the new pixels.
pub fn resized(mask: &Mask, width: u32, height: u32) -> Mask {
    let columns = taps(mask.width(), width);
    let rows = taps(mask.height(), height);
    let across: Vec<Vec<f32>> = mask
        .values()
        .chunks_exact(mask.width() as usize)
        .map(|row| columns.iter().map(|tap| tap.sum(row)).collect())
        .collect();
    let down = |tap: &Tap| -> Vec<u8> {
        let mean = |x| tap.mean(|y| across[y][x]);
        (0..columns.len()).map(|x| (mean(x) + 0.5) as u8).collect()
    };
    let values = rows.iter().flat_map(down).collect();
    Mask::new(width, height, values).expect("one value for every place")
}

/// The old pixels that make a new one, and their shares.
struct Tap {
    first: usize,
    shares: Vec<f32>,
}

impl Tap {
    fn mean(&self, of: impl Fn(usize) -> f32) -> f32 {
        let shares = self.shares.iter().enumerate();
        shares.map(|(i, share)| share * of(self.first + i)).sum()
    }

    fn sum(&self, row: &[u8]) -> f32 {
        self.mean(|x| f32::from(row[x]))
    }
}

fn taps(from: u32, to: u32) -> Vec<Tap> {
    let scale = from as f32 / to as f32;
    let reach = scale.max(1.0);
    let tap = |i: u32| {
        let middle = (i as f32 + 0.5) * scale;
        let first = (middle - reach).max(0.0) as usize;
        let last = ((middle + reach).ceil() as usize).min(from as usize);
        let share = |j| (1.0 - ((j as f32 + 0.5 - middle) / reach).abs()).max(0.0);
        let shares: Vec<f32> = (first..last).map(share).collect();
        let sum: f32 = shares.iter().sum();
        Tap {
            first,
            shares: shares.iter().map(|share| share / sum).collect(),
        }
    };
    (0..to).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_grows_is_a_ramp_and_shrinks_back_to_itself() {
        let step = Mask::new(4, 1, vec![0, 0, 255, 255]).unwrap();
        let large = resized(&step, 8, 1);
        assert_eq!(large.values(), [0, 0, 0, 64, 191, 255, 255, 255]);
        assert_eq!(resized(&step, 4, 3).values()[..4], *step.values());
        let small = resized(&large, 4, 1);
        assert!(small.values()[0] < 8 && small.values()[3] > 247);
        assert!(small.values()[1] < 64 && small.values()[2] > 191);
    }

    #[test]
    fn the_pictures_border_is_no_boundary() {
        let mask = Mask::new(4, 3, [255, 255, 0, 0].repeat(3)).unwrap();
        let boundary = Shape::of(&mask, |v| v > 127).boundary();
        assert_eq!(boundary.values, [false, true, false, false].repeat(3));
    }
}
