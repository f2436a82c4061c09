//! What a file says about its picture, taken along from any format to any format.

use serde::{Deserialize, Serialize};

use crate::codec::ifd::Block;
use crate::codec::segments::Markers;
use crate::codec::{Shot, exif, photoshop, privacy, thumbnail, xmp, xmp_extended};
use crate::pixels::Pixels;

/// The metadata blocks of a file as they came; they are refreshed when written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The EXIF block, starting with its TIFF header.
    pub exif: Option<Vec<u8>>,
    /// The XMP packet, whole: a JPEG's extended part is joined to it.
    pub xmp: Option<Vec<u8>>,
    /// The IPTC-IIM block.
    pub iptc: Option<Vec<u8>>,
    /// Photoshop image resources, which hold the IPTC block too when they came from a JPEG.
    pub photoshop: Option<Vec<u8>>,
    /// JPEG comments.
    pub comments: Vec<Vec<u8>>,
    /// JFIF's pixel density of a JPEG: unit, columns and rows, as its five bytes.
    pub density: Option<[u8; 5]>,
    /// What has been done to the picture since it was read.
    pub change: Change,
}

/// What was done to a picture, as IPTC's DigitalSourceType will say. A source that states more
/// than this (that its pixels were generated) keeps its own statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Nothing but the file: the packet's own statement stays as it is.
    Nothing,
    /// Corrected without inventing anything: `algorithmicallyEnhanced`.
    #[default]
    Enhanced,
    /// Some pixels were generated: `compositeWithTrainedAlgorithmicMedia`.
    Composited,
}

/// What a delivered file may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Everything the file came with.
    #[default]
    Everything,
    /// Captions, creator, copyright, exposure and time. No place, serial number, owner, maker
    /// note, history, person or comment, and no thumbnail.
    NoPlaceOrOwner,
    /// Nothing at all, not even how the picture was made.
    Nothing,
}

pub(crate) const XMP_SIGNATURE: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
pub(crate) const EXTENDED_SIGNATURE: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
pub(crate) const EXIF_SIGNATURE: &[u8] = b"Exif\0\0";
pub(crate) const PHOTOSHOP_SIGNATURE: &[u8] = b"Photoshop 3.0\0";

/// Metadata of a JPEG. MPF and gain-map segments (APP2) are left behind: they index second
/// images that are not delivered. So are content credentials (APP11), whose signature is about
/// the old bytes.
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
    let extended: Vec<&[u8]> = markers.payloads(0xE1, EXTENDED_SIGNATURE).collect();
    let jfif = markers.payloads(0xE0, b"JFIF\0").next();
    Metadata {
        exif: first(0xE1, EXIF_SIGNATURE).filter(|block| Block::new(block).is_some()),
        xmp: first(0xE1, XMP_SIGNATURE).map(|main| xmp_extended::join(&main, &extended)),
        iptc: photoshop::iptc(&resources),
        photoshop: (!resources.is_empty()).then_some(resources),
        comments: markers.payloads(0xFE, b"").map(<[u8]>::to_vec).collect(),
        density: jfif.and_then(|body| body.get(2..7)?.try_into().ok()),
        change: Change::default(),
    }
}

impl Metadata {
    /// How the camera was set.
    pub fn shot(&self) -> Shot {
        self.exif.as_deref().map(Shot::read).unwrap_or_default()
    }

    /// What of it may be told.
    pub fn within(&self, privacy: Privacy) -> Self {
        let iptc = || self.iptc.as_deref().and_then(privacy::iptc);
        match privacy {
            Privacy::Everything => self.clone(),
            Privacy::Nothing => Self {
                change: Change::Nothing,
                ..Self::default()
            },
            Privacy::NoPlaceOrOwner => Self {
                exif: self.exif.as_deref().and_then(privacy::exif),
                xmp: self.xmp.as_deref().and_then(privacy::xmp),
                iptc: iptc(),
                photoshop: None,
                comments: Vec::new(),
                density: self.density,
                change: self.change,
            },
        }
    }

    /// The EXIF block of the delivered picture.
    pub(crate) fn fresh_exif(&self, pixels: &Pixels) -> Option<Vec<u8>> {
        let small = std::cell::OnceCell::new();
        let size = (pixels.width(), pixels.height());
        self.exif.as_deref().map(|block| {
            exif::refresh(block, size, || {
                small.get_or_init(|| thumbnail::encode(pixels)).clone()
            })
        })
    }

    /// The XMP packet, which says how the picture was made.
    pub(crate) fn fresh_xmp(&self, pixels: &Pixels) -> Option<Vec<u8>> {
        let size = (pixels.width(), pixels.height());
        xmp::refresh(self.xmp.as_deref(), size, self.change)
    }

    /// Photoshop resources without thumbnails, or an envelope around the IPTC block.
    pub(crate) fn fresh_photoshop(&self) -> Option<Vec<u8>> {
        match (&self.photoshop, &self.iptc) {
            (Some(resources), _) => Some(photoshop::refresh(resources)),
            (None, Some(iptc)) => Some(photoshop::around_iptc(iptc)),
            (None, None) => None,
        }
    }
}
