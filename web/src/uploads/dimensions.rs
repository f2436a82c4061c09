//! Width and height of an upload, from its first bytes, and the limit on them. Nothing here
//! decodes a picture.

/// Number of a file's first bytes that are examined: enough to contain the size in pixels,
/// behind metadata and an embedded preview.
pub const HEAD_BYTES: usize = 1 << 20;

/// Largest picture accepted, in pixels (50 megapixels, as cameras count them).
pub const MAX_PIXELS: i64 = 50_331_648;

/// Width and height, where the first bytes contain them.
pub fn size_pixels(head: &[u8]) -> Option<(i32, i32)> {
    let size = imagesize::blob_size(head).ok()?;
    Some((
        i32::try_from(size.width).ok()?,
        i32::try_from(size.height).ok()?,
    ))
}

/// A sentence, if a picture of this size is too much.
pub fn too_many_pixels((width, height): (i32, i32)) -> Option<String> {
    let pixels = i64::from(width) * i64::from(height);
    (pixels > MAX_PIXELS).then(|| {
        format!(
            "This photo has {:.0} megapixels; the limit is 50. Export it smaller and upload that.",
            pixels as f64 / 1e6
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_megapixels_are_taken_and_more_are_not() {
        assert_eq!(too_many_pixels((8183, 5455)), None);
        assert!(too_many_pixels((12_000, 12_000)).is_some());
    }
}
