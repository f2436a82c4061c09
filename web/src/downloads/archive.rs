//! A zip of stored files, laid out before a byte of it is read. Photos do not
//! shrink, so they are stored; sizes and sums are known, so the length of the
//! whole is exact and any range of it can be made again, which is what lets a
//! broken download go on. Layout after PKWARE's APPNOTE 6.3.10, with Zip64 where
//! a field would overflow.

use bytes::{BufMut, Bytes, BytesMut};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::downloads::body::{Body, Segment};

/// An entry of the archive: its bytes are in storage or at hand, and its checksums are known.
pub struct Entry {
    pub name: String,
    pub content: Segment,
    pub crc32: u32,
    pub sha256: Vec<u8>,
    pub modified_at: OffsetDateTime,
}

impl Entry {
    /// An entry of bytes at hand.
    pub fn of_bytes(name: String, bytes: Bytes, modified_at: OffsetDateTime) -> Self {
        Self {
            name,
            crc32: crc32fast::hash(&bytes),
            sha256: Sha256::digest(&bytes).to_vec(),
            content: Segment::Bytes(bytes),
            modified_at,
        }
    }
}

/// The largest number a plain field holds; that value itself means "see Zip64".
const PLAIN_MAX: u64 = u32::MAX as u64;
const PLAIN_MAX_ENTRIES: usize = u16::MAX as usize;
const VERSION_PLAIN: u16 = 20;
const VERSION_ZIP64: u16 = 45;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
const STORED: u16 = 0;
const MADE_ON_UNIX: u16 = 3 << 8;
const REGULAR_FILE_0644: u32 = 0o100_644 << 16;

struct Placed<'a> {
    name: &'a str,
    size: u64,
    crc32: u32,
    time: u16,
    date: u16,
    offset: u64,
}

/// The entries in their order, and a `SHA256SUMS` of them at the end.
pub fn lay_out(entries: Vec<Entry>) -> Body {
    let sums = sums_file(&entries);
    let modified_at = entries
        .iter()
        .map(|entry| entry.modified_at)
        .max()
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut layout = Layout::default();
    let mut directory = BytesMut::new();
    let count = entries.len() + 1;
    for entry in entries {
        let size = entry.content.size_bytes();
        let placed = layout.place(&entry.name, size, entry.crc32, entry.modified_at);
        layout.begin(&placed, &mut directory);
        layout.add(entry.content);
    }
    let crc32 = crc32fast::hash(&sums);
    let placed = layout.place("SHA256SUMS", sums.len() as u64, crc32, modified_at);
    layout.begin(&placed, &mut directory);
    layout.add(Segment::Bytes(sums));
    layout.finish(directory, count)
}

/// The file that `sha256sum --check` reads.
fn sums_file(entries: &[Entry]) -> Bytes {
    entries
        .iter()
        .map(|entry| format!("{}  {}\n", hex::encode(&entry.sha256), entry.name))
        .collect::<String>()
        .into()
}

#[derive(Default)]
struct Layout {
    segments: Vec<Segment>,
    size: u64,
}

impl Layout {
    fn add(&mut self, segment: Segment) {
        self.size += segment.size_bytes();
        self.segments.push(segment);
    }

    fn place<'a>(
        &self,
        name: &'a str,
        size: u64,
        crc32: u32,
        modified_at: OffsetDateTime,
    ) -> Placed<'a> {
        let (time, date) = dos_time(modified_at);
        Placed {
            name,
            size,
            crc32,
            time,
            date,
            offset: self.size,
        }
    }

    /// The file's local header, and its record for the directory at the end.
    fn begin(&mut self, file: &Placed<'_>, directory: &mut BytesMut) {
        self.add(Segment::Bytes(local_header(file)));
        directory.put(directory_record(file));
    }

    fn finish(mut self, directory: BytesMut, count: usize) -> Body {
        let (offset, size) = (self.size, directory.len() as u64);
        self.add(Segment::Bytes(directory.freeze()));
        self.add(Segment::Bytes(end_records(count, size, offset)));
        let tag = tag_of(&self.segments);
        Body {
            segments: self.segments,
            tag,
        }
    }
}

fn local_header(file: &Placed<'_>) -> Bytes {
    let zip64 = file.size >= PLAIN_MAX;
    let mut header = BytesMut::new();
    header.put_u32_le(0x0403_4b50);
    header.put_u16_le(if zip64 { VERSION_ZIP64 } else { VERSION_PLAIN });
    put_facts(&mut header, file);
    header.put_u16_le(file.name.len() as u16);
    header.put_u16_le(if zip64 { 20 } else { 0 });
    header.put_slice(file.name.as_bytes());
    if zip64 {
        put_zip64_extra(&mut header, &[file.size, file.size]);
    }
    header.freeze()
}

fn directory_record(file: &Placed<'_>) -> Bytes {
    let mut large = Vec::new();
    if file.size >= PLAIN_MAX {
        large.extend([file.size, file.size]);
    }
    if file.offset >= PLAIN_MAX {
        large.push(file.offset);
    }
    let version = if large.is_empty() {
        VERSION_PLAIN
    } else {
        VERSION_ZIP64
    };
    let extra_len = if large.is_empty() {
        0
    } else {
        4 + 8 * large.len() as u16
    };
    let mut record = BytesMut::new();
    record.put_u32_le(0x0201_4b50);
    record.put_u16_le(MADE_ON_UNIX | version);
    record.put_u16_le(version);
    put_facts(&mut record, file);
    record.put_u16_le(file.name.len() as u16);
    record.put_u16_le(extra_len);
    record.put_u16_le(0); // comment
    record.put_u16_le(0); // disk
    record.put_u16_le(0); // internal attributes
    record.put_u32_le(REGULAR_FILE_0644);
    record.put_u32_le(plain(file.offset));
    record.put_slice(file.name.as_bytes());
    if !large.is_empty() {
        put_zip64_extra(&mut record, &large);
    }
    record.freeze()
}

