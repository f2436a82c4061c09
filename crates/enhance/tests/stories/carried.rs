//! Metadata that is carried from a photo to its delivered file: read in both by exiftool, which is
//! not ours, and compared tag by tag.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use plumbline_enhance::{Limits, Output, decode, encode};
use plumbline_fixtures::program;

use crate::support::files;

pub type Tags = BTreeMap<String, String>;

/// Everything exiftool reads in the files of a folder, by file name. `None`: exiftool is missing, or
/// there is no file, and the story is reported as skipped.
pub fn exiftool(folder: &Path) -> Option<BTreeMap<String, Tags>> {
    let is_empty = std::fs::read_dir(folder).unwrap().next().is_none();
    let exiftool = program(&["exiftool"]).filter(|_| !is_empty)?;
    let run = Command::new(exiftool)
        .args(["-json", "-G1", "-a", "-u", "-struct", "-q"])
        .arg(folder)
        .output()
        .unwrap();
    let list: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_slice(&run.stdout).unwrap();
    let named = list.into_iter().map(|file| {
        let name = file["SourceFile"].as_str().unwrap().rsplit('/').next();
        let name = name.unwrap().to_owned();
        (
            name,
            file.into_iter().map(|(k, v)| (k, v.to_string())).collect(),
        )
    });
    Some(named.collect())
}

/// Tags that describe the file or what we put right, and are not held to be equal: sizes, depth,
/// orientation, colour space and profile, thumbnail, how the picture was made, and settings that a
/// developer would apply a second time. `JFIF` is a
/// density; a TIFF's own directory says how strips are stored, which colours its numbers stand for
/// and where its pixel grid lies on a map.
fn is_corrected(tag: &str) -> bool {
    const GROUPS: [&str; 10] = [
        "GeoTiff:",
        "System:",
        "File:",
        "Composite:",
        "ExifTool:",
        "ICC",
        "MPF",
        "MPImage",
        "XMP-hdrgm:",
        "XMP-crs:",
    ];
    const NAMES: [&str; 30] = [
        "ColorMap",
        "ModelTransform",
        "RowsPerStrip",
        "StripByteCounts",
        "StripOffsets",
        "SourceFile",
        "Orientation",
        "ExifImageWidth",
        "ExifImageHeight",
        "ImageWidth",
        "ImageHeight",
        "PixelXDimension",
        "PixelYDimension",
        "ColorSpace",
        "InteropIndex",
        "ThumbnailImage",
        "ThumbnailOffset",
        "ThumbnailLength",
        "PhotoshopThumbnail",
        "DigitalSourceType",
        "ICCProfileName",
        "ColorMode",
        "XMPToolkit",
        "HasExtendedXMP",
        "BitsPerSample",
        "Compression",
        "PhotometricInterpretation",
        "SamplesPerPixel",
        "PlanarConfiguration",
        "YCbCrPositioning",
    ];
    let name = tag.rsplit(':').next().unwrap();
    let is_raw_name = name == "RawFileName";
    (GROUPS.iter().any(|group| tag.starts_with(group)) && !is_raw_name) || NAMES.contains(&name)
}

/// Tags of the source that the delivered file lacks or says otherwise.
fn lost(source: &Tags, delivered: &Tags) -> Vec<String> {
    let changed = source
        .iter()
        .filter(|(tag, value)| !is_corrected(tag) && delivered.get(*tag) != Some(*value));
    changed
        .map(|(tag, value)| {
            let now = delivered.get(tag).map_or("gone", String::as_str);
            format!("{tag}: {} -> {}", short(value), short(now))
        })
        .collect()
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

pub fn small_limits() -> Limits {
    Limits {
        min_short_side: 1,
        ..Limits::default()
    }
}

/// Delivers every photo of some folders as one format and compares what exiftool reads; returns
/// how many were compared and what is lost beyond `allowed` (parts of tag names).
fn round_trip(folders: &[&str], output: Output, allowed: &[&str]) -> (usize, Vec<String>) {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for path in folders.iter().flat_map(|folder| files(folder)) {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(decoded) = decode(&bytes, &small_limits()) else {
            continue;
        };
        let delivered = encode(&decoded.pixels, &decoded.metadata, &output).unwrap();
        let name = path.file_name().unwrap();
        std::fs::copy(&path, from.path().join(name)).unwrap();
        std::fs::write(to.path().join(name), delivered).unwrap();
    }
    let Some((before, after)) = exiftool(from.path()).zip(exiftool(to.path())) else {
        return (0, Vec::new());
    };
    let mut list = Vec::new();
    for (name, tags) in &before {
        let gone = lost(tags, &after[name]).into_iter();
        let gone = gone.filter(|tag| !allowed.iter().any(|part| tag.contains(part)));
        list.extend(gone.map(|tag| format!("{name} {tag}")));
        if let Some(warning) = after[name].get("ExifTool:Warning")
            && !before[name].contains_key("ExifTool:Warning")
        {
            list.push(format!("{name} warning: {warning}"));
        }
    }
    eprintln!("{} files as {output:?}, lost: {list:#?}", before.len());
    (before.len(), list)
}

/// Tags about the source's own encoder.
const CODING: [&str; 2] = ["Adobe:", "JFIFVersion"];
/// Tags that belong to a JPEG as a JPEG (its JFIF density goes to where the other format has one), the
/// directory of a thumbnail that TIFF does not have, empty space, and an offset.
const ELSEWHERE: [&str; 6] = [
    "JFIF:",
    "Adobe:",
    "IFD1:",
    "File:",
    ":Padding",
    "PreviewImageStart",
];

#[test]
fn a_jpeg_keeps_every_metadata_block() {
    let folders = ["formats/metadata", "formats/orientation"];
    let (_, lost) = round_trip(&folders, Output::default(), &CODING);
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn a_tiff_keeps_every_metadata_block() {
    let (_, lost) = round_trip(&["formats/metadata"], Output::Tiff8, &ELSEWHERE);
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn a_png_keeps_every_metadata_block() {
    let (_, lost) = round_trip(&["formats/metadata"], Output::Png, &ELSEWHERE);
    assert!(lost.is_empty(), "{lost:#?}");
}
