//! Metadata that may be published. Lists of what stays, not of what goes: drones, phones and
//! editors hide places and serial numbers in fields of their own that nobody could list.

use crate::codec::ifd::Entry;
use crate::codec::ifd::tree::Tree;
use crate::codec::metadata::xmp::packet::Packet;
use crate::codec::metadata::xmp::{EXIF, Edit, IPTC_EXTENSION, PHOTOSHOP, RECORD, TIFF, XMP, edit};
use crate::codec::work;

/// `exif::DESCRIPTIVE` without HostComputer, which names a person's machine.
const ROOT: [u16; 19] = [
    270, 271, 272, 274, 282, 283, 296, 305, 306, 315, 18246, 18249, 33432, 36867, 40091, 40092,
    40093, 40094, 40095,
];

/// Exposure, time, size, lens model: EXIF 3.0, table 4.6.5, without maker notes, user comment,
/// image id, owner, serial numbers and device settings.
const SHOT: [u16; 54] = [
    0x829A, 0x829D, 0x8822, 0x8827, 0x8830, 0x8831, 0x8832, 0x8833, 0x9000, 0x9003, 0x9004, 0x9010,
    0x9011, 0x9012, 0x9101, 0x9201, 0x9202, 0x9203, 0x9204, 0x9205, 0x9206, 0x9207, 0x9208, 0x9209,
    0x920A, 0x9290, 0x9291, 0x9292, 0xA000, 0xA001, 0xA002, 0xA003, 0xA20E, 0xA20F, 0xA210, 0xA215,
    0xA217, 0xA300, 0xA301, 0xA401, 0xA402, 0xA403, 0xA404, 0xA405, 0xA406, 0xA407, 0xA408, 0xA409,
    0xA40A, 0xA40C, 0xA432, 0xA433, 0xA434, 0xA460,
];

/// IPTC-IIM 4.2, record 2: titles, keywords, dates, creator, credit, copyright, contact, caption;
/// no city, sub-location, state or country, no content location.
const CAPTIONS: [u8; 24] = [
    0, 3, 4, 5, 10, 15, 20, 25, 40, 55, 60, 62, 63, 65, 70, 80, 85, 105, 110, 115, 116, 118, 120,
    122,
];

const DUBLIN_CORE: &str = "http://purl.org/dc/elements/1.1/";
const RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
const PLUS: &str = "http://ns.useplus.org/ldf/xmp/1.0/";
const IPTC_CORE: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
const EXIF_EXTENSION: &str = "http://cipa.jp/exif/1.0/";
const LENS: &str = "http://ns.adobe.com/exif/1.0/aux/";

/// The block without place, serial numbers, owner, maker notes and thumbnail; `None` where
/// nothing stays or nothing can be read.
pub(crate) fn exif(block: &[u8]) -> Option<Vec<u8>> {
    let mut tree = Tree::read(block)?;
    let keep = |list: &mut Vec<Entry>, tags: &[u16]| list.retain(|e| tags.contains(&e.tag));
    keep(&mut tree.root, &ROOT);
    keep(&mut tree.exif, &SHOT);
    keep(&mut tree.interop, &[1, 2]);
    tree.gps.clear();
    (!tree.is_empty()).then(|| tree.write())
}

/// The packet without place, serial numbers, owner, people and history; `None` where nothing
/// stays or nothing can be read.
pub(crate) fn xmp(packet: &[u8]) -> Option<Vec<u8>> {
    let mut packet = Packet::parse(packet)?;
    edit(&mut packet, |namespace, name| {
        if may_stay(namespace, name) {
            Edit::Keep
        } else {
            Edit::Drop
        }
    });
    (!packet.nodes.is_empty()).then(|| packet.write().into_bytes())
}

fn may_stay(namespace: &str, name: &str) -> bool {
    match namespace {
        // Declarations and rdf:about have no namespace of their own or RDF's.
        "" | "http://www.w3.org/1999/02/22-rdf-syntax-ns#" => true,
        DUBLIN_CORE | RIGHTS | PLUS | RECORD => true,
        TIFF => name != "HostComputer",
        EXIF => {
            let hidden = [
                "MakerNote",
                "UserComment",
                "ImageUniqueID",
                "DeviceSettingDescription",
            ];
            !name.starts_with("GPS") && !hidden.contains(&name)
        }
        EXIF_EXTENSION => !name.contains("Serial") && !name.contains("Owner"),
        LENS => matches!(name, "Lens" | "LensInfo" | "LensID" | "FlashCompensation"),
        PHOTOSHOP => matches!(
            name,
            "AuthorsPosition"
                | "CaptionWriter"
                | "Credit"
                | "DateCreated"
                | "Headline"
                | "Instructions"
                | "Source"
                | "Urgency"
                | "ICCProfile"
                | "ColorMode"
        ),
        XMP => matches!(
            name,
            "CreateDate" | "CreatorTool" | "ModifyDate" | "MetadataDate" | "Rating" | "Label"
        ),
        IPTC_CORE => matches!(
            name,
            "CreatorContactInfo" | "IntellectualGenre" | "SubjectCode"
        ),
        IPTC_EXTENSION => name == "DigitalSourceType",
        _ => false,
    }
}

/// The IPTC block without places; `None` where nothing stays.
pub(crate) fn iptc(block: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    let mut rest = block;
    while let Some((record, dataset, whole)) = dataset(rest) {
        work::count(whole.len());
        // 1:90 says how the texts are encoded.
        if record == 2 && CAPTIONS.contains(&dataset) || (record, dataset) == (1, 90) {
            kept.extend_from_slice(whole);
        }
        rest = &rest[whole.len()..];
    }
    (!kept.is_empty()).then_some(kept)
}

/// Record, dataset and all bytes of the first dataset; long ones (beyond 32 KiB, never a text)
/// end the walk.
fn dataset(bytes: &[u8]) -> Option<(u8, u8, &[u8])> {
    let &[0x1C, record, dataset, high, low] = bytes.first_chunk::<5>()? else {
        return None;
    };
    let length = usize::from(high) << 8 | usize::from(low);
    (high < 0x80)
        .then(|| bytes.get(..5 + length))?
        .map(|whole| (record, dataset, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caption_stays_and_the_city_goes() {
        let block = b"\x1c\x02\x78\0\x05House\x1c\x02\x5a\0\x04Town\x1c\x02\x74\0\x02Me";
        let kept = iptc(block).unwrap();
        assert_eq!(kept, b"\x1c\x02\x78\0\x05House\x1c\x02\x74\0\x02Me");
        assert_eq!(iptc(&kept), Some(kept.clone()));
    }

    #[test]
    fn a_drone_cannot_tell_where_it_flew() {
        let packet = "<x xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:RDF>\
            <rdf:Description rdf:about='' xmlns:d='http://www.dji.com/drone-dji/1.0/' \
            xmlns:dc='http://purl.org/dc/elements/1.1/' d:GpsLatitude='48.1'>\
            <d:GpsLongitude>11.5</d:GpsLongitude><dc:rights>Me</dc:rights>\
            </rdf:Description></rdf:RDF></x>";
        let text = String::from_utf8(xmp(packet.as_bytes()).unwrap()).unwrap();
        assert!(text.contains("Me") && !text.contains("48.1") && !text.contains("11.5"));
    }
}
