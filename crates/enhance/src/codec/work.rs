//! Counted steps of the parsers, for the tests that their work grows no faster than their input. It
//! costs nothing in what ships.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Notes steps of a loop whose length a file decides.
#[inline(always)]
pub(crate) fn count(steps: usize) {
    #[cfg(test)]
    STEPS.set(STEPS.get() + steps as u64);
    let _ = steps;
}

/// The steps that `parse` takes on this thread.
#[cfg(test)]
pub(crate) fn steps_of(parse: impl FnOnce()) -> u64 {
    let before = STEPS.get();
    parse();
    STEPS.get() - before
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codec::ifd::tree::Tree;
    use crate::codec::ifd::{Entry, bigtiff};
    use crate::codec::jpeg::segments::{Markers, icc_profile};
    use crate::codec::metadata::xmp::packet::Packet;
    use crate::codec::metadata::xmp::{around, extended};
    use crate::codec::metadata::{
        Delivered, EXIF_SIGNATURE, EXTENDED_SIGNATURE, XMP_SIGNATURE, exif, from_jpeg, photoshop,
        privacy,
    };
    use crate::codec::{Metadata, png, webp};
    use crate::pixels::Pixels;

    /// Most steps for a byte of a packet: it is taken apart about eight times on its way, and each
    /// time a name of a few bytes is looked for among all namespaces that may be declared.
    const PACKET: u64 = 250;
    /// The same for the other blocks, which are walked a few times, once for each wanted tag.
    const BLOCK: u64 = 40;

    /// Inputs of one, two and four times a size take no more steps for a byte than allowed.
    fn grows_no_faster_than_its_input(
        size: usize,
        most_a_byte: u64,
        input_of: impl Fn(usize) -> Vec<u8>,
        parse: impl Fn(&[u8]),
    ) -> Result<(), TestCaseError> {
        for times in [1, 2, 4] {
            let input = input_of(size * times);
            let steps = steps_of(|| parse(&input));
            let bytes = input.len() as u64;
            prop_assert!(steps > 0 || bytes > 1 << 20, "nothing was counted");
            prop_assert!(
                steps <= bytes * most_a_byte,
                "{steps} steps for {bytes} bytes"
            );
        }
        Ok(())
    }

    /// All that is done with a packet on its way from file to file.
    fn take_along(packet: &[u8]) {
        let metadata = Metadata {
            xmp: Some(packet.to_vec()),
            ..Metadata::default()
        };
        let pixels = Pixels::from_eight(64, 64, vec![0; 64 * 64 * 3]).unwrap();
        let (_shot, _recorded) = (metadata.shot(), metadata.recorded(&pixels));
        let fresh = metadata.fresh_xmp(&pixels);
        privacy::xmp(packet);
        fresh.and_then(|packet| extended::split(packet, 65_000));
    }

    fn many(count: usize, one: impl Fn(usize) -> String) -> String {
        (0..count).map(one).collect()
    }

    fn described(attributes: &str, inside: &str) -> Vec<u8> {
        let about = "<rdf:Description rdf:about=\"\"";
        around(&format!("{about} {attributes}>{inside}</rdf:Description>")).into_bytes()
    }

    fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
        let length = (payload.len() as u16 + 2).to_be_bytes();
        [&[0xFF, marker], &length[..], payload].concat()
    }

    /// A directory of entries that all say that they are `value` bytes long, at the same place.
    fn directory(count: usize, value: u32) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend((count.min(65_535) as u16).to_le_bytes());
        for tag in 0..count {
            bytes.extend((tag as u16).to_le_bytes());
            bytes.extend([7, 0]);
            bytes.extend(value.to_le_bytes());
            bytes.extend(8_u32.to_le_bytes());
        }
        bytes.extend([0; 4]);
        bytes
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn packets_of_xmp(size in 20_usize..6_000) {
            let declared = |n| format!("xmlns:n{n}=\"urn:{n}\" ");
            let used = |n: usize| format!("<n{}:p{n}>v</n{}:p{n}>", n % 200, n % 200);
            let shapes: [&dyn Fn(usize) -> Vec<u8>; 6] = [
                &|n| described(&many(n, declared), &many(n, used)),
                &|n| described(&many(n, |n| format!("a{n}=\"v\" ")), ""),
                &|n| described(&many(200, declared), &many(n, used)),
                &|n| described("", &format!("<a>{}{}</a>", "<b>".repeat(n), "</b>".repeat(n))),
                &|n| around(&many(n, |n| format!("<rdf:Description a{n}=\"v\"/>"))).into_bytes(),
                &|n| described("xmlns:g=\"http://ns.google.com/photos/1.0/panorama/\"",
                    &many(n, |n| format!("<g:FullPanoWidthPixels>{n}</g:FullPanoWidthPixels>"))),
            ];
            for shape in shapes {
                grows_no_faster_than_its_input(size, PACKET, shape, take_along)?;
            }
        }

        #[test]
        fn extended_packets(size in 20_usize..1_200) {
            let split = |n: usize| {
                let long = described("", &format!("<a>{}</a>", "word ".repeat(n * 40)));
                extended::split(long, 3_000).unwrap()
            };
            let file = |n| {
                let (main, parts) = split(n);
                let parts = parts.into_iter().map(|p| [EXTENDED_SIGNATURE, &p].concat());
                let segments = parts.flat_map(|part| segment(0xE1, &part)).collect();
                let main = segment(0xE1, &[XMP_SIGNATURE, &main].concat());
                [b"\xFF\xD8".to_vec(), main, segments, b"\xFF\xD9".to_vec()].concat()
            };
            grows_no_faster_than_its_input(size, PACKET, file, |bytes| {
                let joined = from_jpeg(&Markers::read(bytes)).xmp.unwrap();
                take_along(&joined);
            })?;
        }

        #[test]
        fn exif_blocks_and_maker_notes(size in 20_usize..9_000, value in 5_u32..4_000) {
            let read = |bytes: &[u8]| {
                let delivered = Delivered { size: (30, 20), frame: None };
                let _tree = (Tree::read(bytes), exif::orientation(bytes), exif::is_whole(bytes));
                exif::refresh(bytes, &delivered, || None);
                exif::within(bytes.to_vec(), 65_000);
                privacy::exif(bytes);
            };
            grows_no_faster_than_its_input(size, BLOCK, |n| directory(n, value), read)?;
            let maker_note = |n: usize| {
                let note = Entry { tag: 0x927C, kind: 7, value: vec![7; n * 40] };
                Tree { exif: vec![note], ..Tree::default() }.write()
            };
            grows_no_faster_than_its_input(size, BLOCK, maker_note, read)?;
            let big = |n: usize| {
                let mut bytes = b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0".to_vec();
                bytes.extend((n as u64).to_le_bytes());
                bytes.resize(bytes.len() + n * 20, 1);
                bytes
            };
            grows_no_faster_than_its_input(size, BLOCK, big, |bytes| { bigtiff::tree(bytes); })?;
        }

        #[test]
        fn captions_and_resources(size in 20_usize..9_000) {
            let datasets = |n: usize| b"\x1c\x02\x78\0\x03abc".repeat(n);
            grows_no_faster_than_its_input(size, BLOCK, datasets, |b| { privacy::iptc(b); })?;
            let resources = |n: usize| b"8BIM\x04\x0c\0\0\0\0\0\x03abc\0".repeat(n);
            grows_no_faster_than_its_input(size, BLOCK, resources, |b| {
                photoshop::iptc(b);
                photoshop::refresh(b);
            })?;
        }

        #[test]
        fn segments_of_a_jpeg(size in 20_usize..9_000) {
            let profile = [&b"ICC_PROFILE\0"[..], &[1, 255], &[9; 40]].concat();
            let shapes: [&dyn Fn(usize) -> Vec<u8>; 4] = [
                &|n| segment(0xFE, b"a comment").repeat(n),
                &|n| segment(0xE2, &profile).repeat(n),
                &|n| segment(0xE1, &[EXIF_SIGNATURE, b"II*\0\x08\0\0\0"].concat()).repeat(n),
                &|n| [segment(0xDA, &[1, 1, 0, 0, 63, 0]), vec![0x5A; n * 10]].concat(),
            ];
            for shape in shapes {
                let file = |n| [b"\xFF\xD8".to_vec(), shape(n), b"\xFF\xD9".to_vec()].concat();
                grows_no_faster_than_its_input(size, BLOCK, file, |bytes| {
                    let markers = Markers::read(bytes);
                    from_jpeg(&markers);
                    icc_profile(&markers);
                })?;
            }
        }

        #[test]
        fn chunks_of_png_and_webp(size in 20_usize..9_000) {
            let png = |n: usize| {
                let chunk = b"\0\0\0\x04tEXtk\0vv\0\0\0\0".repeat(n);
                [b"\x89PNG\r\n\x1a\n".to_vec(), chunk].concat()
            };
            grows_no_faster_than_its_input(size, BLOCK, png, |b| { png::metadata::read(b); })?;
            let webp = |n: usize| {
                [b"RIFF\0\0\0\0WEBP".to_vec(), b"ABCD\x02\0\0\0vv".repeat(n)].concat()
            };
            grows_no_faster_than_its_input(size, BLOCK, webp, |b| { webp::metadata(b); })?;
        }
    }

    #[test]
    fn a_packet_of_very_many_namespaces_is_none() {
        let attack = described(&many(20_000, |n| format!("xmlns:n{n}=\"urn:{n}\" ")), "");
        assert!(steps_of(|| assert!(Packet::parse(&attack).is_none())) < 10_000);
        let honest = described(&many(200, |n| format!("xmlns:n{n}=\"urn:{n}\" ")), "");
        assert!(Packet::parse(&honest).is_some());
    }
}
