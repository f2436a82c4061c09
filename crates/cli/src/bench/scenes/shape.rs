//! Shapes: yes or no for every pixel, and the few things that outlines are compared by. And masks
//! at another size, from which shapes are made.

use image::imageops::{self, FilterType};
use plumbline_enhance::Mask;

use crate::pictures::gray_image;

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
    /// The pixels whose value `is` takes.
    pub fn of(mask: &Mask, is: impl Fn(u8) -> bool) -> Self {
        Self {
            width: mask.width() as usize,
            height: mask.height() as usize,
            values: mask.values().iter().map(|&v| is(v)).collect(),
        }
    }

    /// Another shape of the same size.
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

    /// Number of its pixels.
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

    /// The shape with every pixel within two of its own.
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
    let resized = imageops::resize(&gray_image(mask), width, height, FilterType::Triangle);
    Mask::new(width, height, resized.into_raw()).expect("one value for every pixel")
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
