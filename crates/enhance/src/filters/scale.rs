//! Smaller copies of a picture, always 8 bits: for analysis, measuring and previews.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use rayon::prelude::*;

use crate::kernels::planes;
use crate::pixels::{Pixels, Samples, narrow};

/// Way of averaging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Plain area average: for numbers.
    Area,
    /// Sharp, with slight overshoot: for people.
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
        Samples::Eight(v) if from_width >= 3 * width && from_height >= 3 * height => {
            let v = halved(v, from_width as usize, from_height as usize);
            let (w, h) = (f64::from(from_width) / 2.0, f64::from(from_height) / 2.0);
            resize(&v, (w, h), width, height, kernel)
        }
        Samples::Eight(v) => {
            let size = (f64::from(from_width), f64::from(from_height));
            resize(v, size, width, height, kernel)
        }
        Samples::Sixteen(v) => {
            let factor = (from_width / width.max(1))
                .min(from_height / height.max(1))
                .max(1);
            let (w, h, v) = bin(v, from_width, from_height, factor);
            resize(&v, (f64::from(w), f64::from(h)), width, height, kernel)
        }
    }
}

/// `v` are the pixels that a picture of `w` by `h` touches; the last column and row may be a
/// half one.
fn resize(v: &[u8], (w, h): (f64, f64), width: u32, height: u32, kernel: Kernel) -> Pixels {
    let samples = if (w, h) == (f64::from(width), f64::from(height)) {
        v.to_vec()
    } else {
        let algorithm = ResizeAlg::Convolution(match kernel {
            Kernel::Area => FilterType::Box,
            Kernel::Lanczos => FilterType::Lanczos3,
        });
        let options = ResizeOptions::new().resize_alg(algorithm).use_alpha(false);
        let options = options.crop(0.0, 0.0, w, h);
        let mut samples = vec![0_u8; width as usize * height as usize * 3];
        let (w, h) = (w.ceil() as u32, h.ceil() as u32);
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

/// Averages squares of two by two pixels, which leaves the resizer a quarter to read. A last odd column
/// and row stand for themselves: half pixels.
fn halved(v: &[u8], width: usize, height: usize) -> Vec<u8> {
    let (row, half) = (width * 3, width.div_ceil(2) * 3);
    let mut small = vec![0; half * height.div_ceil(2)];
    small.par_chunks_mut(half).enumerate().for_each(|(y, to)| {
        let upper = &v[2 * y * row..][..row];
        let lower = v.get((2 * y + 1) * row..(2 * y + 2) * row);
        planes::halve_rgb(upper, lower.unwrap_or(upper), to);
    });
    small
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
    fn a_picture_of_odd_sides_shrinks_in_its_place() {
        let (width, height, small) = (203, 151, 50);
        let ramp = (0..width * height * 3).map(|i| (i / 3 % width) as u8);
        let ramp = Pixels::from_eight(width, height, ramp.collect()).unwrap();
        for kernel in [Kernel::Area, Kernel::Lanczos] {
            let found = shrink(&ramp, small, 37, kernel);
            let off = |x: u32| {
                let wanted = (f64::from(x) + 0.5) * f64::from(width) / f64::from(small) - 0.5;
                f64::from(found.unit(x, 18)[1]) * 255.0 - wanted
            };
            let mean = (30..47).map(off).sum::<f64>() / 17.0;
            assert!(mean.abs() < 0.2, "{kernel:?}: {mean}");
        }
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
