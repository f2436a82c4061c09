//! Sums over blocks of 8 x 8 pixels of two gray rows, and the energy of the Laplacian.

use multiversion::multiversion;

/// Side of a block.
pub(crate) const SIDE: usize = 8;

/// Exact sums of one block; 64 squares of 255 fit easily.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Block {
    pub count: u32,
    pub x: u32,
    pub y: u32,
    pub xx: u32,
    pub yy: u32,
    pub xy: u32,
}

impl Block {
    /// Both blocks together.
    pub fn with(self, other: &Self) -> Self {
        Self {
            count: self.count + other.count,
            x: self.x + other.x,
            y: self.y + other.y,
            xx: self.xx + other.xx,
            yy: self.yy + other.yy,
            xy: self.xy + other.xy,
        }
    }
}

/// Adds a row of both pictures to the blocks it crosses.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn add(x: &[u8], y: &[u8], blocks: &mut [Block]) {
    let whole = x.as_chunks::<SIDE>().0.iter().zip(y.as_chunks::<SIDE>().0);
    for ((x, y), block) in whole.zip(blocks.iter_mut()) {
        add_part(x, y, block);
    }
    let rest = x.len() / SIDE * SIDE;
    if rest < x.len() {
        add_part(&x[rest..], &y[rest..], &mut blocks[rest / SIDE]);
    }
}

#[inline(always)]
fn add_part(x: &[u8], y: &[u8], block: &mut Block) {
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (u32::from(*x), u32::from(*y));
        block.x += x;
        block.y += y;
        block.xx += x * x;
        block.yy += y * y;
        block.xy += x * y;
    }
    block.count += x.len() as u32;
}

/// Sum and sum of squares of the Laplacian (four neighbours) of the middle row. The rows have one
/// more pixel on either side.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn laplacian(above: &[u8], middle: &[u8], below: &[u8]) -> (i32, u32) {
    let width = middle.len() - 2;
    let (left, own, right) = (&middle[..width], &middle[1..=width], &middle[2..]);
    let (above, below) = (&above[1..=width], &below[1..=width]);
    let (mut sum, mut squares) = (0_i32, 0_u32);
    for i in 0..width {
        // Within ±1020: sixteen bits hold it, and twice as many fit a vector.
        let around = i16::from(above[i]) + i16::from(below[i]) + i16::from(left[i]);
        let value = around + i16::from(right[i]) - 4 * i16::from(own[i]);
        sum += i32::from(value);
        squares += (i32::from(value) * i32::from(value)) as u32;
    }
    (sum, squares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::tests::pictures;

    #[test]
    fn blocks_hold_the_sums_of_their_pixels() {
        let (x, y) = pictures(61, 8);
        let mut blocks = vec![Block::default(); 8];
        (0..8).for_each(|row| add(&x[row * 61..][..61], &y[row * 61..][..61], &mut blocks));
        for (at, block) in blocks.iter().enumerate() {
            let inside = |i: &usize| i % 61 / SIDE == at;
            let sum = |f: &dyn Fn(u32, u32) -> u32| -> u32 {
                let places = (0..x.len()).filter(inside);
                places.map(|i| f(u32::from(x[i]), u32::from(y[i]))).sum()
            };
            assert_eq!((block.x, block.y), (sum(&|x, _| x), sum(&|_, y| y)));
            assert_eq!(block.xy, sum(&|x, y| x * y));
            assert_eq!(
                (block.xx, block.yy),
                (sum(&|x, _| x * x), sum(&|_, y| y * y))
            );
            assert_eq!(block.count, sum(&|_, _| 1));
        }
    }

    #[test]
    fn the_laplacian_is_nothing_on_a_slope_and_something_at_a_spot() {
        let slope: Vec<u8> = (0..50).map(|i| i * 3).collect();
        assert_eq!(laplacian(&slope, &slope, &slope), (0, 0));
        let (flat, mut spot) = (vec![10; 50], vec![10; 50]);
        spot[20] = 20;
        assert_eq!(laplacian(&flat, &spot, &flat), (-20, 1600 + 2 * 100));
    }
}
