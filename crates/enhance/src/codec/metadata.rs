//! What a file says about its picture, taken along from any format to any format.

use crate::codec::ifd::Block;
use crate::codec::segments::Markers;
use crate::codec::{Shot, exif, photoshop, xmp};

/// The metadata blocks of a file as they came; they are refreshed when written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The EXIF block, starting with its TIFF header.
    pub exif: Option<Vec<u8>>,
    /// The main XMP packet.
    pub xmp: Option<Vec<u8>>,
    /// Extended XMP segments of a JPEG, payload without the signature.
    pub extended_xmp: Vec<Vec<u8>>,
    /// The IPTC-IIM block.
    pub iptc: Option<Vec<u8>>,
    /// Photoshop image resources, which hold the IPTC block too when they came from a JPEG.
    pub photoshop: Option<Vec<u8>>,
    /// JPEG comments.
    pub comments: Vec<Vec<u8>>,
}

pub(crate) const XMP_SIGNATURE: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
pub(crate) const EXTENDED_SIGNATURE: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
pub(crate) const EXIF_SIGNATURE: &[u8] = b"Exif\0\0";
pub(crate) const PHOTOSHOP_SIGNATURE: &[u8] = b"Photoshop 3.0\0";

/// Metadata of a JPEG. MPF and gain-map segments (APP2) are left behind: they index second
/// images that are not delivered.
pub(crate) fn from_jpeg(markers: &Markers) -> Metadata {
    let first = |marker, signature| {
        markers
            .payloads(marker, signature)
            .next()
            .map(<[u8]>::to_vec)
    };
    let resources: Vec<u8> = markers
        .payloads(0xED, PHOTOSHOP_SIGNATURE)
        .flatten()
        .copied()
        .collect();
    let extended = markers.payloads(0xE1, EXTENDED_SIGNATURE);
    Metadata {
        exif: first(0xE1, EXIF_SIGNATURE).filter(|block| Block::new(block).is_some()),
        xmp: first(0xE1, XMP_SIGNATURE),
        extended_xmp: extended.map(<[u8]>::to_vec).collect(),
        iptc: photoshop::iptc(&resources),
        photoshop: (!resources.is_empty()).then_some(resources),
        comments: markers.payloads(0xFE, b"").map(<[u8]>::to_vec).collect(),
    }
}

impl Metadata {
    /// How the camera was set.
    pub fn shot(&self) -> Shot {
        self.exif.as_deref().map(Shot::read).unwrap_or_default()
    }

    /// The EXIF block of the upright picture.
    pub(crate) fn fresh_exif(&self, width: u32, height: u32) -> Option<Vec<u8>> {
        self.exif
            .as_deref()
            .map(|block| exif::refresh(block, width, height))
    }

    /// The XMP packet, which says how the picture was made.
    pub(crate) fn fresh_xmp(&self) -> Vec<u8> {
        xmp::refresh(self.xmp.as_deref())
    }

    /// Photoshop resources without thumbnails, or an envelope around the IPTC block.
    pub(crate) fn fresh_photoshop(&self) -> Option<Vec<u8>> {
        match (&self.photoshop, &self.iptc) {
            (Some(resources), _) => Some(photoshop::without_thumbnails(resources)),
            (None, Some(iptc)) => Some(photoshop::around_iptc(iptc)),
            (None, None) => None,
        }
    }
}
