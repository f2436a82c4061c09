//! A TIFF file as its decoder sees it: the bytes, with one number replaced on the way. The decoder
//! refuses palettes and CIELAB by their photometric tag although it can unpack them; it is shown a
//! harmless one, and the meaning is put back afterwards. Nothing is copied.

use std::io::{Cursor, Read, Result, Seek, SeekFrom};

use crate::codec::ifd::{Block, bigtiff};

/// TIFF's photometric interpretations that the decoder must not see.
const WHITE_IS_ZERO: u16 = 0;
const BLACK_IS_ZERO: u16 = 1;
const RGB: u16 = 2;
const PALETTE: u16 = 3;
const CIELAB: u16 = 8;
const ICC_LAB: u16 = 9;

/// Meaning of a pixel's numbers where the decoder is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The decoder's own.
    Plain,
    /// Grey, 0 is white.
    WhiteIsZero,
    /// Indices into the colour map.
    Palette,
    /// CIELAB with signed a and b (TIFF 6.0, section 23).
    CieLab,
    /// CIELAB with a and b shifted by half the range (TIFF Technical Note 4).
    IccLab,
}

/// The file for the decoder.
#[derive(Debug, Clone)]
pub(crate) struct TiffSource<'a> {
    file: Cursor<&'a [u8]>,
    /// Offset of the replaced number, and its bytes.
    patch: Option<(u64, [u8; 2])>,
    /// Meaning of the numbers.
    pub meaning: Meaning,
}

impl<'a> TiffSource<'a> {
    /// Looks at the first directory's photometric tag.
    pub fn new(bytes: &'a [u8]) -> Self {
        let found = photometric(bytes);
        let (meaning, shown) = match found.map(|f| f.1) {
            Some(WHITE_IS_ZERO) => (Meaning::WhiteIsZero, Some(BLACK_IS_ZERO)),
            Some(PALETTE) => (Meaning::Palette, Some(BLACK_IS_ZERO)),
            Some(CIELAB) => (Meaning::CieLab, Some(RGB)),
            Some(ICC_LAB) => (Meaning::IccLab, Some(RGB)),
            _ => (Meaning::Plain, None),
        };
        let big_endian = bytes.starts_with(b"MM");
        let patch = found.zip(shown).map(|((at, _), value)| {
            let value = if big_endian {
                value.to_be_bytes()
            } else {
                value.to_le_bytes()
            };
            (at as u64, value)
        });
        Self {
            file: Cursor::new(bytes),
            patch,
            meaning,
        }
    }
}

/// Offset and value of the photometric number of the first directory.
fn photometric(bytes: &[u8]) -> Option<(usize, u16)> {
    let Some(block) = Block::new(bytes) else {
        return bigtiff::short(bytes, 262);
    };
    let at = block.find(block.first()?, 262)?;
    let value = block.value_range(at)?.start;
    Some((value, block.short(value)?))
}

impl Read for TiffSource<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let start = self.file.position();
        let count = self.file.read(buffer)?;
        if let Some((at, bytes)) = self.patch {
            for (i, byte) in bytes.into_iter().enumerate() {
                let inside = (at + i as u64).checked_sub(start);
                if let Some(place) = inside.filter(|&p| p < count as u64) {
                    buffer[place as usize] = byte;
                }
            }
        }
        Ok(count)
    }
}

impl Seek for TiffSource<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.file.seek(to)
    }
}
