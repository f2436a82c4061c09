//! The parts of the natural path, each by itself, at 12 and 45 megapixels: `cargo bench -p
//! plumbline-enhance`. Throughput counts the bytes of the picture in memory. The whole path, its
//! memory and its peers are measured by `plumbline bench image`.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use plumbline_enhance::{
    Decoded, Limits, Metadata, Output, Pixels, Plan, Preset, Scene, Shot, apply, decode, encode,
    encode_preview, inspect, measure, plan, preview, straighten,
};

const SIZES: [(&str, u32, u32); 2] = [("12 MP", 4240, 2832), ("45 MP", 8183, 5455)];
type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// A dim room with a window, boards and grain, cast in yellow, so that a plan has something to do.
fn room(width: u32, height: u32) -> Pixels {
    let mut samples = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let grain = (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77)) >> 13;
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            samples.extend(colour(u, v).map(|level| (level + (grain % 9) as f32) as u8));
        }
    }
    Pixels::from_eight(width, height, samples).expect("three samples a pixel")
}

fn colour(u: f32, v: f32) -> [f32; 3] {
    let window = (0.6..0.85).contains(&u) && (0.15..0.5).contains(&v);
    let table = (0.15..0.55).contains(&u) && (0.62..0.70).contains(&v);
    match () {
        () if window => [205.0, 215.0, 225.0],
        () if table => [70.0, 48.0, 30.0],
        () if v > 0.75 => [52.0 + 20.0 * u, 44.0 + 16.0 * u, 30.0 + 10.0 * u],
        () => [70.0 + 30.0 * u, 66.0 + 28.0 * u, 56.0 + 20.0 * u],
    }
}

fn wide(pixels: &Pixels) -> Pixels {
    let samples = pixels.rgb8().iter().map(|&v| u16::from(v) * 257).collect();
    Pixels::from_sixteen(pixels.width(), pixels.height(), samples).expect("as many samples")
}

fn bytes(pixels: &Pixels) -> u64 {
    pixels.pixel_count() * 3 * u64::from(pixels.bits() / 8)
}

fn parts(criterion: &mut Criterion) {
    for (size, width, height) in SIZES {
        let eight = room(width, height);
        let sixteen = wide(&eight);
        for (depth, pixels) in [("8 bits", eight), ("16 bits", sixteen)] {
            let mut group = criterion.benchmark_group(format!("{size}, {depth}"));
            group
                .sample_size(10)
                .warm_up_time(Duration::from_millis(500));
            group.throughput(Throughput::Bytes(bytes(&pixels)));
            files(&mut group, &pixels);
            enhancement(&mut group, &pixels);
            group.finish();
        }
    }
}

/// Decoding with and without colour management, encoding, and the previews.
fn files(group: &mut Group, pixels: &Pixels) {
    let output = match pixels.bits() {
        8 => Output::default(),
        _ => Output::Tiff16,
    };
    let metadata = Metadata::default();
    let file = encode(pixels, &metadata, &output).expect("a picture is encoded");
    let open = |file: &[u8]| -> Decoded { decode(file, &Limits::default()).expect("our own file") };
    group.bench_function("encode", |b| {
        b.iter(|| encode(black_box(pixels), &metadata, &output));
    });
    group.bench_function("decode sRGB", |b| b.iter(|| open(black_box(&file))));
    if let Some(tagged) = in_adobe_rgb(&file) {
        group.bench_function("decode Adobe RGB", |b| b.iter(|| open(black_box(&tagged))));
    }
    group.bench_function("shrink to 2048", |b| {
        b.iter(|| preview(black_box(pixels), 2048));
    });
    let shown = preview(pixels, 2048);
    group.bench_function("WebP of 2048", |b| {
        b.iter(|| encode_preview(black_box(&shown), 82));
    });
}

/// The same JPEG said to be in Adobe RGB: its profile segment replaced. `None` for other formats.
fn in_adobe_rgb(file: &[u8]) -> Option<Vec<u8>> {
    const SIGNATURE: &[u8] = b"ICC_PROFILE\0";
    let at = file
        .windows(SIGNATURE.len())
        .position(|bytes| bytes == SIGNATURE)?
        - 4;
    if file[..2] != [0xFF, 0xD8] {
        return None;
    }
    let old = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]])) + 2;
    let profile = moxcms::ColorProfile::new_adobe_rgb().encode().ok()?;
    let body = [SIGNATURE, &[1, 1], &profile].concat();
    let length = u16::try_from(body.len() + 2).ok()?.to_be_bytes();
    Some([&file[..at + 2], &length, &body, &file[at + old..]].concat())
}

fn enhancement(group: &mut Group, pixels: &Pixels) {
    let shot = Shot::default();
    group.bench_function("measure", |b| b.iter(|| measure(black_box(pixels), &shot)));
    let scene = Scene::default();
    let edit: Plan = plan(&measure(pixels, &shot), &scene, &Preset::default(), None);
    assert!(!edit.is_colour_identity(), "the room has to need something");
    let mut tilted = edit.clone();
    tilted.verticals.roll_degrees = 1.2;
    group.bench_function("straighten", |b| {
        b.iter_batched(
            || pixels.clone(),
            |pixels| straighten(pixels, &tilted),
            criterion::BatchSize::PerIteration,
        );
    });
    let paint = || apply(black_box(pixels), &edit, &scene, None).expect("no model is needed");
    group.bench_function("correct", |b| b.iter(paint));
    let result = paint();
    group.bench_function("check", |b| {
        b.iter(|| inspect(black_box(pixels), &result, &edit));
    });
}

criterion_group!(benches, parts);
criterion_main!(benches);
