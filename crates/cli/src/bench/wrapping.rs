//! The files of the test photo: a JPEG or an uncompressed 16-bit TIFF with everything a camera and
//! an editor leave in one: profile, EXIF with GPS, XMP and IPTC.

use moxcms::ColorProfile;
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

/// Kind of file.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Jpeg { progressive: bool, subsampled: bool },
    Tiff16,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Tiff16 => "tiff16",
            Self::Jpeg {
                progressive: true,
                subsampled: true,
            } => "jpeg-q95-420-progressive",
            Self::Jpeg {
                progressive: true,
                subsampled: false,
            } => "jpeg-q95-444-progressive",
            Self::Jpeg {
                progressive: false,
                subsampled: true,
            } => "jpeg-q95-420",
            Self::Jpeg {
                progressive: false,
                subsampled: false,
            } => "jpeg-q95-444",
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg { .. } => "jpg",
            Self::Tiff16 => "tif",
        }
    }
}

/// A file of 16-bit Adobe RGB samples.
pub fn wrap(samples: &[u16], width: u32, height: u32, kind: Kind) -> anyhow::Result<Vec<u8>> {
    match kind {
        Kind::Jpeg {
            progressive,
            subsampled,
        } => jpeg(samples, width, height, progressive, subsampled),
        Kind::Tiff16 => Ok(tiff(samples, width, height, &profile()?)),
    }
}

fn profile() -> anyhow::Result<Vec<u8>> {
    Ok(ColorProfile::new_adobe_rgb().encode()?)
}

fn jpeg(
    samples: &[u16],
    width: u32,
    height: u32,
    progressive: bool,
    subsampled: bool,
) -> anyhow::Result<Vec<u8>> {
    let rgb: Vec<u8> = samples
        .iter()
        .map(|&v| ((u32::from(v) + 128) / 257) as u8)
        .collect();
    let mut compressor = Compressor::new()?;
    compressor.set_quality(95)?;
    compressor.set_subsamp(if subsampled {
        Subsamp::Sub2x2
    } else {
        Subsamp::None
    })?;
    compressor.set_progressive(progressive)?;
    let (width, height) = (width as usize, height as usize);
    let picture = compressor.compress_to_vec(Image {
        pixels: &rgb[..],
        width,
        pitch: width * 3,
        height,
        format: PixelFormat::RGB,
    })?;
    // After the start marker and JFIF's segment of 18 bytes.
    let (head, body) = picture.split_at(20);
    let mut file = head.to_vec();
    for (marker, block) in segments()? {
        file.extend([0xFF, marker]);
        file.extend(u16::try_from(block.len() + 2)?.to_be_bytes());
        file.extend(block);
    }
    file.extend(body);
    Ok(file)
}

fn segments() -> anyhow::Result<[(u8, Vec<u8>); 4]> {
    let (exif, xmp) = (directories(Vec::new()), xmp());
    Ok([
        (0xE1, [b"Exif\0\0", &exif[..]].concat()),
        (0xE1, [b"http://ns.adobe.com/xap/1.0/\0", &xmp[..]].concat()),
        (0xE2, [b"ICC_PROFILE\0\x01\x01", &profile()?[..]].concat()),
        (0xED, [b"Photoshop 3.0\0", &resources()[..]].concat()),
    ])
}

/// Rows of one strip.
const ROWS: u32 = 64;

fn tiff(samples: &[u16], width: u32, height: u32, profile: &[u8]) -> Vec<u8> {
    // The directories are as long with any offset, so the first try says where the strips begin.
    let start = directories(picture_entries(width, height, 0, profile)).len() as u32;
    let mut file = directories(picture_entries(width, height, start, profile));
    file.extend(samples.iter().flat_map(|v| v.to_le_bytes()));
    file
}

fn picture_entries(width: u32, height: u32, start: u32, profile: &[u8]) -> Vec<Entry> {
    let row = width * 6;
    let tops: Vec<u32> = (0..height).step_by(ROWS as usize).collect();
    let offsets: Vec<u32> = tops.iter().map(|top| start + top * row).collect();
    let lengths: Vec<u32> = tops
        .iter()
        .map(|top| (height - top).min(ROWS) * row)
        .collect();
    vec![
        long(256, &[width]),
        long(257, &[height]),
        short(258, &[16; 3]),
        short(259, &[1]),
        short(262, &[2]),
        long(273, &offsets),
        short(277, &[3]),
        long(278, &[ROWS]),
        long(279, &lengths),
        (700, 1, xmp()),
        (33723, 7, iptc()),
        (34377, 1, resources()),
        (34675, 7, profile.to_vec()),
    ]
}

