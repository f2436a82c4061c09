//! The marker structure of a JPEG stream (ITU-T T.81, annex B), read without decoding anything:
//! size, components, scans, metadata segments and whether the picture is all there.

use crate::codec::work;

/// Segments that are looked at: a profile and an extended packet of 16 MiB take 500 together.
const MAX_SEGMENTS: usize = 2048;

/// Contents of the markers of a JPEG file.
#[derive(Debug, Default)]
pub(crate) struct Markers<'a> {
    /// Columns and rows of the first frame.
    pub size: Option<(u32, u32)>,
    /// Headers of a frame; a picture has one.
    pub frames: u32,
    /// Bits a sample.
    pub precision: u8,
    /// 1 grey, 3 colour, 4 CMYK.
    pub components: u8,
    /// Starts of scan: a progressive file may have hundreds, each a pass over the whole picture.
    pub scans: u32,
    /// The stream ends with an end-of-image marker.
    pub has_end: bool,
    /// End of the stream: after the end marker, or at the end of the file.
    pub end: usize,
    /// The Adobe segment's colour transform, where there is one.
    pub adobe_transform: Option<u8>,
    /// APPn and comment segments in order: marker, payload without the length.
    pub segments: Vec<(u8, &'a [u8])>,
    /// For every component: which of its 64 coefficients are complete to the last bit.
    coverage: Vec<(u8, u64)>,
}

impl<'a> Markers<'a> {
    /// Walks the markers; stops quietly where the structure ends.
    pub fn read(bytes: &'a [u8]) -> Self {
        let mut markers = Self {
            end: bytes.len(),
            ..Self::default()
        };
        let mut at = 2;
        while let Some((marker, start)) = next_marker(bytes, at) {
            work::count(1 + start - at);
            at = start;
            match marker {
                0xD9 => {
                    (markers.has_end, markers.end) = (true, at);
                    break;
                }
                0x01 | 0xD0..=0xD8 => continue,
                _ => {}
            }
            let Some(payload) = payload(bytes, at) else {
                break;
            };
            at += payload.len() + 2;
            markers.note(marker, payload);
        }
        markers
    }

    fn note(&mut self, marker: u8, payload: &'a [u8]) {
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => self.note_frame(payload),
            0xDA => self.note_scan(payload),
            0xEE if payload.starts_with(b"Adobe") => {
                self.adobe_transform = payload.get(11).copied();
            }
            0xE0..=0xEF | 0xFE if self.scans == 0 && self.segments.len() < MAX_SEGMENTS => {
                self.segments.push((marker, payload));
            }
            _ => {}
        }
    }

    fn note_frame(&mut self, payload: &[u8]) {
        self.frames += 1;
        if self.size.is_some() || payload.len() < 6 {
            return;
        }
        let short = |i: usize| u32::from(payload[i]) << 8 | u32::from(payload[i + 1]);
        self.precision = payload[0];
        self.size = Some((short(3), short(1)));
        self.components = payload[5];
        self.coverage = payload[6..].chunks_exact(3).map(|c| (c[0], 0)).collect();
    }

    fn note_scan(&mut self, payload: &[u8]) {
        self.scans += 1;
        let count = usize::from(payload.first().copied().unwrap_or(0));
        let Some(&[first, last, bits]) = payload.get(1 + 2 * count..4 + 2 * count) else {
            return;
        };
        if bits & 0x0F != 0 || first > 63 {
            return;
        }
        let done = (u64::MAX << first) & (u64::MAX >> (63 - last.min(63)));
        for id in payload[1..].chunks_exact(2).take(count).map(|c| c[0]) {
            self.coverage
                .iter_mut()
                .filter(|c| c.0 == id)
                .for_each(|c| c.1 |= done);
        }
    }

    /// Every coefficient of every component has had its last bit: no scan is missing.
    pub fn is_complete(&self) -> bool {
        !self.coverage.is_empty() && self.coverage.iter().all(|c| c.1 == u64::MAX)
    }

    /// Payloads of one marker that begin with a signature, without it, in file order.
    pub fn payloads(&self, marker: u8, signature: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
        let wanted = self.segments.iter().filter(move |s| s.0 == marker);
        wanted.filter_map(move |s| s.1.strip_prefix(signature))
    }
}

/// The next marker at or after `from` (entropy-coded data and fill bytes are skipped) and where
/// its payload starts.
pub(super) fn next_marker(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|&b| b == 0xFF)?;
        let code = *bytes.get(at + 1)?;
        match code {
            0x00 => at += 2,
            0xFF => at += 1,
            code => return Some((code, at + 2)),
        }
    }
}

pub(super) fn payload(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let length = usize::from(*bytes.get(at)?) << 8 | usize::from(*bytes.get(at + 1)?);
    bytes.get(at + 2..at + length.max(2))
}

/// The ICC profile of a JPEG, joined from its numbered APP2 segments (ICC.1:2022, B.4).
/// `None` when there is none or pieces are missing.
pub(crate) fn icc_profile(markers: &Markers) -> Option<Vec<u8>> {
    let pieces: Vec<&[u8]> = markers.payloads(0xE2, b"ICC_PROFILE\0").collect();
    let count = usize::from(*pieces.first()?.get(1)?);
    let mut numbered: [Option<&[u8]>; 256] = [None; 256];
    for piece in pieces {
        work::count(1);
        let place = piece
            .first()
            .map(|&number| &mut numbered[usize::from(number)]);
        if let (Some(place), Some(data)) = (place, piece.get(2..)) {
            place.get_or_insert(data);
        }
    }
    let wanted = numbered[1..=count].iter().copied();
    let profile = wanted.collect::<Option<Vec<&[u8]>>>()?.concat();
    (!profile.is_empty()).then_some(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_without_its_last_scan_is_not_complete() {
        let frame = [0xFF, 0xC2, 0, 11, 8, 0, 64, 0, 64, 1, 1, 0x11, 0];
        let dc = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 1, 2, 3];
        let ac = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0, 1, 2, 3];
        let head: Vec<u8> = [&[0xFF, 0xD8][..], &frame, &dc].concat();
        assert!(!Markers::read(&head).is_complete());
        let whole = [&head[..], &ac, &[0xFF, 0xD9]].concat();
        let markers = Markers::read(&whole);
        assert!(markers.is_complete() && markers.has_end);
        assert_eq!((markers.scans, markers.size), (2, Some((64, 64))));
    }
}
