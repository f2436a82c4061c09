//! 03: TIFFs with saved selections, opacity and other channels beside the picture's.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use plumbline_enhance::{Limits, Pixels, decode};
use plumbline_fixtures::photos;

use crate::files::directory;
use crate::support::{File, enhanced, mean_levels, photo};

/// Storage of a TIFF's picture.
#[derive(Debug, Clone, Copy)]
struct Form {
    bits: u32,
    grey: bool,
    /// The tag ExtraSamples: 0 a selection, 1 and 2 opacity.
    extra: &'static [u16],
    planar: bool,
    predicted: bool,
    tiled: bool,
    deflated: bool,
}

const PLAIN: Form = Form {
    bits: 8,
    grey: false,
    extra: &[],
    planar: false,
    predicted: false,
    tiled: false,
    deflated: false,
};

impl Form {
    fn colours(&self) -> usize {
        if self.grey { 1 } else { 3 }
    }

    fn channels(&self) -> usize {
        self.colours() + self.extra.len()
    }

    /// Columns and rows of a chunk.
    fn chunk(&self, width: u32) -> (u32, u32) {
        if self.tiled { (64, 48) } else { (width, 37) }
    }
}

fn sample(pixels: &Pixels, form: &Form, x: u32, y: u32, channel: usize) -> u16 {
    let rgb = pixels.unit(x.min(pixels.width() - 1), y.min(pixels.height() - 1));
    let most = ((1_u32 << form.bits) - 1) as f32;
    let unit = match channel.checked_sub(form.colours()) {
        None => rgb[channel],
        Some(extra) if form.extra[extra] > 0 => 1.0,
        Some(extra) => {
            f32::from(u8::try_from((x / 3 + y * (2 + extra as u32)) % 256).unwrap()) / 255.0
        }
    };
    (unit * most + 0.5) as u16
}

/// One chunk's bytes: interleaved channels, rows predicted where asked.
fn chunk(pixels: &Pixels, form: &Form, channels: &[usize], (left, top): (u32, u32)) -> Vec<u8> {
    let (across, down) = form.chunk(pixels.width());
    let down = if form.tiled {
        down
    } else {
        down.min(pixels.height() - top)
    };
    let mut bytes = Vec::new();
    for y in top..top + down {
        let of = |x: u32| channels.iter().map(move |&c| sample(pixels, form, x, y, c));
        let row: Vec<u16> = (left..left + across).flat_map(of).collect();
        let before = |i: usize| match form.predicted {
            true => i.checked_sub(channels.len()).map_or(0, |i| row[i]),
            false => 0,
        };
        for (i, v) in row.iter().enumerate() {
            let v = v.wrapping_sub(before(i));
            match form.bits {
                8 => bytes.push(v as u8),
                _ => bytes.extend(v.to_le_bytes()),
            }
        }
    }
    if !form.deflated {
        return bytes;
    }
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(&bytes).unwrap();
    zlib.finish().unwrap()
}

fn tiff(pixels: &Pixels, form: &Form) -> Vec<u8> {
    let all: Vec<usize> = (0..form.channels()).collect();
    let planes: Vec<&[usize]> = match form.planar {
        true => all.chunks(1).collect(),
        false => vec![&all[..]],
    };
    let (across, down) = form.chunk(pixels.width());
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let (mut offsets, mut counts) = (Vec::new(), Vec::new());
    for channels in planes {
        for top in (0..pixels.height()).step_by(down as usize) {
            for left in (0..pixels.width()).step_by(across as usize) {
                let bytes = chunk(pixels, form, channels, (left, top));
                offsets.push(file.len() as u32);
                counts.push(bytes.len() as u32);
                file.extend(bytes);
                file.resize(file.len().next_multiple_of(4), 0);
            }
        }
    }
    let mut list = |values: &[u32]| {
        let at = file.len() as u32;
        values.iter().for_each(|v| file.extend(v.to_le_bytes()));
        if values.len() == 1 { values[0] } else { at }
    };
    let (at, lengths) = (list(&offsets), list(&counts));
    let mut shorts = |values: &[u16]| {
        let at = file.len() as u32;
        values.iter().for_each(|v| file.extend(v.to_le_bytes()));
        match *values {
            [one] => u32::from(one),
            [one, two] => u32::from(one) | u32::from(two) << 16,
            _ => at,
        }
    };
    let bits = shorts(&vec![form.bits as u16; form.channels()]);
    let extra = shorts(form.extra);
    let count = offsets.len() as u32;
    let yes = |is: bool| 1 + u32::from(is);
    let mut entries = vec![
        (256, 4, 1, pixels.width()),
        (257, 4, 1, pixels.height()),
        (258, 3, form.channels() as u32, bits),
        (259, 3, 1, if form.deflated { 8 } else { 1 }),
        (262, 3, 1, if form.grey { 1 } else { 2 }),
        (277, 3, 1, form.channels() as u32),
        (284, 3, 1, yes(form.planar)),
        (317, 3, 1, yes(form.predicted)),
    ];
    entries.extend(match form.tiled {
        true => vec![
            (322, 4, 1, across),
            (323, 4, 1, down),
            (324, 4, count, at),
            (325, 4, count, lengths),
        ],
        false => vec![
            (273, 4, count, at),
            (278, 4, 1, down),
            (279, 4, count, lengths),
        ],
    });
    if !form.extra.is_empty() {
        entries.push((338, 3, form.extra.len() as u32, extra));
    }
    entries.sort_unstable();
    let first = file.len() as u32;
    file[4..8].copy_from_slice(&first.to_le_bytes());
    directory(&mut file, &entries);
    file
}

