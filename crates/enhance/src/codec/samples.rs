//! Decoded samples as a file stores them, and their way to upright-agnostic sRGB pixels: colour
//! conversion through the file's profile row by row, or the plain meaning of the numbers.

use rayon::prelude::*;

use crate::codec::icc::{self, Conversion};
use crate::codec::{PlaneMemory, Refusal};
use crate::math::light::Sample;
use crate::pixels::{Pixels, Plane, Samples};

/// Meaning of the interleaved samples of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    /// 0 is no ink.
    Cmyk,
    /// Adobe's JPEGs: 0 is full ink.
    CmykInverted,
}

impl Layout {
    /// Samples a pixel.
    pub fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk | Self::CmykInverted => 4,
        }
    }
}

/// Samples of either depth.
#[derive(Debug)]
pub(crate) enum Planes {
    Eight(Plane<u8>),
    Sixteen(Plane<u16>),
}

/// A decoded file before colour management and orientation.
#[derive(Debug)]
pub(crate) struct Raster {
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub planes: Planes,
    /// The embedded ICC profile, unchecked.
    pub profile: Option<Vec<u8>>,
}

/// A depth that both `light` and the colour engine know.
pub(crate) trait Depth: Sample {
    fn convert(conversion: &Conversion, from: &[Self], to: &mut [Self]) -> bool;
}

impl Depth for u8 {
    fn convert(conversion: &Conversion, from: &[u8], to: &mut [u8]) -> bool {
        conversion
            .eight
            .as_ref()
            .is_some_and(|t| t.transform(from, to).is_ok())
    }
}

impl Depth for u16 {
    fn convert(conversion: &Conversion, from: &[u16], to: &mut [u16]) -> bool {
        conversion
            .sixteen
            .as_ref()
            .is_some_and(|t| t.transform(from, to).is_ok())
    }
}

impl Raster {
    /// sRGB pixels and the name of the profile they came from ("none" without one).
    pub fn into_srgb(self, memory: &dyn PlaneMemory) -> Result<(Pixels, String), Refusal> {
        let (conversion, name) = icc::conversion(self.profile.as_deref(), self.layout);
        let (width, layout) = (self.width, self.layout);
        let count = |stored: usize| stored / layout.channels() * 3;
        let samples = match self.planes {
            Planes::Eight(v) => Samples::Eight(match layout {
                Layout::Rgb => in_place(v, width, &conversion),
                _ => to_rgb(
                    &v,
                    memory.eight(count(v.len()))?,
                    width,
                    layout,
                    &conversion,
                ),
            }),
            Planes::Sixteen(v) => Samples::Sixteen(match layout {
                Layout::Rgb => in_place(v, width, &conversion),
                _ => to_rgb(
                    &v,
                    memory.sixteen(count(v.len()))?,
                    width,
                    layout,
                    &conversion,
                ),
            }),
        };
        let pixels = Pixels::new(width, self.height, samples);
        Ok((pixels.ok_or(Refusal::Damaged { format: "image" })?, name))
    }
}

fn in_place<S: Depth>(mut rgb: Plane<S>, width: u32, conversion: &Conversion) -> Plane<S> {
    if conversion.is_needed() {
        rgb.par_chunks_mut(width as usize * 3)
            .for_each_init(Vec::new, |buffer, row| {
                buffer.clear();
                buffer.extend_from_slice(row);
                S::convert(conversion, buffer, row);
            });
    }
    rgb
}

fn to_rgb<S: Depth>(
    samples: &[S],
    mut rgb: Plane<S>,
    width: u32,
    layout: Layout,
    conversion: &Conversion,
) -> Plane<S> {
    let width = width as usize;
    let rows = rgb
        .par_chunks_mut(width * 3)
        .zip(samples.par_chunks(width * layout.channels()));
    rows.for_each_init(Vec::new, |buffer, (to, from)| {
        convert_row(buffer, from, to, layout, conversion);
    });
    rgb
}

fn convert_row<S: Depth>(
    buffer: &mut Vec<S>,
    from: &[S],
    to: &mut [S],
    layout: Layout,
    conversion: &Conversion,
) {
    buffer.clear();
    match layout {
        Layout::Grey | Layout::Cmyk => buffer.extend_from_slice(from),
        Layout::CmykInverted => {
            buffer.extend(from.iter().map(|v| S::from_unit(1.0 - v.unit())));
        }
        Layout::GreyAlpha => over_white(from, 2, buffer),
        Layout::Rgba => over_white(from, 4, buffer),
        Layout::Rgb => buffer.extend_from_slice(from),
    }
    if !(conversion.is_needed() && S::convert(conversion, buffer, to)) {
        plain(buffer, to);
    }
}

/// Lays pixels whose last channel is opacity over white paper, in encoded values as browsers do.
fn over_white<S: Depth>(from: &[S], channels: usize, to: &mut Vec<S>) {
    for pixel in from.chunks_exact(channels) {
        let (colour, alpha) = pixel.split_at(channels - 1);
        let alpha = alpha[0].unit();
        to.extend(
            colour
                .iter()
                .map(|v| S::from_unit(v.unit() * alpha + 1.0 - alpha)),
        );
    }
}

/// Numbers taken at their word: grey is all three, CMYK is ink on white.
fn plain<S: Depth>(from: &[S], to: &mut [S]) {
    let channels = from.len() / (to.len() / 3).max(1);
    for (from, to) in from.chunks_exact(channels).zip(to.chunks_exact_mut(3)) {
        match *from {
            [grey] => to.fill(grey),
            [c, m, y, k] => {
                let light = 1.0 - k.unit();
                let ink = [c, m, y].map(|v| S::from_unit((1.0 - v.unit()) * light));
                to.copy_from_slice(&ink);
            }
            _ => to.copy_from_slice(&from[..3]),
        }
    }
}
