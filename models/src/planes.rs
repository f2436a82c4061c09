//! A picture as networks want it: resized, and as planes of numbers. What a network was trained
//! with (its size, its mean, its deviation) is said by the network's own file.

use candle_core::{Device, Result, Tensor};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use plumbline_enhance::Pixels;

/// How to resize. Both are widened when shrinking, as Pillow's are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// A triangle.
    Bilinear,
    /// Keys' cubic with a = −0.5.
    Bicubic,
}

/// What training pictures were like, in unit range, in the order of the channels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// Taken off.
    pub mean: [f32; 3],
    /// Divided by.
    pub deviation: [f32; 3],
}

/// ImageNet's.
pub const IMAGENET: Usual = Usual {
    mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225],
};

/// An 8-bit copy of another size, whatever the shape.
pub fn resized(pixels: &Pixels, width: u32, height: u32, kernel: Kernel) -> Pixels {
    let algorithm = ResizeAlg::Convolution(match kernel {
        Kernel::Bilinear => FilterType::Bilinear,
        Kernel::Bicubic => FilterType::CatmullRom,
    });
    let options = ResizeOptions::new().resize_alg(algorithm).use_alpha(false);
    let samples = pixels.rgb8();
    let from = TypedImageRef::<U8x3>::from_buffer(pixels.width(), pixels.height(), &samples)
        .expect("samples fit their size");
    let (width, height) = (width.max(1), height.max(1));
    let mut out = vec![0_u8; width as usize * height as usize * 3];
    let mut to = TypedImage::<U8x3>::from_buffer(width, height, &mut out).expect("it is that long");
    // Typed, for the reason `enhance` gives: the untyped call compiles kernels for every format.
    Resizer::new()
        .resize_typed(&from, &mut to, &options)
        .expect("the crop box is the whole picture");
    Pixels::from_eight(width, height, out).expect("the resizer keeps its size")
}

/// The middle of a picture, as 8 bits; a side that is shorter stays as it is.
pub fn middle(pixels: &Pixels, width: u32, height: u32) -> Pixels {
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

/// 1 x 3 x height x width, RGB, 0..1, less the mean and by the deviation.
pub fn planes(pixels: &Pixels, usual: Usual) -> Result<Tensor> {
    let samples = pixels.rgb8();
    let mut values = Vec::with_capacity(samples.len());
    for channel in 0..3 {
        let (mean, deviation) = (usual.mean[channel], usual.deviation[channel]);
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
        let cut = middle(&ramp(9, 5), 4, 3);
        assert_eq!((cut.width(), cut.height()), (4, 3));
        assert_eq!(cut.rgb8()[..3], [2, 1, 7]);
        assert_eq!(cut.rgb8()[cut.rgb8().len() - 3..], [5, 3, 7]);
    }

    #[test]
    fn the_middle_of_a_smaller_picture_is_the_picture() {
        assert_eq!(middle(&ramp(3, 2), 224, 224), ramp(3, 2));
    }

    #[test]
    fn planes_are_red_green_blue_and_less_the_mean() {
        let usual = Usual {
            mean: [0.0, 0.0, 7.0 / 255.0],
            deviation: [1.0 / 255.0, 2.0 / 255.0, 1.0],
        };
        let planes = planes(&ramp(2, 3), usual).unwrap();
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
    fn an_even_picture_stays_even_at_any_size() {
        let even = Pixels::from_eight(5, 4, vec![90; 60]).unwrap();
        for kernel in [Kernel::Bilinear, Kernel::Bicubic] {
            let copy = resized(&even, 7, 2, kernel);
            assert_eq!((copy.width(), copy.height()), (7, 2));
            assert!(copy.rgb8().iter().all(|&v| v == 90));
        }
    }
}
