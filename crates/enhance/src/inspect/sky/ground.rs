//! The ground, which has to be the house it was: everything but a declared sky and its soft edge.

use crate::pixels::Mask;

/// Pixels of the small copies beyond the matte that its edge still mixes.
const EDGE: u8 = 2;

/// Distances from the sky on a small copy.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    width: usize,
    height: usize,
    /// Chessboard distance in pixels, 255 for farther; nothing where no sky was declared.
    distances: Option<Vec<u8>>,
}

impl Ground {
    /// For a copy of a size; the mask may have another one.
    pub fn new(sky: Option<&Mask>, width: usize, height: usize) -> Self {
        let distances = sky.map(|sky| {
            let mut distances = seeds(sky, width, height);
            spread(&mut distances, width);
            distances
        });
        Self {
            width,
            height,
            distances,
        }
    }

    /// True when a sky was declared.
    pub fn has_sky(&self) -> bool {
        self.distances.is_some()
    }

    /// True when a pixel is house.
    #[inline]
    pub fn holds(&self, at: usize) -> bool {
        self.distance(at) > EDGE
    }

    /// From the sky's edge outwards, in pixels: 0 in the sky.
    #[inline]
    pub fn distance(&self, at: usize) -> u8 {
        self.distances.as_ref().map_or(u8::MAX, |d| d[at])
    }

    /// True when a square of the full-size picture is house altogether: its middle and half its
    /// side as shares of the picture's width and height.
    pub fn holds_square(&self, middle: (f64, f64), half: (f64, f64)) -> bool {
        if self.distances.is_none() {
            return true;
        }
        let place = |share: f64, size: usize| ((share * size as f64) as usize).min(size - 1);
        let (x, y) = (place(middle.0, self.width), place(middle.1, self.height));
        let reach = (half.0 * self.width as f64).max(half.1 * self.height as f64);
        f64::from(self.distance(y * self.width + x)) > f64::from(EDGE) + reach.ceil()
    }
}

/// 0 where the mask says that any of a pixel is sky, 255 elsewhere.
fn seeds(sky: &Mask, width: usize, height: usize) -> Vec<u8> {
    let (w, h) = (sky.width() as usize, sky.height() as usize);
    let span = |at: usize, count: usize, of: usize| {
        let from = at * of / count;
        from..((at + 1) * of).div_ceil(count).clamp(from + 1, of)
    };
    let any = |i: usize| {
        let columns = span(i % width, width, w);
        let rows = span(i / width, height, h);
        let row = |y: usize| &sky.values()[y * w..][columns.clone()];
        rows.into_iter().any(|y| row(y).iter().any(|&v| v > 2))
    };
    (0..width * height)
        .map(|i| if any(i) { 0 } else { u8::MAX })
        .collect()
}

/// Chessboard distances by a sweep down and a sweep up.
fn spread(distances: &mut [u8], width: usize) {
    let height = distances.len() / width;
    for y in 0..height {
        for x in 0..width {
            relax(
                distances,
                (width, height),
                (x, y),
                [(-1, 0), (-1, -1), (0, -1), (1, -1)],
            );
        }
    }
    for y in (0..height).rev() {
        for x in (0..width).rev() {
            relax(
                distances,
                (width, height),
                (x, y),
                [(1, 0), (1, 1), (0, 1), (-1, 1)],
            );
        }
    }
}

/// No farther than one more than a neighbour.
fn relax(
    distances: &mut [u8],
    (width, height): (usize, usize),
    (x, y): (usize, usize),
    near: [(isize, isize); 4],
) {
    for (dx, dy) in near {
        let (nx, ny) = (x.wrapping_add_signed(dx), y.wrapping_add_signed(dy));
        if nx < width && ny < height {
            let from = distances[ny * width + nx].saturating_add(1);
            let to = &mut distances[y * width + x];
            *to = from.min(*to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_grow_from_the_sky_in_every_direction() {
        let (w, h) = (9, 7);
        let values = (0..w * h)
            .map(|i| if i == 3 * w + 4 { 255 } else { 0 })
            .collect();
        let sky = Mask::new(w as u32, h as u32, values).unwrap();
        let ground = Ground::new(Some(&sky), w, h);
        for y in 0..h {
            for x in 0..w {
                let wanted = x.abs_diff(4).max(y.abs_diff(3));
                assert_eq!(
                    usize::from(ground.distance(y * w + x)),
                    wanted,
                    "({x}, {y})"
                );
            }
        }
        assert!(!ground.holds(3 * w + 4) && ground.holds(3 * w));
    }

    #[test]
    fn a_mask_of_another_size_says_the_same() {
        let sky = Mask::new(4, 2, vec![255, 255, 255, 255, 0, 0, 0, 0]).unwrap();
        let ground = Ground::new(Some(&sky), 40, 40);
        assert_eq!(ground.distance(19 * 40), 0);
        assert_eq!(ground.distance(25 * 40 + 7), 6);
        assert!(ground.holds_square((0.5, 0.9), (0.1, 0.1)));
        assert!(!ground.holds_square((0.5, 0.55), (0.1, 0.1)));
        assert!(Ground::new(None, 3, 3).holds(0));
    }
}
