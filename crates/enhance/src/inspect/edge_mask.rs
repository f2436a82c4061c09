//! The edges of one picture, as quality control finds them in two.

use rayon::prelude::*;

use crate::inspect::full::ROWS;
use crate::kernels::canny::Edges;
use crate::kernels::canny::gradient::{Rows, candidates};
use crate::kernels::canny::hysteresis::grow;
use crate::kernels::planes::gray;
use crate::kernels::strip::Strip;
use crate::pixels::{Mask, Pixels};

/// 255 where an edge is, 0 elsewhere: Canny's, of the logarithm of gray. The edges that a
/// model is given to keep are those that it is judged by afterwards.
pub fn edges(pixels: &Pixels) -> Mask {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let plane = plane(pixels);
    let mut edges = Edges::new(width, height);
    let chunk = 2 * edges.words * ROWS;
    edges.rows.par_chunks_mut(chunk).enumerate().for_each_init(
        Default::default,
        |(strip, rows): &mut (Strip, Rows), (i, out)| {
            strip.cut(&plane, width, i * ROWS, ROWS.min(height - i * ROWS));
            candidates(strip, rows, out);
        },
    );
    grow(&mut edges);
    let certain = |y: usize| {
        let row = edges.certain(y);
        (0..width).map(move |x| {
            if row[x / 64] >> (x % 64) & 1 == 1 {
                255
            } else {
                0
            }
        })
    };
    let values = (0..edges.height()).flat_map(certain).collect();
    Mask::new(pixels.width(), pixels.height(), values).expect("one value for every pixel")
}

fn plane(pixels: &Pixels) -> Vec<u8> {
    let rgb = pixels.rgb8();
    let channel = |c: usize| -> Vec<u8> { rgb.iter().skip(c).step_by(3).copied().collect() };
    let channels = [channel(0), channel(1), channel(2)];
    let mut plane = vec![0; channels[0].len()];
    gray(channels.each_ref().map(Vec::as_slice), &mut plane);
    plane
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_brightness_is_one_line_and_plain_walls_are_none() {
        let (width, height) = (100, 600);
        let value = |i: u32| if i / 3 % width < 70 { 90 } else { 160 };
        let samples = (0..width * height * 3).map(|i| value(i) as u8).collect();
        let wall = Pixels::from_eight(width, height, samples).unwrap();
        let edges = edges(&wall);
        for y in [0, 255, 256, 599] {
            let row = &edges.values()[y * 100..][..100];
            let found: Vec<usize> = (0..100).filter(|&x| row[x] == 255).collect();
            assert!(found == [69] || found == [70], "row {y}: {found:?}");
        }
    }
}
