//! Published files: the same picture, without its place.

use plumbline_enhance::{Metadata, Output, PublishError, decode, encode, publish};
use proptest::prelude::*;

use super::located;
use crate::carried::small_limits;
use crate::support::room;

fn published_of(file: &[u8]) -> Vec<u8> {
    let decoded = || decode(file, &small_limits()).map_err(PublishError::from);
    publish(file, decoded).unwrap()
}

/// Baseline and progressive, with restarts, CMYK, every subsampling: none is decoded on the way.
#[test]
fn a_published_jpeg_has_every_byte_of_its_picture() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut tried = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = std::fs::read(&path).unwrap();
        if path.extension().is_none_or(|e| e != "jpg") {
            continue;
        }
        let second = [&file[..], b"\xff\xd8\xff\xe1\0\x08SECRET\xff\xd9"].concat();
        let published = published_of(&second);
        assert!(!published.windows(6).any(|bytes| bytes == b"SECRET"));
        let pixels = |file: &[u8]| decode(file, &small_limits()).ok().map(|it| it.pixels);
        assert!(pixels(&published) == pixels(&file), "{}", path.display());
        tried += usize::from(pixels(&file).is_some());
    }
    assert!(tried >= 8, "only {tried}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_published_file_tells_a_place(big_endian: bool, place in "[A-Z]{9,30}", creator in "[a-z]{9,30}") {
        let exif = located(big_endian, place.as_bytes(), creator.as_bytes());
        let metadata = Metadata { exif: Some(exif), comments: vec![place.clone().into()], ..Metadata::default() };
        for output in [Output::default(), Output::Tiff16, Output::Tiff8, Output::Png] {
            let file = encode(&room(64, 64), &metadata, &output).unwrap();
            let published = published_of(&file);
            let states = |word: &str| published.windows(word.len()).any(|bytes| bytes == word.as_bytes());
            prop_assert!(!states(&place) && states(&creator));
            let [was, is] = [&file, &published].map(|file| decode(file, &small_limits()).unwrap());
            prop_assert_eq!(was.pixels, is.pixels);
            prop_assert_eq!(published_of(&published), published);
        }
    }
}
