//! Pictures in memory, and the one convention for colour, axes and range.
//!
//! * Colour: sRGB primaries (D65), sRGB transfer curve, red, green, blue interleaved.
//! * Axes: row 0 is the top, column 0 the left; always upright (orientation is applied on decoding).
//! * Range: 8-bit samples 0..=255, 16-bit samples 0..=65535; "unit" means a sample divided by its
//!   maximum (still sRGB-encoded), "linear" means light, 0.0 black to 1.0 the brightest white.
//! * No alpha: transparency is laid over white on decoding.

use std::borrow::Cow;

pub use plane::{LentSamples, Plane};

mod plane;

/// The samples of a picture: red, green, blue, pixel by pixel, row by row, no padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Samples {
    /// One byte a sample.
    Eight(Plane<u8>),
    /// Two bytes a sample, from a 16-bit or floating-point source.
    Sixteen(Plane<u16>),
}

/// A picture: `height` rows of `width` RGB pixels, sRGB-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    width: u32,
    height: u32,
    samples: Samples,
}

impl Samples {
    fn len(&self) -> usize {
        match self {
            Self::Eight(samples) => samples.len(),
            Self::Sixteen(samples) => samples.len(),
        }
    }
}

impl Pixels {
    /// A picture; `None` unless there are exactly `width * height * 3` samples.
    pub fn new(width: u32, height: u32, samples: Samples) -> Option<Self> {
        fits(width, height, samples.len()).then_some(Self {
            width,
            height,
            samples,
        })
    }

    /// A picture of 8-bit samples; `None` unless there are exactly `width * height * 3`.
    pub fn from_eight(width: u32, height: u32, samples: Vec<u8>) -> Option<Self> {
        Self::new(width, height, Samples::Eight(samples.into()))
    }

    /// A picture of 16-bit samples; `None` unless there are exactly `width * height * 3`.
    pub fn from_sixteen(width: u32, height: u32, samples: Vec<u16>) -> Option<Self> {
        Self::new(width, height, Samples::Sixteen(samples.into()))
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Bits a sample: 8 or 16.
    pub fn bits(&self) -> u8 {
        match self.samples {
            Samples::Eight(_) => 8,
            Samples::Sixteen(_) => 16,
        }
    }

    /// `width * height`.
    pub fn pixel_count(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The samples as they are stored.
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Gives the samples away.
    pub fn into_samples(self) -> Samples {
        self.samples
    }

    /// The picture as 8-bit samples; borrowed when it already is, rounded when it has 16 bits.
    pub fn rgb8(&self) -> Cow<'_, [u8]> {
        match &self.samples {
            Samples::Eight(values) => Cow::Borrowed(values),
            Samples::Sixteen(values) => Cow::Owned(values.iter().map(|&v| narrow(v)).collect()),
        }
    }

    /// One pixel in unit range (sRGB-encoded, 0.0..=1.0). Panics outside the picture.
    pub fn unit(&self, x: u32, y: u32) -> [f32; 3] {
        assert!(
            x < self.width && y < self.height,
            "({x}, {y}) is outside the picture"
        );
        let at = (y as usize * self.width as usize + x as usize) * 3;
        match &self.samples {
            Samples::Eight(v) => [0, 1, 2].map(|c| f32::from(v[at + c]) / 255.0),
            Samples::Sixteen(v) => [0, 1, 2].map(|c| f32::from(v[at + c]) / 65535.0),
        }
    }
}

/// 16 bits to 8, to the nearest: 65535 = 257 * 255.
pub(crate) fn narrow(value: u16) -> u8 {
    ((u32::from(value) + 128) / 257) as u8
}

fn fits(width: u32, height: u32, samples: usize) -> bool {
    let wanted = u64::from(width) * u64::from(height) * 3;
    width > 0 && height > 0 && wanted == samples as u64
}

/// One plane of 0 (not at all) to 255 (fully), for instance how much of a pixel is sky.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    width: u32,
    height: u32,
    values: Vec<u8>,
}

impl Mask {
    /// A mask; `None` unless there are exactly `width * height` values.
    pub fn new(width: u32, height: u32, values: Vec<u8>) -> Option<Self> {
        let wanted = u64::from(width) * u64::from(height);
        (wanted > 0 && wanted == values.len() as u64).then_some(Self {
            width,
            height,
            values,
        })
    }

    /// The luma of a picture, for masks that come as pictures.
    pub fn of_luma(pixels: &Pixels) -> Self {
        let luma = |p: &[u8; 3]| {
            let [r, g, b] = p.map(u32::from);
            ((2126 * r + 7152 * g + 722 * b + 5000) / 10_000) as u8
        };
        let values = pixels.rgb8().as_chunks::<3>().0.iter().map(luma).collect();
        Self {
            width: pixels.width,
            height: pixels.height,
            values,
        }
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The plane, row by row.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// The mean, 0.0 (empty) to 1.0 (everything).
    pub fn share(&self) -> f32 {
        let sum: u64 = self.values.iter().map(|&v| u64::from(v)).sum();
        sum as f32 / (self.values.len() as f32 * 255.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_the_wrong_length_is_refused() {
        assert!(Pixels::from_eight(2, 2, vec![0; 12]).is_some());
        assert!(Pixels::from_eight(2, 2, vec![0; 11]).is_none());
        assert!(Pixels::from_sixteen(0, 2, vec![]).is_none());
        assert!(Mask::new(2, 2, vec![0; 5]).is_none());
    }

    #[test]
    fn sixteen_bits_narrow_to_the_nearest_eight() {
        assert_eq!(narrow(0), 0);
        assert_eq!(narrow(65535), 255);
        assert!((0..=255_u16).all(|v| narrow(v * 257) == v as u8));
    }
}
