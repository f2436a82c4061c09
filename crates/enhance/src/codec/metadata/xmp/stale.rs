//! Properties that are about the picture as it was: what a developer was told to do with it, what
//! other pictures the old file held, and where in the old frame something is.

use crate::codec::metadata::xmp::{EXIF, IPTC_EXTENSION};

/// Namespaces of develop settings: a developer that finds them would apply them a second time. Adobe's
/// settings with their defaults and snapshots, and darktable's history. The raw file's name is none.
const SETTINGS: [&str; 4] = [
    "http://ns.adobe.com/camera-raw-settings/1.0/",
    "http://ns.adobe.com/camera-raw-saved-settings/1.0/",
    "http://ns.adobe.com/camera-raw-defaults/1.0/",
    "http://darktable.sf.net/",
];
/// Beginnings of namespaces for pictures, depth, gain maps and sound that lie in the packet or behind
/// the picture, and of directories of them: none of them is delivered, and none fits any more.
const EMBEDDED: [&str; 10] = [
    "http://ns.adobe.com/hdr-gain-map/",
    "http://ns.apple.com/HDRGainMap/",
    "http://ns.apple.com/HDRToneMap/",
    "http://ns.apple.com/pixeldatainfo/",
    "http://ns.google.com/photos/1.0/image/",
    "http://ns.google.com/photos/1.0/depthmap/",
    "http://ns.google.com/photos/1.0/focus/",
    "http://ns.google.com/photos/1.0/audio/",
    "http://ns.google.com/photos/1.0/container/",
    "http://ns.google.com/photos/dd/",
];
/// Statements of Google's camera on what it put into the file; those on bursts stay true.
const CAMERA: &str = "http://ns.google.com/photos/1.0/camera/";
/// Namespaces of regions: Metadata Working Group, Microsoft, ACDSee, Apple.
const REGIONS: [&str; 4] = [
    "http://www.metadataworkinggroup.com/schemas/regions/",
    "http://ns.microsoft.com/photo/1.2/",
    "http://ns.acdsee.com/regions/",
    "http://ns.apple.com/faceinfo/1.0/",
];

/// True for what no result may carry.
pub(crate) fn is_of_the_old_file(namespace: &str, name: &str) -> bool {
    (SETTINGS.contains(&namespace) && name != "RawFileName")
        || EMBEDDED.iter().any(|start| namespace.starts_with(start))
        || (namespace == CAMERA && !name.starts_with("Burst"))
}

/// True for positions inside the picture: they hold as long as its frame does.
pub(crate) fn is_a_position(namespace: &str, name: &str) -> bool {
    match namespace {
        EXIF => matches!(name, "SubjectArea" | "SubjectLocation"),
        IPTC_EXTENSION => name == "ImageRegion",
        _ => REGIONS.contains(&namespace),
    }
}
