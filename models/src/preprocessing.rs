//! Preprocessing of pictures for networks: resizing, cropping, normalisation. The size and the
//! normalisation that a network was trained with are in the network's own file.

use candle_core::{Device, Result, Tensor};
use plumbline_enhance::Pixels;

/// Kernel of resizing. Both are widened when shrinking, as Pillow's are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// A triangle.
    Bilinear,
    /// Keys' cubic with a = −0.5.
    Bicubic,
}

impl Kernel {
    /// Support in pixels, to either side.
    fn support(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    /// Keys (1981), "Cubic convolution interpolation for digital image processing", equation 15.
    fn at(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            Self::Bilinear => (1.0 - x).max(0.0),
            Self::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Self::Bicubic => 0.0,
        }
    }
}

/// Mean and deviation of the training's pictures, in unit range, in the order of the channels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalization {
    /// Subtracted.
    pub mean: [f32; 3],
    /// Divided by.
    pub deviation: [f32; 3],
}

/// Normalisation of ImageNet.
pub const IMAGENET: Normalization = Normalization {
    mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225],
};

/// Resizes to an 8-bit copy of any shape. Our own few lines: `fast_image_resize` was
/// four fifths of this crate's code and compile time, and a network takes far longer.
pub fn resized(pixels: &Pixels, width: u32, height: u32, kernel: Kernel) -> Pixels {
    let (width, height) = (width.max(1), height.max(1));
    let (across, down) = (
        taps(pixels.width(), width, kernel),
        taps(pixels.height(), height, kernel),
    );
    let samples = pixels.rgb8();
    let rows = samples.chunks_exact(pixels.width() as usize * 3);
    let rows: Vec<Vec<f32>> = rows.map(|row| resized_row(row, &across)).collect();
    let out = down
        .iter()
        .flat_map(|taps| blended_rows(&rows, taps))
        .collect();
    Pixels::from_eight(width, height, out).expect("there are as many taps as pixels")
}

/// Pixels that one pixel of a copy is computed from.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

fn taps(from: u32, to: u32, kernel: Kernel) -> Vec<Taps> {
    let scale = f64::from(from) / f64::from(to);
    let wide = scale.max(1.0);
    let support = kernel.support() * wide;
    let taps = |i: u32| {
        let centre = (f64::from(i) + 0.5) * scale;
        let first = (centre - support + 0.5).max(0.0) as u32;
        let end = ((centre + support + 0.5) as u32).min(from);
        let weight = |x: u32| kernel.at((f64::from(x) + 0.5 - centre) / wide);
        let sum: f64 = (first..end).map(weight).sum();
        Taps {
            first: first as usize,
            weights: (first..end).map(|x| (weight(x) / sum) as f32).collect(),
        }
    };
    (0..to).map(taps).collect()
}

/// Row of fewer (or more) pixels.
fn resized_row(row: &[u8], taps: &[Taps]) -> Vec<f32> {
    let mut out = Vec::with_capacity(taps.len() * 3);
    for taps in taps {
        let mut sum = [0.0; 3];
        let pixels = row[taps.first * 3..].chunks_exact(3);
        for (pixel, weight) in pixels.zip(&taps.weights) {
            for (sum, &v) in sum.iter_mut().zip(pixel) {
                *sum += f32::from(v) * weight;
            }
        }
        out.extend_from_slice(&sum);
    }
    out
}

/// Weighted sum of rows, rounded.
fn blended_rows(rows: &[Vec<f32>], taps: &Taps) -> Vec<u8> {
    let mut sum = vec![0.0; rows[taps.first].len()];
    for (row, weight) in rows[taps.first..].iter().zip(&taps.weights) {
        for (sum, v) in sum.iter_mut().zip(row) {
            *sum += v * weight;
        }
    }
    // A cubic may overshoot: the cast holds it at 0 and 255.
    sum.iter().map(|v| v.round() as u8).collect()
}

