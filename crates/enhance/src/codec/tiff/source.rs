//! A TIFF file as its decoder sees it: the bytes, with one number replaced on the way. The decoder
//! refuses palettes and CIELAB by their photometric tag although it can unpack them, and mixes up
//! pixels with more channels than that tag needs; it is shown a harmless one, and the meaning is put
//! back afterwards. Nothing is copied.

use std::io::{Cursor, Read, Result, Seek, SeekFrom};

use crate::codec::ifd::{Block, bigtiff};

/// TIFF's photometric interpretations by which the decoder is told what to unpack.
const BLACK_IS_ZERO: u16 = 1;
const RGB: u16 = 2;

/// Meaning of a pixel's numbers: TIFF's photometric interpretation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Grey, 0 is white.
    WhiteIsZero,
    /// Grey, 0 is black.
    Grey,
    Rgb,
    /// Indices into the colour map.
    Palette,
    /// Four inks, 0 is none.
    Cmyk,
    YCbCr,
    /// CIELAB with signed a and b (TIFF 6.0, section 23).
    CieLab,
    /// CIELAB with a and b shifted by half the range (TIFF Technical Note 4).
    IccLab,
    /// None of these: left to the decoder, which refuses it.
    Other,
}

impl Meaning {
    fn of(photometric: u16) -> Self {
        match photometric {
            0 => Self::WhiteIsZero,
            BLACK_IS_ZERO => Self::Grey,
            RGB => Self::Rgb,
            3 => Self::Palette,
            5 => Self::Cmyk,
            6 => Self::YCbCr,
            8 => Self::CieLab,
            9 => Self::IccLab,
            _ => Self::Other,
        }
    }

    /// Channels that make a colour.
    pub fn colours(self) -> usize {
        match self {
            Self::WhiteIsZero | Self::Grey | Self::Palette => 1,
            Self::Cmyk => 4,
            Self::Rgb | Self::YCbCr | Self::CieLab | Self::IccLab | Self::Other => 3,
        }
    }

    /// The photometric number that the decoder is shown in place of its own.
    fn shown(self) -> Option<u16> {
        match self {
            Self::WhiteIsZero | Self::Palette => Some(BLACK_IS_ZERO),
            Self::CieLab | Self::IccLab => Some(RGB),
            _ => None,
        }
    }
}

/// The file for the decoder.
#[derive(Debug, Clone)]
pub(crate) struct TiffSource<'a> {
    file: Cursor<&'a [u8]>,
    /// Offset of the photometric number.
    at: Option<u64>,
    /// The bytes shown there.
    patch: Option<[u8; 2]>,
    /// Meaning of the numbers.
    pub meaning: Meaning,
}

impl<'a> TiffSource<'a> {
    /// Looks at the first directory's photometric tag.
    pub fn new(bytes: &'a [u8]) -> Self {
        let found = photometric(bytes);
        let meaning = found.map_or(Meaning::Other, |(_, value)| Meaning::of(value));
        let source = Self {
            file: Cursor::new(bytes),
            at: found.map(|(at, _)| at as u64),
            patch: None,
            meaning,
        };
        match meaning.shown() {
            Some(value) => source.showing(value),
            None => source,
        }
    }

    /// The file as so many channels of the same kind, all of which are unpacked. The decoder would
    /// drop those that its own photometric number does not need before it has undone the predictor.
    pub fn of_equal_channels(self) -> Self {
        self.showing(BLACK_IS_ZERO)
    }

    fn showing(mut self, value: u16) -> Self {
        let big_endian = self.file.get_ref().starts_with(b"MM");
        self.patch = Some(match big_endian {
            true => value.to_be_bytes(),
            false => value.to_le_bytes(),
        });
        self
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
        if let Some((at, bytes)) = self.at.zip(self.patch) {
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