/// The fields that local header and directory record have in common.
fn put_facts(header: &mut BytesMut, file: &Placed<'_>) {
    header.put_u16_le(FLAGS);
    header.put_u16_le(STORED);
    header.put_u16_le(file.time);
    header.put_u16_le(file.date);
    header.put_u32_le(file.crc32);
    header.put_u32_le(plain(file.size));
    header.put_u32_le(plain(file.size));
}

fn put_zip64_extra(header: &mut BytesMut, values: &[u64]) {
    header.put_u16_le(1);
    header.put_u16_le(8 * values.len() as u16);
    for value in values {
        header.put_u64_le(*value);
    }
}

fn end_records(count: usize, size: u64, offset: u64) -> Bytes {
    let mut end = BytesMut::new();
    if count >= PLAIN_MAX_ENTRIES || size >= PLAIN_MAX || offset >= PLAIN_MAX {
        put_zip64_end(&mut end, count as u64, size, offset);
    }
    let plain_count = count.min(PLAIN_MAX_ENTRIES) as u16;
    end.put_u32_le(0x0605_4b50);
    end.put_u32_le(0); // disks
    end.put_u16_le(plain_count);
    end.put_u16_le(plain_count);
    end.put_u32_le(plain(size));
    end.put_u32_le(plain(offset));
    end.put_u16_le(0); // comment
    end.freeze()
}

fn put_zip64_end(end: &mut BytesMut, count: u64, size: u64, offset: u64) {
    end.put_u32_le(0x0606_4b50);
    end.put_u64_le(44); // what follows of this record
    end.put_u16_le(MADE_ON_UNIX | VERSION_ZIP64);
    end.put_u16_le(VERSION_ZIP64);
    end.put_u64_le(0); // disks
    end.put_u64_le(count);
    end.put_u64_le(count);
    end.put_u64_le(size);
    end.put_u64_le(offset);
    end.put_u32_le(0x0706_4b50);
    end.put_u32_le(0); // disk of the record above
    end.put_u64_le(offset + size);
    end.put_u32_le(1); // disks in all
}

fn plain(value: u64) -> u32 {
    value.min(PLAIN_MAX) as u32
}

/// MS-DOS time and date, in steps of two seconds from 1980 on.
fn dos_time(at: OffsetDateTime) -> (u16, u16) {
    let year = u16::try_from(at.year() - 1980).unwrap_or(0).min(127);
    let halves = u16::from(at.second()) / 2;
    let time = (u16::from(at.hour()) << 11) | (u16::from(at.minute()) << 5) | halves;
    let date = (year << 9) | (u16::from(u8::from(at.month())) << 5) | u16::from(at.day());
    (time, date)
}

/// Everything but the photos' bytes is hashed, and those are in it by their
/// sums: two archives with one tag are one archive.
fn tag_of(segments: &[Segment]) -> String {
    let mut hash = Sha256::new();
    for segment in segments {
        if let Segment::Bytes(bytes) = segment {
            hash.update(bytes);
        }
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumbline_storage::key::Key;
    use uuid::Uuid;

    fn entry(name: &str, size_bytes: u64) -> Entry {
        Entry {
            name: name.to_owned(),
            content: Segment::Blob {
                key: Key::original(Uuid::nil(), Uuid::nil()),
                size_bytes,
            },
            crc32: 7,
            sha256: vec![1; 32],
            modified_at: time::macros::datetime!(2026-03-14 16:05:10 UTC),
        }
    }

    fn sizes(body: &Body) -> Vec<u64> {
        body.segments.iter().map(Segment::size_bytes).collect()
    }

    #[test]
    fn small_files_need_no_zip64() {
        let body = lay_out(vec![entry("a.jpg", 100)]);
        // header, photo, header, sums, directory, end
        assert_eq!(sizes(&body), [35, 100, 40, 72, 51 + 56, 22]);
    }

    #[test]
    fn a_file_of_four_gigabytes_gets_wide_fields() {
        let body = lay_out(vec![entry("a.jpg", PLAIN_MAX)]);
        // 20 bytes more before the file, 20 in its record, 12 in the record of
        // what lies behind it, and the two records that say where the directory is.
        assert_eq!(sizes(&body), [55, PLAIN_MAX, 40, 72, 71 + 68, 22 + 56 + 20]);
    }

    #[test]
    fn another_photo_makes_another_tag() {
        let one = lay_out(vec![entry("a.jpg", 100)]);
        let other = lay_out(vec![Entry {
            sha256: vec![2; 32],
            ..entry("a.jpg", 100)
        }]);
        assert_ne!(one.tag, other.tag);
        assert_eq!(one.tag, lay_out(vec![entry("a.jpg", 100)]).tag);
    }

    #[test]
    fn dos_dates_are_what_file_managers_show() {
        let (time, date) = dos_time(time::macros::datetime!(2026-03-14 16:05:10 UTC));
        assert_eq!((time >> 11, (time >> 5) & 63, (time & 31) * 2), (16, 5, 10));
        assert_eq!(
            ((date >> 9) + 1980, (date >> 5) & 15, date & 31),
            (2026, 3, 14)
        );
    }
}
