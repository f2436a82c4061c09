//! Turns a picture upright as its EXIF orientation says (1 to 8; anything else is 1).

use rayon::prelude::*;

use crate::codec::{PlaneMemory, Refusal};
use crate::pixels::{Pixels, Plane, Samples};

/// The upright picture. 1 costs nothing; 2 to 4 work in place; 5 to 8 need a second buffer.
pub(crate) fn upright(
    pixels: Pixels,
    orientation: u8,
    memory: &dyn PlaneMemory,
) -> Result<Pixels, Refusal> {
    let (width, height) = (pixels.width(), pixels.height());
    let turned = match pixels.into_samples() {
        Samples::Eight(v) => Samples::Eight(match orientation {
            5..=8 => transpose(&v, memory.eight(v.len())?, width, orientation),
            _ => in_place(v, width, orientation),
        }),
        Samples::Sixteen(v) => Samples::Sixteen(match orientation {
            5..=8 => transpose(&v, memory.sixteen(v.len())?, width, orientation),
            _ => in_place(v, width, orientation),
        }),
    };
    let (width, height) = match orientation {
        5..=8 => (height, width),
        _ => (width, height),
    };
    Pixels::new(width, height, turned).ok_or(Refusal::Damaged { format: "image" })
}

fn in_place<S: Copy + Send + Sync>(mut v: Plane<S>, width: u32, orientation: u8) -> Plane<S> {
    let row = width as usize * 3;
    match orientation {
        2 => v.par_chunks_mut(row).for_each(mirror),
        3 => mirror(&mut v),
        4 => flip(&mut v, row),
        _ => {}
    }
    v
}

/// Reverses the order of pixels.
fn mirror<S: Copy>(row: &mut [S]) {
    let last = row.len() / 3;
    for left in 0..last / 2 {
        let right = last - 1 - left;
        for channel in 0..3 {
            row.swap(left * 3 + channel, right * 3 + channel);
        }
    }
}

/// Reverses the order of rows.
fn flip<S>(v: &mut [S], row: usize) {
    let rows = v.len() / row;
    let (top, bottom) = v.split_at_mut(rows / 2 * row + (rows % 2) * row);
    for (upper, lower) in top
        .chunks_exact_mut(row)
        .zip(bottom.chunks_exact_mut(row).rev())
    {
        upper.swap_with_slice(lower);
    }
}

/// Rows become columns: output pixel (x, y) is input (y or its mirror, x or its mirror).
/// 5 transposes, 6 turns clockwise, 7 transposes the other way, 8 turns anticlockwise.
fn transpose<S: Copy + Send + Sync>(
    v: &[S],
    mut turned: Plane<S>,
    width: u32,
    orientation: u8,
) -> Plane<S> {
    const BAND: usize = 16;
    let w = width as usize;
    let h = v.len() / 3 / w;
    turned
        .par_chunks_mut(BAND * h * 3)
        .enumerate()
        .for_each(|(band, rows)| {
            let count = rows.len() / (h * 3);
            for x in 0..h {
                let from_row = if matches!(orientation, 6 | 7) {
                    h - 1 - x
                } else {
                    x
                };
                for line in 0..count {
                    let y = band * BAND + line;
                    let from_column = if matches!(orientation, 7 | 8) {
                        w - 1 - y
                    } else {
                        y
                    };
                    let (to, from) = ((line * h + x) * 3, (from_row * w + from_column) * 3);
                    rows[to..to + 3].copy_from_slice(&v[from..from + 3]);
                }
            }
        });
    turned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Heap;

    /// 2 x 3 pixels whose red is 10 * row + column.
    fn picture() -> Pixels {
        let v = [0, 1, 10, 11, 20, 21]
            .iter()
            .flat_map(|&r| [r, 0, 0])
            .collect();
        Pixels::from_eight(2, 3, v).unwrap()
    }

    fn reds(orientation: u8) -> (u32, Vec<u8>) {
        let turned = upright(picture(), orientation, &Heap).unwrap();
        (
            turned.width(),
            turned.rgb8().iter().step_by(3).copied().collect(),
        )
    }

    #[test]
    fn each_orientation_puts_every_pixel_where_exif_says() {
        assert_eq!(reds(1), (2, vec![0, 1, 10, 11, 20, 21]));
        assert_eq!(reds(2), (2, vec![1, 0, 11, 10, 21, 20]));
        assert_eq!(reds(3), (2, vec![21, 20, 11, 10, 1, 0]));
        assert_eq!(reds(4), (2, vec![20, 21, 10, 11, 0, 1]));
        assert_eq!(reds(5), (3, vec![0, 10, 20, 1, 11, 21]));
        assert_eq!(reds(6), (3, vec![20, 10, 0, 21, 11, 1]));
        assert_eq!(reds(7), (3, vec![21, 11, 1, 20, 10, 0]));
        assert_eq!(reds(8), (3, vec![1, 11, 21, 0, 10, 20]));
        assert_eq!(reds(9), reds(1));
    }
}
