//! Doors for the fuzz targets to what is private otherwise. Not in any other build.

use crate::codec::jpeg::segments;
use crate::codec::metadata::xmp::{self, extended};
use crate::codec::metadata::{Delivered, Made, exif, photoshop, privacy};
use crate::codec::{Change, Decoded, Limits, Metadata, Output, Privacy, decode, encode};
use crate::pixels::Pixels;

const DELIVERED: Delivered = Delivered {
    size: (30, 20),
    frame: Some((60, 40)),
};

/// A megapixel and 64 MB: a fuzzer wants many small pictures.
pub fn limits() -> Limits {
    Limits {
        max_pixels: 1 << 20,
        max_side: 4096,
        min_short_side: 1,
        max_decoded_bytes: 64 << 20,
        max_jpeg_scans: 16,
    }
}

/// Everything that reads or writes metadata, on the same bytes.
pub fn metadata(bytes: &[u8]) {
    exif_block(bytes);
    let made = Made {
        change: Change::Enhanced,
        note: Some("Light and colour were corrected."),
        record: None,
    };
    if let Some(once) = xmp::refresh(Some(bytes), &DELIVERED, &made) {
        let twice = xmp::refresh(Some(&once), &DELIVERED, &made);
        assert_eq!(twice.as_deref(), Some(&once[..]), "XMP settles");
        let _ = extended::split(once, 600);
    }
    if let Some(kept) = privacy::xmp(bytes) {
        assert_eq!(privacy::xmp(&kept), Some(kept), "private XMP settles");
    }
    let _ = extended::join(bytes, &[bytes]);
    let resources = photoshop::refresh(bytes);
    assert_eq!(photoshop::refresh(&resources).len(), resources.len());
    let _ = privacy::iptc(bytes);
    let markers = segments::Markers::read(bytes);
    let _ = segments::icc_profile(&markers);
    delivered(bytes);
}

fn exif_block(bytes: &[u8]) {
    let small = || Some(b"\xFF\xD8 a small picture \xFF\xD9".to_vec());
    let once = exif::refresh(bytes, &DELIVERED, small);
    assert_eq!(
        exif::refresh(&once, &DELIVERED, small),
        once,
        "EXIF settles"
    );
    let _ = exif::orientation(bytes);
    let _ = exif::from_tiff(bytes);
    let _ = exif::within(bytes.to_vec(), bytes.len() / 2);
    if let Some(kept) = privacy::exif(bytes) {
        assert_eq!(privacy::exif(&kept), Some(kept), "private EXIF settles");
    }
}

/// The same bytes as all blocks of a small picture: every format can still be read.
fn delivered(bytes: &[u8]) {
    let pixels = Pixels::from_eight(8, 8, vec![128; 192]).expect("8 x 8 x 3");
    let metadata = Metadata {
        exif: Some(bytes.to_vec()),
        xmp: Some(bytes.to_vec()),
        iptc: Some(bytes.to_vec()),
        photoshop: Some(bytes.to_vec()),
        comments: vec![bytes.to_vec()],
        ..Metadata::default()
    };
    every_format(&pixels, &metadata);
    every_format(&pixels, &metadata.within(Privacy::NoPlaceOrOwner));
}

/// Decodes, delivers in every format and decodes again.
pub fn round_trip(bytes: &[u8]) {
    if let Ok(Decoded {
        pixels, metadata, ..
    }) = decode(bytes, &limits())
    {
        every_format(&pixels, &metadata);
    }
}

fn every_format(pixels: &Pixels, metadata: &Metadata) {
    let outputs = [
        Output::default(),
        Output::Tiff8,
        Output::Tiff16,
        Output::Png,
    ];
    for output in outputs {
        let file = encode(pixels, metadata, &output).expect("a picture is encoded");
        let back = decode(&file, &limits()).unwrap_or_else(|why| panic!("{output:?}: {why}"));
        let size = |p: &Pixels| (p.width(), p.height());
        assert_eq!(size(&back.pixels), size(pixels), "{output:?}");
        if output != Output::default() && (output != Output::Tiff8 || pixels.bits() == 8) {
            assert_eq!(back.pixels.rgb8(), pixels.rgb8(), "{output:?}");
        }
    }
}