/// Crops the centre of a picture, as 8 bits; a side that is shorter stays as it is.
pub fn center_crop(pixels: &Pixels, width: u32, height: u32) -> Pixels {
    let (width, height) = (width.min(pixels.width()), height.min(pixels.height()));
    // An odd remainder is cut to the right and below, as Python's rounding towards zero does.
    let left = ((pixels.width() - width) / 2) as usize;
    let top = ((pixels.height() - height) / 2) as usize;
    let samples = pixels.rgb8();
    let rows = samples
        .chunks_exact(pixels.width() as usize * 3)
        .skip(top)
        .take(height as usize);
    let cut = rows.flat_map(|row| &row[left * 3..(left + width as usize) * 3]);
    Pixels::from_eight(width, height, cut.copied().collect()).expect("the cut has that size")
}

/// Tensor of a picture, 1 x 3 x height x width, RGB of 0..1, normalised.
pub fn to_tensor(pixels: &Pixels, normalization: Normalization) -> Result<Tensor> {
    let samples = pixels.rgb8();
    let mut values = Vec::with_capacity(samples.len());
    for channel in 0..3 {
        let (mean, deviation) = (
            normalization.mean[channel],
            normalization.deviation[channel],
        );
        let plane = samples.iter().skip(channel).step_by(3);
        values.extend(plane.map(|&v| (f32::from(v) / 255.0 - mean) / deviation));
    }
    let (height, width) = (pixels.height() as usize, pixels.width() as usize);
    Tensor::from_vec(values, (1, 3, height, width), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: u32, height: u32) -> Pixels {
        let pixel = |i: u32| [(i % width) as u8, (i / width) as u8, 7];
        let samples = (0..width * height).flat_map(pixel).collect();
        Pixels::from_eight(width, height, samples).unwrap()
    }

    #[test]
    fn the_middle_is_in_the_middle() {
        let cut = center_crop(&ramp(9, 5), 4, 3);
        assert_eq!((cut.width(), cut.height()), (4, 3));
        assert_eq!(cut.rgb8()[..3], [2, 1, 7]);
        assert_eq!(cut.rgb8()[cut.rgb8().len() - 3..], [5, 3, 7]);
    }

    #[test]
    fn the_middle_of_a_smaller_picture_is_the_picture() {
        assert_eq!(center_crop(&ramp(3, 2), 224, 224), ramp(3, 2));
    }

    #[test]
    fn planes_are_red_green_blue_and_less_the_mean() {
        let normalization = Normalization {
            mean: [0.0, 0.0, 7.0 / 255.0],
            deviation: [1.0 / 255.0, 2.0 / 255.0, 1.0],
        };
        let planes = to_tensor(&ramp(2, 3), normalization).unwrap();
        assert_eq!(planes.dims(), [1, 3, 3, 2]);
        let values: Vec<f32> = planes.flatten_all().unwrap().to_vec1().unwrap();
        let wanted = [
            0.0, 1.0, 0.0, 1.0, 0.0, 1.0, // columns
            0.0, 0.0, 0.5, 0.5, 1.0, 1.0, // rows, halved
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        ];
        for (value, wanted) in values.iter().zip(wanted) {
            assert!((value - wanted).abs() < 1e-5, "{values:?}");
        }
    }

    #[test]
    fn a_smaller_copy_is_pillows() {
        let row: Vec<u8> = [0, 100, 200, 255].iter().flat_map(|&v| [v; 3]).collect();
        let row = Pixels::from_eight(4, 1, row).unwrap();
        // By hand, from Pillow's formula: weights 3/7, 3/7, 1/7.
        let copy = resized(&row, 2, 1, Kernel::Bilinear);
        assert_eq!(*copy.rgb8(), [71, 71, 71, 209, 209, 209]);
        assert_eq!(resized(&row, 4, 1, Kernel::Bicubic), row);
    }

    #[test]
    fn an_even_picture_stays_even_at_any_size() {
        let even = Pixels::from_eight(5, 4, vec![90; 60]).unwrap();
        for kernel in [Kernel::Bilinear, Kernel::Bicubic] {
            let copy = resized(&even, 7, 2, kernel);
            assert_eq!((copy.width(), copy.height()), (7, 2));
            assert!(copy.rgb8().iter().all(|&v| v == 90));
        }
    }
}
