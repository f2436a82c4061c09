//! TIFF's many sample types brought to 8 or 16 bits, pixel by pixel in order.

use rayon::prelude::*;
use tiff::decoder::DecodingResult;

use crate::codec::Refusal;
use crate::codec::samples::Planes;
use crate::math::light::{self, Sample};
use crate::pixels::Plane;

/// Storage of numbers, and the meaning of floating point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers {
    /// Bits a sample.
    pub bits: u8,
    /// Floating point is light (no profile says otherwise) and is encoded as sRGB.
    pub is_light: bool,
}

/// 8-bit or 16-bit samples of one chunk of `width` samples a row. Floating point (0.0 to 1.0) is
/// taken as light, or as encoded where a profile says how; narrow integers (1 to 7 bits, packed)
/// are unpacked.
pub(crate) fn gather(
    result: DecodingResult,
    numbers: Numbers,
    width: usize,
) -> Result<Planes, Refusal> {
    let float = |v: f32| {
        if numbers.is_light {
            sixteen(v)
        } else {
            (v.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16
        }
    };
    let eight = |v: Vec<u8>| Planes::Eight(v.into());
    let wide = |v: Vec<u16>| Planes::Sixteen(v.into());
    Ok(match result {
        DecodingResult::U8(v) if numbers.bits < 8 => eight(unpack(&v, numbers.bits, width)),
        DecodingResult::U8(v) => eight(v),
        DecodingResult::U16(v) => wide(v),
        DecodingResult::U32(v) => wide(v.into_iter().map(|v| (v >> 16) as u16).collect()),
        DecodingResult::F32(v) => wide(v.into_iter().map(float).collect()),
        DecodingResult::F16(v) => wide(v.into_iter().map(|v| float(v.to_f32())).collect()),
        DecodingResult::F64(v) => wide(v.into_iter().map(|v| float(v as f32)).collect()),
        DecodingResult::I8(v) => eight(v.into_iter().map(|v| v as u8).collect()),
        DecodingResult::I16(v) => wide(v.into_iter().map(|v| v as u16).collect()),
        _ => {
            let variant = "an unusual number format".to_owned();
            return Err(Refusal::UnsupportedVariant {
                format: "TIFF",
                variant,
            });
        }
    })
}

/// Light to a 16-bit sRGB sample; not-a-number is black.
fn sixteen(light: f32) -> u16 {
    (light::encoded(light.clamp(0.0, 1.0)) * 65535.0 + 0.5) as u16
}

/// Rows of packed samples, each row padded to a whole byte, spread to 0..=255.
fn unpack(packed: &[u8], bits: u8, width: usize) -> Vec<u8> {
    let bits = usize::from(bits);
    let top = (1_u32 << bits) - 1;
    let row = (width * bits).div_ceil(8);
    let sample = |row: &[u8], x: usize| {
        let at = x * bits;
        let pair =
            u32::from(row[at / 8]) << 8 | u32::from(row.get(at / 8 + 1).copied().unwrap_or(0));
        let value = pair >> (16 - bits - at % 8) & top;
        (value * 255 / top) as u8
    };
    packed
        .chunks_exact(row)
        .flat_map(|row| (0..width).map(move |x| sample(row, x)))
        .collect()
}

/// Colours of palette indices. `map` holds all reds, then greens, then blues, 16 bits each; old
/// writers filled only the low byte. `bits` as stored: narrower indices come spread to 0..=255.
pub(crate) fn from_palette(
    indices: &[u8],
    map: &[u16],
    bits: u8,
    mut colours: Plane<u8>,
) -> Option<Planes> {
    let count = 1_usize << bits;
    let shift = if map.iter().any(|&v| v > 255) { 8 } else { 0 };
    let colour = |index: u8| {
        let index = usize::from(index) * (count - 1) / 255;
        [0, 1, 2].map(|c| (map[c * count + index] >> shift) as u8)
    };
    if bits > 8 || map.len() < 3 * count {
        return None;
    }
    for (to, &index) in colours.as_chunks_mut::<3>().0.iter_mut().zip(indices) {
        *to = colour(index);
    }
    Some(Planes::Eight(colours))
}

/// Takes the opacity, the last of so many channels, out of a colour that was multiplied by it.
pub(crate) fn unpremultiply(planes: &mut Planes, channels: usize) {
    match planes {
        Planes::Eight(v) => v.par_chunks_exact_mut(channels).for_each(divide_by_last),
        Planes::Sixteen(v) => v.par_chunks_exact_mut(channels).for_each(divide_by_last),
    }
}

fn divide_by_last<S: Sample>(pixel: &mut [S]) {
    if let Some((alpha, colour)) = pixel.split_last_mut() {
        let alpha = alpha.unit();
        if alpha > 0.0 {
            let whole = |v: &mut S| *v = S::from_unit((v.unit() / alpha).min(1.0));
            colour.iter_mut().for_each(whole);
        }
    }
}

/// TIFF's WhiteIsZero: the first of so many channels.
pub(crate) fn invert(planes: &mut Planes, channels: usize) {
    match planes {
        Planes::Eight(v) => v
            .par_chunks_exact_mut(channels)
            .for_each(|p| p[0] = 255 - p[0]),
        Planes::Sixteen(v) => v
            .par_chunks_exact_mut(channels)
            .for_each(|p| p[0] = 65535 - p[0]),
    }
}

/// YCbCr with the coefficients of ITU-R BT.601, full range.
pub(crate) fn ycc_to_rgb(planes: &mut Planes) {
    let convert = |[y, cb, cr]: [f32; 3]| {
        let (cb, cr) = (cb - 0.5, cr - 0.5);
        [
            y + 1.402 * cr,
            y - 0.344_136 * cb - 0.714_136 * cr,
            y + 1.772 * cb,
        ]
    };
    each_pixel(planes, |v, _| convert(v));
}

/// CIELAB with the D50 white: L* unsigned, a* and b* signed (TIFF 6.0, section 23) or, when
/// `shifted`, counted from the middle of the range as ICC profiles do (TIFF Technical Note 4),
/// where 16-bit L* ends at 65280.
pub(crate) fn lab_to_rgb(planes: &mut Planes, shifted: bool) {
    each_pixel(planes, |[l, a, b], max| {
        let scale = if max > 255.0 { 256.0 } else { 1.0 };
        let signed = |v: f32| {
            let v = (v * max).round();
            let middle = (max + 1.0) / 2.0;
            let v = match () {
                () if shifted => v - middle,
                () if v >= middle => v - max - 1.0,
                () => v,
            };
            v / scale
        };
        let top = if shifted && max > 255.0 {
            65535.0 / 65280.0
        } else {
            1.0
        };
        lab_d50(l * 100.0 * top, signed(a), signed(b)).map(light::encoded)
    });
}

/// Linear sRGB of a D50 CIELAB colour, adapted to D65 (Bradford), clamped to the gamut.
fn lab_d50(l: f32, a: f32, b: f32) -> [f32; 3] {
    let y = (l + 16.0) / 116.0;
    let cube = |t: f32| {
        if t > 6.0 / 29.0 {
            t * t * t
        } else {
            (116.0 * t - 16.0) / 903.3
        }
    };
    let (x, y, z) = (
        0.9642 * cube(y + a / 500.0),
        cube(y),
        0.8249 * cube(y - b / 200.0),
    );
    [
        3.133_86 * x - 1.616_87 * y - 0.490_61 * z,
        -0.978_77 * x + 1.916_14 * y + 0.033_45 * z,
        0.071_95 * x - 0.228_99 * y + 1.405_24 * z,
    ]
    .map(|v| v.clamp(0.0, 1.0))
}

fn each_pixel(planes: &mut Planes, convert: impl Fn([f32; 3], f32) -> [f32; 3] + Sync) {
    match planes {
        Planes::Eight(v) => v.par_chunks_exact_mut(3).for_each(|p| {
            let rgb = convert([0, 1, 2].map(|c| f32::from(p[c]) / 255.0), 255.0);
            p.iter_mut()
                .zip(rgb)
                .for_each(|(p, v)| *p = (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
        }),
        Planes::Sixteen(v) => v.par_chunks_exact_mut(3).for_each(|p| {
            let rgb = convert([0, 1, 2].map(|c| f32::from(p[c]) / 65535.0), 65535.0);
            p.iter_mut()
                .zip(rgb)
                .for_each(|(p, v)| *p = (v.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16);
        }),
    }
}
