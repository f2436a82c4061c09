//! 22: metadata about the picture as it was.

use plumbline_enhance::{Limits, decode};
use plumbline_fixtures::photos;

use crate::files::{exif, segment, segments, with_segments, xmp_segment};
use crate::support::{Done, File, at_strength, enhanced, exposed, jpeg, photo, size};

/// Properties that develop or show the old picture.
const OLD: [&str; 9] = [
    "camera-raw-settings",
    "camera-raw-saved-settings",
    "darktable.sf.net",
    "photos/1.0/image",
    "photos/1.0/depthmap",
    "photos/1.0/container",
    "hdr-gain-map",
    "HasExtendedXMP",
    "HDRGainMap",
];
const REGIONS: &str = "schemas/regions";
const SUBJECT_AREA: [u8; 2] = [0x14, 0x92];

/// Properties of an unused namespace may stay declared: only what is stated counts.
fn states(done: &Done, namespace: &str) -> bool {
    let xmp = done.xmp();
    let declared = xmp.match_indices("xmlns:").filter_map(|(at, _)| {
        let (prefix, uri) = xmp[at + 6..].split_once('=')?;
        let uri = uri[1..].split(['"', '\'']).next()?;
        uri.contains(namespace).then_some(prefix)
    });
    let states = |prefix: &str| {
        let (attribute, element) = (format!(" {prefix}:"), format!("<{prefix}:"));
        xmp.contains(&attribute) || xmp.contains(&element)
    };
    declared.into_iter().any(states)
}

fn has_subject_area(done: &Done) -> bool {
    let block = done.metadata.exif.clone().unwrap_or_default();
    let twelve = block.windows(12);
    let [low, high] = SUBJECT_AREA;
    let mut entries =
        twelve.filter(|e| e[2..8] == [3, 0, 4, 0, 0, 0] || e[2..8] == [0, 3, 0, 0, 0, 4]);
    entries.any(|e| e[..2] == [low, high] || e[..2] == [high, low])
}

fn assert_nothing_old(name: &str, done: &Done) {
    for namespace in OLD {
        assert!(
            !states(done, namespace),
            "{name} states {namespace}: {}",
            done.xmp()
        );
    }
}

#[test]
fn settings_and_old_pictures_go_and_umlauts_stay() {
    let Some(path) = photos("reported/22-lightroom-settings-regions/edited-in-lightroom.jpg")
    else {
        return;
    };
    let file = File::read(&path);
    let done = enhanced(&file);
    assert_nothing_old(&file.name, &done);
    assert!(
        size(&done.pixels) != size(&file.decoded().pixels),
        "it was framed as it came"
    );
    assert!(
        !states(&done, REGIONS) && !has_subject_area(&done),
        "{}",
        done.xmp()
    );
    let iptc = done.metadata.iptc.clone().unwrap();
    let holds = |text: &[u8]| iptc.windows(text.len()).any(|part| part == text);
    let is_utf_8 = holds(b"\x1c\x01\x5a\0\x03\x1b%G");
    let [latin, utf] = [&b"Z\xfcrich"[..], "Zürich".as_bytes()];
    assert!(holds(if is_utf_8 { utf } else { latin }), "{iptc:?}");
    assert!(done.xmp().contains("Müller Immobilienfotos"));
    // The file itself does carry all of it.
    let as_it_came = at_strength(&file, 0.0);
    assert!(states(&as_it_came, REGIONS) && has_subject_area(&as_it_came));
    assert!(states(&as_it_came, "camera-raw-settings"));
}

/// The file's own metadata around another picture.
fn transplanted(file: &File, picture: &[u8]) -> File {
    let (list, _) = segments(&file.bytes);
    let list: Vec<_> = list
        .into_iter()
        .filter(|(m, _)| matches!(m, 0xE1 | 0xED))
        .collect();
    File::new("other.jpg", with_segments(picture, &list))
}

#[test]
fn regions_stay_with_a_frame_that_stays() {
    let source = photos("reported/22-lightroom-settings-regions/edited-in-lightroom.jpg");
    let room = photos("interior/sidekix-media-NTH9ZZcUih8-unsplash.jpg");
    let Some((source, room)) = source.zip(room) else {
        return;
    };
    // Half of a room seen straight on beside its mirror image has nothing to straighten.
    let room = exposed(&photo(&room, 1500), -1.4);
    let file = transplanted(&File::read(&source), &jpeg(&room));
    let done = enhanced(&file);
    let is_framed = size(&done.pixels) == size(&room);
    assert_nothing_old(&file.name, &done);
    assert_eq!(states(&done, REGIONS), is_framed);
    assert_eq!(has_subject_area(&done), is_framed);
}

#[test]
fn positions_go_when_a_photo_is_turned_upright() {
    let Some(path) = photos("interior/pexels-7303782.jpg") else {
        return;
    };
    let block = segment(0xE1, b"Exif\0\0", &exif(6, 1, Some(b"R98\0")));
    let regions = "xmlns:r='http://www.metadataworkinggroup.com/schemas/regions/' \
        xmlns:crs='http://ns.adobe.com/camera-raw-settings/1.0/' crs:HasSettings='True'>\
        <r:Regions rdf:parseType='Resource'><r:x>1</r:x></r:Regions></rdf:Description>";
    let picture = jpeg(&exposed(&photo(&path, 1300), -1.4));
    let file = File::new(
        "turned.jpg",
        with_segments(&picture, &[block, xmp_segment(regions)]),
    );
    let done = enhanced(&file);
    assert_nothing_old(&file.name, &done);
    assert!(!states(&done, REGIONS) && !has_subject_area(&done));
}

#[test]
fn a_gain_map_behind_the_picture_does_not_survive_as_a_lie() {
    let Some(path) = photos("interior/pexels-7303782.jpg") else {
        return;
    };
    let dark = exposed(&photo(&path, 1300), -1.4);
    let said = "xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' \
        xmlns:c='http://ns.google.com/photos/1.0/container/' hdrgm:Version='1.0'>\
        <c:Directory><rdf:Seq><rdf:li>GainMap</rdf:li></rdf:Seq></c:Directory></rdf:Description>";
    let list = [
        xmp_segment(said),
        segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0", &[0; 8]),
        segment(0xE2, b"MPF\0", b"II*\0\x08\0\0\0\0\0\0\0\0\0"),
    ];
    let ultra = with_segments(&jpeg(&dark), &list);
    let gain_map = jpeg(&photo(&path, 320));
    let file = File::new("ultra.jpg", [ultra, gain_map].concat());
    let done = enhanced(&file);
    assert_nothing_old(&file.name, &done);
    for lie in [&b"MPF\0"[..], b"urn:iso:std:iso:ts:21496", b"GainMap"] {
        assert!(
            !done.bytes.windows(lie.len()).any(|part| part == lie),
            "{lie:?}"
        );
    }
    let starts = done
        .bytes
        .windows(3)
        .filter(|part| part == b"\xFF\xD8\xFF")
        .count();
    assert_eq!(starts, 1, "another picture follows");
    assert!(decode(&done.bytes, &Limits::default()).is_ok());
}
