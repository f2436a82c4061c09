//! Pictures that are not a customer's photo, as the image crate holds them: masks, contact sheets,
//! and the pictures of benchmarks.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, RgbImage};
use plumbline_enhance::{Mask, Pixels};

/// A picture of 8 bits.
pub fn rgb_image(pixels: &Pixels) -> RgbImage {
    let samples = pixels.rgb8().into_owned();
    RgbImage::from_raw(pixels.width(), pixels.height(), samples).expect("three samples a pixel")
}

/// A mask as a grey picture, white where it is full.
pub fn gray_image(mask: &Mask) -> GrayImage {
    let values = mask.values().to_vec();
    GrayImage::from_raw(mask.width(), mask.height(), values).expect("one value for every pixel")
}

/// A grey PNG of a mask.
pub fn mask_png(mask: &Mask) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    gray_image(mask).write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}
