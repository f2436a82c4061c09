//! Exposure brackets for stories: one dim room, taken several times within
//! seconds, with what a camera writes about it.

use plumbline_enhance::{Metadata, Output, Pixels, encode};

use crate::pictures;

/// One exposure of the room `seed`, `ev` stops from the metered one, taken at
/// this second of the day, as a JPEG from a camera that brackets by itself.
pub fn exposure(seed: u32, ev: f32, second: u32) -> Vec<u8> {
    let metadata = Metadata {
        exif: Some(exif(ev, second)),
        ..Metadata::default()
    };
    let pixels = lit(&pictures::scene(1024, 768, seed), ev);
    encode(&pixels, &metadata, &Output::default()).expect("a small picture is encoded")
}

/// The scene in other light: `ev` stops more of it, clipped as a sensor clips.
fn lit(scene: &Pixels, ev: f32) -> Pixels {
    let light = |v: u8| (f32::from(v) / 255.0).powf(2.2) * ev.exp2();
    let samples = scene
        .rgb8()
        .iter()
        .map(|&v| (light(v).min(1.0).powf(1.0 / 2.2) * 255.0 + 0.5) as u8)
        .collect();
    Pixels::from_eight(scene.width(), scene.height(), samples).expect("the size is the scene's")
}

const SHORT: u16 = 3;
const LONG: u16 = 4;
const ASCII: u16 = 2;
const RATIONAL: u16 = 5;
const SIGNED_RATIONAL: u16 = 10;

fn exif(ev: f32, second: u32) -> Vec<u8> {
    let taken = format!("2026:11:25 10:{:02}:{:02}\0", second / 60, second % 60);
    let exposure = ratio((1_000_000.0 / 60.0 * ev.exp2()) as u32, 1_000_000);
    let bias = ratio(((ev * 100.0) as i32).cast_unsigned(), 100);
    let sub = directory(
        64,
        &[
            (0x829A, RATIONAL, exposure),
            (0x829D, RATIONAL, ratio(8, 1)),
            (0x8827, SHORT, 100_u16.to_le_bytes().to_vec()),
            (0x9003, ASCII, taken.into_bytes()),
            (0x9204, SIGNED_RATIONAL, bias),
            (0xA402, SHORT, 2_u16.to_le_bytes().to_vec()),
        ],
    );
    let main = directory(
        8,
        &[
            (0x010F, ASCII, b"Test\0".to_vec()),
            (0x8769, LONG, 64_u32.to_le_bytes().to_vec()),
        ],
    );
    let mut block = b"II*\0\x08\0\0\0".to_vec();
    block.extend(main);
    block.resize(64, 0);
    block.extend(sub);
    block
}

fn ratio(over: u32, under: u32) -> Vec<u8> {
    [over.to_le_bytes(), under.to_le_bytes()].concat()
}

/// A directory that starts at `offset` of its block, with its long values behind it.
fn directory(offset: usize, entries: &[(u16, u16, Vec<u8>)]) -> Vec<u8> {
    let mut out = (entries.len() as u16).to_le_bytes().to_vec();
    let mut behind: Vec<u8> = Vec::new();
    let start = offset + 2 + entries.len() * 12 + 4;
    for (tag, kind, value) in entries {
        let unit = match *kind {
            SHORT => 2,
            LONG => 4,
            RATIONAL | SIGNED_RATIONAL => 8,
            _ => 1,
        };
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(((value.len() / unit) as u32).to_le_bytes());
        let mut place = value.clone();
        if value.len() > 4 {
            place = ((start + behind.len()) as u32).to_le_bytes().to_vec();
            behind.extend(value);
        }
        place.resize(4, 0);
        out.extend(place);
    }
    out.extend([0; 4]);
    out.extend(behind);
    out
}

#[cfg(test)]
mod tests {
    use plumbline_enhance::{Limits, decode};

    use super::*;

    #[test]
    fn an_exposure_says_how_it_was_taken() {
        let shot = decode(&exposure(1, -2.0, 61), &Limits::default())
            .unwrap()
            .metadata
            .shot();
        assert_eq!(shot.taken_at.as_deref(), Some("2026:11:25 10:01:01"));
        assert!((shot.bias_ev.unwrap() + 2.0).abs() < 0.01);
        assert!((shot.exposure_s.unwrap() - 1.0 / 240.0).abs() < 1e-4);
    }
}
