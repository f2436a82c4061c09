//! Smaller copies of a picture, always 8 bits: for looking, measuring and previews.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use rayon::prelude::*;

use crate::pixels::{Pixels, Samples, narrow};

/// How to average.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Plain area average: for numbers.
    Area,
    /// Sharp, with slight overshoot: for eyes.
    Lanczos,
}

/// The largest size within `long_edge` of the same shape; never larger than the picture.
pub(crate) fn fit(width: u32, height: u32, long_edge: u32) -> (u32, u32) {
    let long = width.max(height);
    if long <= long_edge.max(1) {
        return (width, height);
    }
    let scale = f64::from(long_edge.max(1)) / f64::from(long);
    let side = |v: u32| ((f64::from(v) * scale).round() as u32).max(1);
    (side(width), side(height))
}

/// The largest size of at most `pixels` pixels of the same shape; never larger than the picture.
pub(crate) fn fit_area(width: u32, height: u32, pixels: f64) -> (u32, u32) {
    let scale = (pixels / (f64::from(width) * f64::from(height))).sqrt();
    if scale >= 1.0 {
        return (width, height);
    }
    let side = |v: u32| ((f64::from(v) * scale).floor() as u32).max(1);
    (side(width), side(height))
}

/// A smaller 8-bit copy of the given size.
pub(crate) fn shrink(pixels: &Pixels, width: u32, height: u32, kernel: Kernel) -> Pixels {
    let (from_width, from_height) = (pixels.width(), pixels.height());
    match pixels.samples() {
        Samples::Eight(v) => resize(v, from_width, from_height, width, height, kernel),
        Samples::Sixteen(v) => {
            let factor = (from_width / width.max(1))
                .min(from_height / height.max(1))
                .max(1);
            let (w, h, v) = bin(v, from_width, from_height, factor);
            resize(&v, w, h, width, height, kernel)
        }
    }
}

fn resize(v: &[u8], w: u32, h: u32, width: u32, height: u32, kernel: Kernel) -> Pixels {
    let samples = if (w, h) == (width, height) {
        v.to_vec()
    } else {
        let algorithm = ResizeAlg::Convolution(match kernel {
            Kernel::Area => FilterType::Box,
            Kernel::Lanczos => FilterType::Lanczos3,
        });
        let options = ResizeOptions::new().resize_alg(algorithm).use_alpha(false);
        let mut samples = vec![0_u8; width as usize * height as usize * 3];
        let from = TypedImageRef::<U8x3>::from_buffer(w, h, v).expect("samples fit their size");
        let to = TypedImage::<U8x3>::from_buffer(width, height, &mut samples);
        // Typed, because the untyped call compiles kernels for every pixel format there is:
        // ten megabytes of code and minutes of everybody's time.
        Resizer::new()
            .resize_typed(&from, &mut to.expect("the buffer fits"), &options)
            .expect("the crop box is the whole picture");
        samples
    };
    Pixels::from_eight(width, height, samples).expect("the resizer keeps its size")
}

/// Averages squares of `factor` pixels of a 16-bit picture to 8 bits; edge remainders are cut.
fn bin(v: &[u16], width: u32, height: u32, factor: u32) -> (u32, u32, Vec<u8>) {
    let (w, h) = ((width / factor).max(1), (height / factor).max(1));
    let (row, factor) = (width as usize * 3, factor as usize);
    let mut small = vec![0_u8; w as usize * h as usize * 3];
    small
        .par_chunks_mut(w as usize * 3)
        .enumerate()
        .for_each(|(y, to)| {
            for (i, to) in to.iter_mut().enumerate() {
                let (x, channel) = (i / 3 * factor, i % 3);
                let column = |dy: usize| {
                    let start = (y * factor + dy) * row + x * 3 + channel;
                    (0..factor)
                        .map(|dx| u32::from(v[start + dx * 3]))
                        .sum::<u32>()
                };
                let area = (factor * factor) as u32;
                let sum: u32 = (0..factor).map(column).sum();
                *to = narrow(((sum + area / 2) / area) as u16);
            }
        });
    (w, h, small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_their_shape_and_never_grow() {
        assert_eq!(fit(8000, 4000, 2048), (2048, 1024));
        assert_eq!(fit(640, 480, 2048), (640, 480));
        assert_eq!(fit_area(4000, 2000, 2e6), (2000, 1000));
    }

    #[test]
    fn sixteen_bits_shrink_to_the_same_picture_as_eight() {
        let eight: Vec<u8> = (0..64 * 64 * 3).map(|i| (i % 251) as u8).collect();
        let sixteen = eight.iter().map(|&v| u16::from(v) * 257).collect();
        let small = |p: Pixels| shrink(&p, 16, 16, Kernel::Area).rgb8().into_owned();
        let one = small(Pixels::from_eight(64, 64, eight).unwrap());
        let two = small(Pixels::from_sixteen(64, 64, sixteen).unwrap());
        assert!(one.iter().zip(&two).all(|(a, b)| a.abs_diff(*b) <= 1));
    }
}
