//! Strength 0: nothing is done, and nothing is said to have been done.

use plumbline_enhance::{Change, Metadata, Output, encode};
use plumbline_fixtures::photos;

use crate::files::{exif, segment, with_segments};
use crate::support::{File, at_strength, exposed, jpeg, photo, size};

#[test]
fn at_strength_0_every_kind_of_input_keeps_its_pixels_and_its_frame() {
    let Some(folder) = photos("reported") else {
        return;
    };
    for name in [
        "01-dcf-adobe-rgb/_MG_0412.JPG",
        "02-pano-360/dark-room-pano.jpg",
        "03-tiff-saved-selection/one-selection-16bit.tif",
        "10-stray-bytes-before-eoi/junk-2000.jpg",
        "13-twilight-house/dusk-darker.jpg",
        "19-floor-plan-and-screenshot/floorplan.png",
        "22-lightroom-settings-regions/edited-in-lightroom.jpg",
    ] {
        let file = File::read(&folder.join(name));
        let done = at_strength(&file, 0.0);
        assert!(done.pixels == file.decoded().pixels, "{name} was changed");
        assert!(done.bytes == file.bytes, "{name} was written anew");
        assert!(!done.says("Straightened"), "{name}: {:?}", done.said);
    }
}

#[test]
fn at_strength_0_a_file_that_has_to_be_written_anew_says_that_nothing_was_done() {
    let Some(path) = photos("interior/francesca-tosolini-tHkJAMcO3QE-unsplash.jpg") else {
        return;
    };
    let room = exposed(&photo(&path, 1100), -1.5);
    let untouched = Metadata {
        change: Change::Nothing,
        ..Metadata::default()
    };
    let png = encode(&room, &untouched, &Output::Png).unwrap();
    let turned = segment(0xE1, b"Exif\0\0", &exif(6, 1, None));
    let turned = with_segments(&jpeg(&room), &[turned]);
    for file in [File::new("room.png", png), File::new("turned.jpg", turned)] {
        let (before, done) = (file.decoded().pixels, at_strength(&file, 0.0));
        assert_eq!(size(&done.pixels), size(&before), "{}", file.name);
        let (is, was) = (done.pixels.rgb8(), before.rgb8());
        let off = is.iter().zip(was.iter()).map(|(a, b)| a.abs_diff(*b)).max();
        // A JPEG that was turned upright is coded once more.
        let most = if file.name.ends_with("png") { 0 } else { 12 };
        assert!(off.unwrap() <= most, "{}: {off:?}", file.name);
        assert!(!done.xmp().contains("DigitalSourceType"), "{}", done.xmp());
        assert!(!done.xmp().contains("PlanSha256"), "{}", done.xmp());
    }
}
