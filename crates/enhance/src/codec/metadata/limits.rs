//! Sizes of metadata blocks that are taken along. Cameras and editors stay far below; a block beyond
//! is left behind, and the photo is not refused for it.

use crate::codec::metadata::Metadata;
use crate::codec::metadata::xmp::packet;

/// Maker notes with a preview are the longest that cameras write, some 500 KiB.
const EXIF_BYTES: usize = 4 << 20;
const XMP_BYTES: usize = packet::MAX_BYTES;
const IPTC_BYTES: usize = 1 << 20;
/// Photoshop keeps clipping paths and slices here.
const PHOTOSHOP_BYTES: usize = 4 << 20;
/// Comments of a JPEG, and their bytes together.
pub(crate) const COMMENTS: usize = 64;
const COMMENT_BYTES: usize = 1 << 20;

impl Metadata {
    /// The blocks that are no longer than metadata may be.
    pub fn within_limits(mut self) -> Self {
        let keep = |block: &mut Option<Vec<u8>>, limit: usize| {
            block.take_if(|block| block.len() > limit);
        };
        keep(&mut self.exif, EXIF_BYTES);
        keep(&mut self.xmp, XMP_BYTES);
        keep(&mut self.iptc, IPTC_BYTES);
        keep(&mut self.photoshop, PHOTOSHOP_BYTES);
        self.comments.truncate(COMMENTS);
        let mut room = COMMENT_BYTES;
        self.comments.retain(|comment| {
            let fits = comment.len() <= room;
            room -= if fits { comment.len() } else { 0 };
            fits
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_is_too_long_goes_and_the_others_stay() {
        let metadata = Metadata {
            exif: Some(vec![0; EXIF_BYTES]),
            xmp: Some(vec![0; XMP_BYTES + 1]),
            comments: vec![vec![b'c'; COMMENT_BYTES - 1], vec![b'd'; 2], vec![b'e']],
            ..Metadata::default()
        };
        let kept = metadata.within_limits();
        assert!(kept.exif.is_some() && kept.xmp.is_none());
        let first: Vec<u8> = kept.comments.iter().map(|comment| comment[0]).collect();
        assert_eq!(first, b"ce");
    }
}
