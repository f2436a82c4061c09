//! 10: padding, junk and restart markers before a JPEG's end marker.

use plumbline_enhance::{Limits, decode};
use plumbline_fixtures::photos;

use crate::support::{File, enhanced, exposed, jpeg, mean_levels, photo};

/// The file with bytes before its end marker.
fn padded(jpeg: &[u8], padding: &[u8]) -> Vec<u8> {
    let end = jpeg.len() - 2;
    assert_eq!(jpeg[end..], [0xFF, 0xD9]);
    [&jpeg[..end], padding, &jpeg[end..]].concat()
}

fn paddings() -> [(&'static str, Vec<u8>); 5] {
    let junk = |seed: u32| {
        let byte = move |i: u32| (i.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8;
        (0..3000).map(byte).filter(|&b| b != 0xFF).collect()
    };
    [
        ("zeros", vec![0; 4096]),
        ("fill bytes", vec![0xFF; 700]),
        ("junk", junk(1)),
        ("other junk", junk(77)),
        ("a marker nobody knows", vec![0xFF, 0x54, 1, 2, 3]),
    ]
}

#[test]
fn padding_before_the_end_changes_nothing() {
    let Some(folder) = photos("reported/10-stray-bytes-before-eoi") else {
        return;
    };
    let control = enhanced(&File::read(&folder.join("control.jpg")));
    for name in [
        "ff-fill-300",
        "junk-2000",
        "restart-markers",
        "zeros-12",
        "zeros-512",
    ] {
        let done = enhanced(&File::read(&folder.join(format!("{name}.jpg"))));
        assert_eq!(mean_levels(&done.pixels, &control.pixels), 0.0, "{name}");
    }
}

fn assert_padding_changes_nothing(jpeg: &[u8], paddings: &[(&str, Vec<u8>)]) {
    let plain = decode(jpeg, &Limits::default()).unwrap().pixels;
    for (kind, padding) in paddings {
        let found = decode(&padded(jpeg, padding), &Limits::default());
        let found = found.unwrap_or_else(|why| panic!("{kind}: {why}"));
        assert!(found.pixels == plain, "{kind}");
    }
}

#[test]
fn other_cameras_pad_other_photos() {
    let room = photos("interior/pexels-6956495.jpg");
    let Some((room, house)) = room.zip(photos("exterior/test_800.jpg")) else {
        return;
    };
    let paddings = paddings();
    // With whole colour, and as a camera codes it.
    assert_padding_changes_nothing(&jpeg(&exposed(&photo(&room, 1400), -1.0)), &paddings);
    assert_padding_changes_nothing(&File::read(&house).bytes, &paddings);
    // In a progressive file only what fills is told from what is broken.
    assert_padding_changes_nothing(&File::read(&room).bytes, &paddings[..2]);
}

#[test]
fn a_picture_that_is_broken_in_the_middle_is_still_refused() {
    let Some(folder) = photos("reported/10-stray-bytes-before-eoi") else {
        return;
    };
    let whole = File::read(&folder.join("control.jpg")).bytes;
    for i in 1..40_usize {
        let at = whole.len() / 8 + i * whole.len() / 50;
        // A block written twice, as a failing card does, leaves codes behind at the end.
        let twice = [&whole[..at], &whole[at - 4096..]].concat();
        // A picture cut off and filled up.
        let mut filled = whole.clone();
        let end = whole.len() - 2;
        filled[at..end].fill(0);
        for (kind, broken) in [("twice", twice), ("filled", filled)] {
            let accepted = decode(&broken, &Limits::default()).is_ok();
            assert!(!accepted, "{kind} at {at}");
        }
    }
}
