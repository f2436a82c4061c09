//! The colour space that an EXIF block states where no profile is embedded: sRGB, or the Adobe RGB of
//! DCF's "optional colour space" (DCF 2.0, 4.6), which cameras mark in three places.

use crate::codec::ifd::Entry;
use crate::codec::ifd::tree::Tree;

const COLOUR_SPACE: u16 = 0xA001;
const INTEROPERABILITY_INDEX: u16 = 1;
const WHITE_POINT: u16 = 318;
const PRIMARIES: u16 = 319;
/// Neither DCF nor EXIF knows this value; some cameras write it for Adobe RGB.
const ADOBE_RGB: u32 = 2;
const UNCALIBRATED: u32 = 0xFFFF;
/// CIE x and y of red, green and blue, and of the white (Adobe RGB (1998) Color Image Encoding, 4.3).
const ADOBE_PRIMARIES: [f64; 6] = [0.64, 0.33, 0.21, 0.71, 0.15, 0.06];
const ADOBE_WHITE: [f64; 2] = [0.3127, 0.3290];

/// True when a file's EXIF block, or its name beside it, says that its numbers are Adobe RGB. The
/// name counts only where the block says that they are not sRGB: DCF gives such files a leading
/// underscore.
pub(crate) fn is_adobe_rgb(exif: &[u8], name: &str) -> bool {
    let Some(tree) = Tree::read(exif) else {
        return false;
    };
    match find(&tree.exif, COLOUR_SPACE).and_then(Entry::number) {
        Some(ADOBE_RGB) => true,
        Some(UNCALIBRATED) => {
            let index = find(&tree.interop, INTEROPERABILITY_INDEX).map(Entry::text);
            index.as_deref() == Some("R03") || has_adobe_primaries(&tree) || is_dcf_option(name)
        }
        _ => false,
    }
}

fn find(entries: &[Entry], tag: u16) -> Option<&Entry> {
    entries.iter().find(|entry| entry.tag == tag)
}

fn has_adobe_primaries(tree: &Tree) -> bool {
    let are = |tag, wanted: &[f64]| {
        let said = find(&tree.root, tag).map(rationals);
        said.is_some_and(|said| {
            let close = said.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 0.002);
            said.len() == wanted.len() && close
        })
    };
    are(PRIMARIES, &ADOBE_PRIMARIES) && are(WHITE_POINT, &ADOBE_WHITE)
}

fn rationals(entry: &Entry) -> Vec<f64> {
    let number = |b: &[u8; 4]| f64::from(u32::from_le_bytes(*b));
    let words: Vec<f64> = entry.value.as_chunks::<4>().0.iter().map(number).collect();
    words
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[n, d]| n / d)
        .collect()
}

/// `_MG_0412.JPG`, `_DSC1234.TIF`: an underscore, three free characters, four digits.
fn is_dcf_option(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().as_bytes();
    stem.len() == 8 && stem[0] == b'_' && stem[4..].iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(colour_space: u32, index: &[u8], primaries: bool) -> Vec<u8> {
        let entry = |tag, kind, value: Vec<u8>| Entry { tag, kind, value };
        let rational = |values: &[f64]| {
            let words = values
                .iter()
                .flat_map(|v| [(v * 10_000.0).round() as u32, 10_000]);
            words.flat_map(u32::to_le_bytes).collect::<Vec<u8>>()
        };
        let mut tree = Tree {
            exif: vec![entry(
                COLOUR_SPACE,
                3,
                (colour_space as u16).to_le_bytes().to_vec(),
            )],
            interop: vec![entry(INTEROPERABILITY_INDEX, 2, index.to_vec())],
            ..Tree::default()
        };
        if primaries {
            tree.root
                .push(entry(WHITE_POINT, 5, rational(&ADOBE_WHITE)));
            tree.root
                .push(entry(PRIMARIES, 5, rational(&ADOBE_PRIMARIES)));
        }
        tree.write()
    }

    #[test]
    fn a_camera_says_adobe_rgb_in_any_of_three_places() {
        assert!(is_adobe_rgb(&block(UNCALIBRATED, b"R03\0", false), "a.jpg"));
        assert!(is_adobe_rgb(&block(UNCALIBRATED, b"R98\0", true), "a.jpg"));
        assert!(is_adobe_rgb(
            &block(UNCALIBRATED, b"R98\0", false),
            "_MG_0412.JPG"
        ));
        assert!(is_adobe_rgb(&block(ADOBE_RGB, b"R98\0", false), "a.jpg"));
    }

    #[test]
    fn uncalibrated_alone_is_no_colour_space_and_a_name_alone_says_nothing() {
        assert!(!is_adobe_rgb(
            &block(UNCALIBRATED, b"R98\0", false),
            "house.jpg"
        ));
        assert!(!is_adobe_rgb(
            &block(UNCALIBRATED, b"R98\0", false),
            "_house_1.jpg"
        ));
        assert!(!is_adobe_rgb(&block(1, b"R98\0", false), "_MG_0412.JPG"));
        assert!(!is_adobe_rgb(b"nonsense", "_MG_0412.JPG"));
    }
}