fn pixels_of(tiff: &[u8], form: &Form) -> Pixels {
    let decoded = decode(tiff, &Limits::default());
    decoded
        .unwrap_or_else(|why| panic!("{form:?}: {why}"))
        .pixels
}

#[test]
fn a_saved_selection_is_no_part_of_the_picture() {
    let Some(folder) = photos("reported/03-tiff-saved-selection") else {
        return;
    };
    let control = File::read(&folder.join("control.tif"));
    let plain = enhanced(&control).pixels;
    for name in [
        "one-selection",
        "two-selections",
        "alpha-plus-selection",
        "planar-one-selection",
        "one-selection-16bit",
    ] {
        let done = enhanced(&File::read(&folder.join(format!("{name}.tif"))));
        let off = mean_levels(&done.pixels, &plain);
        assert!(off < 1.5, "{name}: {off}");
    }
    // The grey one is the same picture in grey.
    let grey = File::read(&folder.join("grey-one-selection.tif"));
    let alone = Form {
        grey: true,
        ..PLAIN
    };
    let alone = File::new("grey.tif", tiff(&grey.decoded().pixels, &alone));
    assert!(mean_levels(&enhanced(&grey).pixels, &enhanced(&alone).pixels) < 1.5);
    let luma = |[r, g, b]: [f32; 3]| 0.299 * r + 0.587 * g + 0.114 * b;
    let (grey, colour) = (grey.decoded().pixels, control.decoded().pixels);
    for (x, y) in [(40, 50), (300, 200), (650, 400)] {
        assert!((luma(grey.unit(x, y)) - luma(colour.unit(x, y))).abs() < 0.02);
    }
}

#[test]
fn every_way_to_store_extra_channels_gives_the_picture_without_them() {
    let Some(path) = photos("interior/pexels-7303782.jpg") else {
        return;
    };
    let picture = photo(&path, 200);
    for extra in [&[0_u16][..], &[0, 0], &[2, 0], &[0, 2], &[1, 0, 0, 0], &[2]] {
        for switches in 0..32_u32 {
            let is = |bit: u32| switches >> bit & 1 == 1;
            let form = Form {
                bits: if is(0) { 16 } else { 8 },
                planar: is(1),
                predicted: is(2),
                tiled: is(3),
                deflated: is(4),
                extra,
                ..PLAIN
            };
            let wanted = pixels_of(&tiff(&picture, &Form { extra: &[], ..form }), &form);
            let found = pixels_of(&tiff(&picture, &form), &form);
            assert!(found == wanted, "{form:?}");
            let grey = Form { grey: true, ..form };
            let wanted = pixels_of(&tiff(&picture, &Form { extra: &[], ..grey }), &grey);
            assert!(
                pixels_of(&tiff(&picture, &grey), &grey) == wanted,
                "{grey:?}"
            );
        }
    }
}

#[test]
fn a_room_with_its_mask_beside_it_is_enhanced_as_the_room_alone() {
    let Some(path) = photos("interior/pexels-3965508.jpg") else {
        return;
    };
    let room = photo(&path, 1300);
    let alone = enhanced(&File::new("room.tif", tiff(&room, &PLAIN)));
    for form in [
        Form {
            extra: &[0, 0, 0],
            predicted: true,
            deflated: true,
            ..PLAIN
        },
        Form {
            extra: &[2, 0],
            planar: true,
            tiled: true,
            ..PLAIN
        },
    ] {
        let done = enhanced(&File::new("room.tif", tiff(&room, &form)));
        assert!(mean_levels(&done.pixels, &alone.pixels) < 1.5, "{form:?}");
    }
}