/// Tag, TIFF's type, and the value's bytes.
type Entry = (u16, u16, Vec<u8>);

fn text(tag: u16, words: &str) -> Entry {
    (tag, 2, [words.as_bytes(), b"\0"].concat())
}

fn short(tag: u16, values: &[u16]) -> Entry {
    (
        tag,
        3,
        values.iter().flat_map(|v| v.to_le_bytes()).collect(),
    )
}

fn long(tag: u16, values: &[u32]) -> Entry {
    (
        tag,
        4,
        values.iter().flat_map(|v| v.to_le_bytes()).collect(),
    )
}

fn rational(tag: u16, values: &[[u32; 2]]) -> Entry {
    let bytes = values.iter().flatten().flat_map(|v| v.to_le_bytes());
    (tag, 5, bytes.collect())
}

/// A TIFF header, the camera's words and settings and `more` as the first directory, GPS beside.
fn directories(more: Vec<Entry>) -> Vec<u8> {
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let camera = append(&mut file, settings());
    let place = append(&mut file, place());
    let mut root = more;
    root.extend([
        text(270, "A room of the benchmark"),
        text(271, "Plumbline"),
        text(272, "Bench"),
        short(274, &[1]),
        text(306, "2026:01:01 12:00:00"),
        long(0x8769, &[camera]),
        long(0x8825, &[place]),
    ]);
    root.sort_by_key(|(tag, ..)| *tag);
    let first = append(&mut file, root);
    file[4..8].copy_from_slice(&first.to_le_bytes());
    file
}

fn settings() -> Vec<Entry> {
    vec![
        rational(0x829A, &[[1, 60]]),
        rational(0x829D, &[[8, 1]]),
        short(0x8827, &[800]),
        text(0x9003, "2026:01:01 12:00:00"),
        rational(0x920A, &[[24, 1]]),
        short(0xA405, &[24]),
    ]
}

fn place() -> Vec<Entry> {
    vec![
        text(1, "N"),
        rational(2, &[[48, 1], [8, 1], [0, 1]]),
        text(3, "E"),
        rational(4, &[[11, 1], [34, 1], [0, 1]]),
    ]
}

/// Writes a directory with its long values before it; returns where it begins.
fn append(file: &mut Vec<u8>, entries: Vec<Entry>) -> u32 {
    let mut table = (entries.len() as u16).to_le_bytes().to_vec();
    for (tag, kind, mut value) in entries {
        let width = [1, 1, 2, 4, 8]
            .get(usize::from(kind) - 1)
            .copied()
            .unwrap_or(1);
        table.extend(tag.to_le_bytes());
        table.extend(kind.to_le_bytes());
        table.extend(((value.len() / width) as u32).to_le_bytes());
        if value.len() > 4 {
            table.extend((file.len() as u32).to_le_bytes());
            value.resize(value.len().next_multiple_of(2), 0);
            file.extend(value);
        } else {
            value.resize(4, 0);
            table.extend(value);
        }
    }
    table.extend([0; 4]);
    let start = file.len() as u32;
    file.extend(table);
    start
}

fn xmp() -> Vec<u8> {
    concat!(
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">"#,
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description "#,
        r#"rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF>"#,
        r#"</x:xmpmeta><?xpacket end="w"?>"#
    )
    .as_bytes()
    .to_vec()
}

/// Title, author and copyright.
fn iptc() -> Vec<u8> {
    let sets = [(5, "A room"), (80, "Plumbline"), (116, "Nobody's")];
    let set = |(number, words): (u8, &str)| {
        let length = words.len() as u16;
        [
            &[0x1C, 2, number][..],
            &length.to_be_bytes(),
            words.as_bytes(),
        ]
        .concat()
    };
    sets.into_iter().flat_map(set).collect()
}

fn resources() -> Vec<u8> {
    let mut iptc = iptc();
    let length = (iptc.len() as u32).to_be_bytes();
    iptc.resize(iptc.len().next_multiple_of(2), 0);
    [b"8BIM\x04\x04\0\0", &length[..], &iptc].concat()
}
