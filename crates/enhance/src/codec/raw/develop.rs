//! Sensor data to pixels: the trait that hides which raw decoder is used, and `flashraw` behind it.
//!
//! Black and white levels, the camera's white balance, demosaicing, the camera's colour matrix and
//! the sRGB curve; no tone curve and no maker's style, which are the correction's business.

use std::panic::{AssertUnwindSafe, catch_unwind};

use flashraw::{CorruptionPolicy, DecodeOptions, FlashRaw, OutputFormat, RawPixelData};

use crate::codec::{Limits, Refusal};
use crate::shot::Shot;

/// A developed raw file: upright, sRGB-encoded.
pub(crate) struct Developed {
    /// Columns, upright.
    pub width: u32,
    /// Rows, upright.
    pub height: u32,
    /// Red, green, blue, interleaved.
    pub samples: Vec<u16>,
    /// EXIF orientation that has been applied, 1 to 8.
    pub orientation: u8,
    /// Bits a sample of the sensor.
    pub bits: u8,
    /// Settings of the camera by the decoder, for files whose EXIF block is out of reach.
    pub shot: Shot,
}

/// Reads one family of raw files, or all of them.
pub(crate) trait RawDecoder {
    /// Develops a file, whose `name` is for refusals ("Nikon NEF"). Refuses what is too large
    /// before any sample is read, and what is truncated or damaged instead of filling it in.
    fn develop(&self, bytes: &[u8], name: &str, limits: &Limits) -> Result<Developed, Refusal>;
}

/// `flashraw`, pure Rust, permissive. It promises not to panic on any file; should it panic
/// all the same, the file is refused and the process goes on.
pub(crate) struct Flash;

impl RawDecoder for Flash {
    fn develop(&self, bytes: &[u8], name: &str, limits: &Limits) -> Result<Developed, Refusal> {
        let attempt = AssertUnwindSafe(|| develop(bytes, name, limits));
        catch_unwind(attempt).unwrap_or_else(|_| Err(unknown(name)))
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::CameraRaw {
        name: name.to_owned(),
    }
}

fn develop(bytes: &[u8], name: &str, limits: &Limits) -> Result<Developed, Refusal> {
    let bounds = bounds(limits);
    let file = FlashRaw::open_with(bytes, bounds).map_err(|e| refusal(&e, name))?;
    check(&file, limits)?;
    let info = file.frame_info();
    let (orientation, bits) = (info.orientation.exif() as u8, info.bits_per_sample);
    let options = DecodeOptions {
        output: OutputFormat::Rgb16,
        corruption_policy: CorruptionPolicy::Strict,
        limits: bounds,
        ..DecodeOptions::default()
    };
    let frame = file.decode(options).map_err(|e| refusal(&e, name))?;
    let RawPixelData::U16(samples) = frame.data else {
        return Err(unknown(name));
    };
    Ok(Developed {
        width: frame.width,
        height: frame.height,
        samples,
        orientation,
        bits,
        shot: shot(&frame.metadata),
    })
}

/// A sensor has margins that are cut off, so it may be a little larger than the picture; linear
/// files hold three samples a pixel.
fn bounds(limits: &Limits) -> flashraw::Limits {
    flashraw::Limits::default()
        .with_max_samples(limits.max_pixels.saturating_mul(3))
        .with_max_dimension(limits.max_side)
}

/// Sensor samples and the 16-bit picture lie in memory together.
fn check(file: &FlashRaw, limits: &Limits) -> Result<(), Refusal> {
    let info = file.frame_info();
    let (width, height) = if info.crop.is_empty() {
        (info.width, info.height)
    } else {
        (info.crop.width, info.crop.height)
    };
    let sensor = u64::from(info.cpp.max(1)) * 2;
    limits.check(u64::from(width), u64::from(height), 6 + sensor)?;
    let margins = u64::from(info.width) * u64::from(info.height);
    if margins > limits.max_pixels.saturating_mul(5) / 4 {
        return Err(Refusal::TooMuchMemory);
    }
    Ok(())
}

fn refusal(error: &flashraw::Error, name: &str) -> Refusal {
    use flashraw::Error as E;
    let ends_early = error.truncation().is_some() || error.to_string().contains("truncated");
    match error {
        E::CorruptFile { .. } if ends_early => Refusal::Truncated,
        E::CorruptFile { .. } => Refusal::Damaged {
            format: "camera RAW",
        },
        E::OutOfMemory(_) | E::LimitExceeded(_) => Refusal::TooMuchMemory,
        _ => unknown(name),
    }
}

fn shot(metadata: &flashraw::RawMetadata) -> Shot {
    let exposure = &metadata.exposure;
    Shot {
        exposure_s: exposure.exposure_time.map(|v| v as f32),
        f_number: exposure.f_number,
        iso: exposure.iso.map(|v| v as f32),
        bias_ev: exposure.exposure_bias,
        focal_35mm: exposure.focal_length_35mm.map(|v| v as f32),
        taken_at: metadata.capture_time.clone(),
        camera: Some(metadata.camera()).filter(|name| !name.trim().is_empty()),
        ..Shot::default()
    }
}
