//! 02: pictures of a full turn, and parts of one.

use plumbline_enhance::{Metadata, Output, Pixels, encode};
use plumbline_fixtures::photos;

use crate::files::{packet, with_segments, xmp_segment};
use crate::support::{Done, File, changed, enhanced, exposed, jpeg, photo, size, with_clear_sky};

const NAMESPACE: &str = "xmlns:GPano='http://ns.google.com/photos/1.0/panorama/'";

/// Mean difference between the first column and the last, in levels.
fn seam(pixels: &Pixels) -> f64 {
    let (width, height) = size(pixels);
    let rgb = pixels.rgb8();
    let at = |x: u32, y: u32, c: usize| rgb[(y as usize * width as usize + x as usize) * 3 + c];
    let rows = (0..height)
        .flat_map(|y| (0..3).map(move |c| f64::from(at(0, y, c).abs_diff(at(width - 1, y, c)))));
    rows.sum::<f64>() / f64::from(height * 3)
}

/// A number that the result's packet states.
fn stated(done: &Done, name: &str) -> Option<u32> {
    let (xmp, name) = (done.xmp(), format!(":{name}"));
    let (_, rest) = xmp.split_once(&name)?;
    let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
    // An element declares its namespace before its value.
    let digits = match rest.starts_with('=') {
        true => digits,
        false => rest.split_once('>')?.1,
    };
    digits
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

fn assert_turns_around(file: &File, done: &Done) {
    let before = file.decoded().pixels;
    let name = &file.name;
    assert_eq!(size(&done.pixels), size(&before), "{name} was cropped");
    let (was, is) = (seam(&before), seam(&done.pixels));
    assert!(is <= was + 1.0, "{name}: a step of {is} where it was {was}");
    for (property, wanted) in [
        ("FullPanoWidthPixels", before.width()),
        ("FullPanoHeightPixels", before.height()),
        ("CroppedAreaImageWidthPixels", before.width()),
        ("CroppedAreaImageHeightPixels", before.height()),
        ("CroppedAreaLeftPixels", 0),
        ("CroppedAreaTopPixels", 0),
    ] {
        let found = stated(done, property);
        assert!(
            found.is_none_or(|found| found == wanted),
            "{name}: {property} is {found:?}"
        );
    }
    assert!(done.xmp().contains("equirectangular"), "{name}");
    assert!(done.says("360°"), "{name}: {:?}", done.said);
}

#[test]
fn a_full_turn_keeps_its_frame_its_seam_and_its_numbers() {
    let Some(folder) = photos("reported/02-pano-360") else {
        return;
    };
    for name in ["R0010042.JPG", "dark-room-pano.jpg", "exterior-pano.jpg"] {
        let file = File::read(&folder.join(name));
        let done = enhanced(&file);
        assert_turns_around(&file, &done);
        assert!(done.passed, "{name} was held");
        assert_eq!(stated(&done, "FullPanoWidthPixels"), Some(2400));
    }
}

/// A tilted dark room beside its mirror image: as wide as twice its height, and without a seam.
fn turn() -> Option<Pixels> {
    let path = photos("interior/francesca-tosolini-tHkJAMcO3QE-unsplash.jpg")?;
    let room = exposed(&photo(&path, 1200), -1.8);
    let side = room.width().min(room.height());
    let blank = vec![0; side as usize * side as usize * 6];
    let canvas = Pixels::from_eight(side * 2, side, blank).unwrap();
    Some(changed(&canvas, |x, y, _| {
        let across = if x < side { x } else { 2 * side - 1 - x };
        room.unit(across, y)
    }))
}

#[test]
fn the_shape_and_the_projection_alone_say_that_it_goes_round() {
    let Some(turn) = turn() else { return };
    let said = format!("{NAMESPACE} GPano:ProjectionType='equirectangular'/>");
    let file = File::new(
        "turn.jpg",
        with_segments(&jpeg(&turn), &[xmp_segment(&said)]),
    );
    let done = enhanced(&file);
    assert!(done.says("Brightened"), "{:?}", done.said);
    assert_turns_around(&file, &done);
}

#[test]
fn numbers_of_another_size_are_set_right_and_a_sky_is_not_replaced() {
    let Some(turn) = turn() else { return };
    let said = format!(
        "{NAMESPACE}><GPano:ProjectionType>equirectangular</GPano:ProjectionType>\
         <GPano:FullPanoWidthPixels>5376</GPano:FullPanoWidthPixels>\
         <GPano:FullPanoHeightPixels>2688</GPano:FullPanoHeightPixels>\
         <GPano:CroppedAreaImageWidthPixels>5376</GPano:CroppedAreaImageWidthPixels>\
         <GPano:CroppedAreaImageHeightPixels>2688</GPano:CroppedAreaImageHeightPixels>\
         <GPano:CroppedAreaLeftPixels>0</GPano:CroppedAreaLeftPixels></rdf:Description>"
    );
    let metadata = Metadata {
        xmp: Some(packet(&said).into_bytes()),
        frame: Some(size(&turn)),
        ..Metadata::default()
    };
    // The writer sets what it knows to be wrong, too, so the packet goes in as it is.
    let file = File::new(
        "turn.jpg",
        with_segments(&jpeg(&turn), &[xmp_segment(&said)]),
    );
    let done = with_clear_sky(&file);
    assert_turns_around(&file, &done);
    assert_eq!(stated(&done, "FullPanoWidthPixels"), Some(turn.width()));
    assert!(done.says("The sky was left alone"), "{:?}", done.said);
    let png = encode(&turn, &metadata, &Output::Png).unwrap();
    let file = File::new("turn.png", png);
    assert_turns_around(&file, &enhanced(&file));
}

#[test]
fn a_part_of_a_turn_keeps_its_frame_and_its_place() {
    let Some(turn) = turn() else { return };
    let (width, height) = size(&turn);
    let said = format!(
        "{NAMESPACE} GPano:ProjectionType='equirectangular' GPano:FullPanoWidthPixels='{}' \
         GPano:FullPanoHeightPixels='{}' GPano:CroppedAreaImageWidthPixels='{width}' \
         GPano:CroppedAreaImageHeightPixels='{height}' GPano:CroppedAreaLeftPixels='300' \
         GPano:CroppedAreaTopPixels='90'/>",
        width * 2,
        height * 2,
    );
    let file = File::new(
        "part.jpg",
        with_segments(&jpeg(&turn), &[xmp_segment(&said)]),
    );
    let done = enhanced(&file);
    assert_eq!(size(&done.pixels), (width, height));
    assert_eq!(stated(&done, "FullPanoWidthPixels"), Some(width * 2));
    assert_eq!(stated(&done, "CroppedAreaLeftPixels"), Some(300));
    assert!(done.says("This is a panorama"), "{:?}", done.said);
}
