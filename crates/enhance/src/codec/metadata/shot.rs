//! The camera's settings, read from an EXIF block.

use crate::codec::ifd::Entry;
use crate::codec::ifd::tree::Tree;
use crate::shot::{ExposureMode, Shot};

/// The settings that an EXIF block states.
pub(crate) fn read(exif: &[u8]) -> Shot {
    let Some(tree) = Tree::read(exif) else {
        return Shot::default();
    };
    let exif = |tag: u16| find(&tree.exif, tag);
    let text = |entry: Option<&Entry>| entry.map(Entry::text).filter(|text| !text.is_empty());
    let names = [271, 272].map(|tag| text(find(&tree.root, tag)));
    let camera = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Shot {
        exposure_s: exif(0x829A).and_then(positive),
        f_number: exif(0x829D).and_then(positive),
        iso: exif(0x8827).and_then(positive),
        bias_ev: exif(0x9204).and_then(Entry::real).map(|v| v as f32),
        exposure_mode: exif(0xA402).and_then(exposure_mode),
        focal_35mm: exif(0xA405).and_then(positive),
        // Flash: the lowest bit says whether it fired.
        flash_fired: exif(0x9209)
            .and_then(Entry::number)
            .map(|flash| flash & 1 == 1),
        taken_at: text(exif(0x9003)),
        taken_subsecond: text(exif(0x9291)),
        camera: (!camera.is_empty()).then_some(camera),
        panorama: None,
    }
}

fn exposure_mode(entry: &Entry) -> Option<ExposureMode> {
    match entry.number()? {
        0 => Some(ExposureMode::Auto),
        1 => Some(ExposureMode::Manual),
        2 => Some(ExposureMode::AutoBracket),
        _ => None,
    }
}

fn find(entries: &[Entry], tag: u16) -> Option<&Entry> {
    entries.iter().find(|entry| entry.tag == tag)
}

fn positive(entry: &Entry) -> Option<f32> {
    let value = entry.real()? as f32;
    (value.is_finite() && value > 0.0).then_some(value)
}
