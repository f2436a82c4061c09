//! The body of a download, made of pieces, some in memory and some in storage, of exactly
//! known length. It is sent whole or from the byte where a broken download
//! stopped (RFC 9110, ranges). If a piece cannot be read, the connection breaks:
//! a download never ends short and looks complete.

use std::ops::Range;
use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, ByteRangeSpec, ContentDisposition, ContentEncoding, DispositionParam, DispositionType,
    ETag, EntityTag, ExtendedValue, Header, IfNoneMatch, IfRange,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use plumbline_storage::key::Key;
use plumbline_storage::{Storage, StorageError};

use crate::http::traffic::slots::Slot;

#[derive(Clone)]
pub enum Segment {
    Bytes(Bytes),
    Blob { key: Key, size_bytes: u64 },
}

impl Segment {
    pub fn size_bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Blob { size_bytes, .. } => *size_bytes,
        }
    }
}

pub struct Body {
    pub segments: Vec<Segment>,
    /// Names exactly these bytes.
    pub tag: String,
}

/// Instructions for browsers.
pub struct Delivery<'a> {
    pub content_type: &'a str,
    pub file_name: &'a str,
    /// `true`: saves it; `false`: shows it in the page.
    pub save: bool,
    pub keep: Keep,
    /// Only of large files: it is free again when the last byte has left, or the client.
    pub slot: Option<Slot>,
}

/// The bodies that a browser may keep without asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Those whose address names a version, which always means the same bytes.
    Versions,
    /// None: each is asked about every time, and so is the right to have it. A link that was closed
    /// stops working at once.
    Never,
}

impl Body {
    pub fn blob(key: Key, size_bytes: i64, sha256: &[u8]) -> Self {
        let size_bytes = size_bytes.unsigned_abs();
        Self {
            segments: vec![Segment::Blob { key, size_bytes }],
            tag: hex::encode(sha256),
        }
    }

    pub fn size_bytes(&self) -> u64 {
        self.segments.iter().map(Segment::size_bytes).sum()
    }

    /// The answer to `request`: all of it, a part, or "you have it already".
    pub fn answer(
        self,
        request: &HttpRequest,
        storage: &Storage,
        delivery: Delivery<'_>,
    ) -> HttpResponse {
        let tag = EntityTag::new_strong(self.tag.clone());
        let keep = (header::CACHE_CONTROL, keep(request, delivery.keep));
        if has_it_already(request, &tag) {
            return HttpResponse::NotModified()
                .insert_header(ETag(tag))
                .insert_header(keep)
                .finish();
        }
        let size = self.size_bytes();
        let (status, range) = match asked_range(request, &tag, size) {
            Asked::Everything => (StatusCode::OK, 0..size),
            Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
            Asked::Unsatisfiable => {
                return HttpResponse::RangeNotSatisfiable()
                    .insert_header((header::CONTENT_RANGE, format!("bytes */{size}")))
                    .finish();
            }
        };
        let mut response = HttpResponse::build(status);
        describe(&mut response, tag, &delivery);
        response.insert_header(keep);
        if status == StatusCode::PARTIAL_CONTENT {
            let content_range = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            response.insert_header((header::CONTENT_RANGE, content_range));
        }
        let length = range.end - range.start;
        let slot = delivery.slot;
        let bytes = self.stream(storage.clone(), range).inspect(move |_| {
            let _held = &slot;
        });
        response.body(SizedStream::new(length, bytes))
    }

    fn stream(
        self,
        storage: Storage,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
        let storage = Arc::new(storage);
        stream::iter(parts(self.segments, range))
            .then(move |(segment, range)| read(storage.clone(), segment, range))
            .try_flatten()
            .map_err(|error| {
                tracing::error!(%error, "a download broke off");
                actix_web::error::ErrorInternalServerError("a file could not be read")
            })
    }
}

/// The pieces of `range`, each with the range inside it.
fn parts(segments: Vec<Segment>, range: Range<u64>) -> Vec<(Segment, Range<u64>)> {
    let mut at = 0;
    let mut parts = Vec::new();
    for segment in segments {
        let size = segment.size_bytes();
        let start = range.start.clamp(at, at + size) - at;
        let end = range.end.clamp(at, at + size) - at;
        if start < end {
            parts.push((segment, start..end));
        }
        at += size;
    }
    parts
}

type Pieces = stream::BoxStream<'static, Result<Bytes, StorageError>>;

async fn read(
    storage: Arc<Storage>,
    segment: Segment,
    range: Range<u64>,
) -> Result<Pieces, StorageError> {
    match segment {
        Segment::Bytes(bytes) => {
            let slice = bytes.slice(range.start as usize..range.end as usize);
            Ok(stream::once(std::future::ready(Ok(slice))).boxed())
        }
        Segment::Blob { key, .. } => storage.stream(&key, range).await,
    }
}

fn describe(response: &mut HttpResponseBuilder, tag: EntityTag, delivery: &Delivery<'_>) {
    let kind = if delivery.save {
        DispositionType::Attachment
    } else {
        DispositionType::Inline
    };
    response
        .content_type(delivery.content_type)
        .insert_header(ETag(tag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        // Photos and stored zips do not shrink, and a packed body has no length.
        .insert_header(ContentEncoding::Identity)
        .insert_header(ContentDisposition {
            disposition: kind,
            parameters: vec![
                DispositionParam::Filename(ascii(delivery.file_name)),
                DispositionParam::FilenameExt(ExtendedValue {
                    charset: header::Charset::Ext("UTF-8".to_owned()),
                    language_tag: None,
                    value: delivery.file_name.as_bytes().to_vec(),
                }),
            ],
        });
}

fn keep(request: &HttpRequest, keep: Keep) -> &'static str {
    match keep {
        Keep::Versions if request.query_string().starts_with("v=") => "private, max-age=86400",
        Keep::Versions | Keep::Never => "private, no-cache",
    }
}

/// For clients that do not read the UTF-8 name beside it.
fn ascii(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_graphic() && c != '"' && c != '\\' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

fn has_it_already(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|one| one.weak_eq(tag)),
        _ => false,
    }
}

#[derive(Debug, PartialEq)]
enum Asked {
    Everything,
    Part(Range<u64>),
    Unsatisfiable,
}

/// One range is served; several at once, which only some PDF readers ask for,
/// are answered with everything, as the standard allows.
fn asked_range(request: &HttpRequest, tag: &EntityTag, size: u64) -> Asked {
    let Ok(header::Range::Bytes(specs)) = header::Range::parse(request) else {
        return Asked::Everything;
    };
    if !still_the_same(request, tag) {
        return Asked::Everything;
    }
    match specs.as_slice() {
        [spec] => satisfiable(spec, size).map_or(Asked::Unsatisfiable, Asked::Part),
        _ => Asked::Everything,
    }
}

fn satisfiable(spec: &ByteRangeSpec, size: u64) -> Option<Range<u64>> {
    spec.to_satisfiable_range(size)
        .map(|(first, last)| first..last + 1)
}

/// `If-Range`: the rest of a download fits its beginning only if nothing changed.
fn still_the_same(request: &HttpRequest, tag: &EntityTag) -> bool {
    if !request.headers().contains_key(header::IF_RANGE) {
        return true;
    }
    match IfRange::parse(request) {
        Ok(IfRange::EntityTag(known)) => known.strong_eq(tag),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use uuid::Uuid;

    fn three_pieces() -> Vec<Segment> {
        let key = Key::original(Uuid::nil(), Uuid::nil());
        vec![
            Segment::Bytes(Bytes::from_static(b"head")),
            Segment::Blob {
                key,
                size_bytes: 10,
            },
            Segment::Bytes(Bytes::from_static(b"tail")),
        ]
    }

    fn asked(range: Option<&str>, if_range: Option<&str>) -> Asked {
        let mut request = TestRequest::default();
        if let Some(range) = range {
            request = request.insert_header((header::RANGE, range));
        }
        if let Some(tag) = if_range {
            request = request.insert_header((header::IF_RANGE, tag));
        }
        asked_range(
            &request.to_http_request(),
            &EntityTag::new_strong("now".into()),
            100,
        )
    }

    #[test]
    fn a_range_takes_its_part_of_each_piece() {
        let ranges = |range: Range<u64>| {
            parts(three_pieces(), range)
                .into_iter()
                .map(|(_, part)| part)
                .collect::<Vec<_>>()
        };
        assert_eq!(ranges(0..18), [0..4, 0..10, 0..4]);
        assert_eq!(ranges(2..16), [2..4, 0..10, 0..2]);
        assert_eq!(ranges(5..7), std::slice::from_ref(&(1..3)));
        assert_eq!(ranges(14..15), std::slice::from_ref(&(0..1)));
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(asked(None, None), Asked::Everything);
        assert_eq!(asked(Some("bytes=10-19"), None), Asked::Part(10..20));
        assert_eq!(asked(Some("bytes=90-"), None), Asked::Part(90..100));
        assert_eq!(asked(Some("bytes=-5"), None), Asked::Part(95..100));
        assert_eq!(asked(Some("bytes=100-"), None), Asked::Unsatisfiable);
        assert_eq!(asked(Some("bytes=0-1,5-6"), None), Asked::Everything);
    }

    #[test]
    fn the_rest_of_a_changed_file_is_not_glued_to_its_old_beginning() {
        assert_eq!(
            asked(Some("bytes=10-"), Some("\"now\"")),
            Asked::Part(10..100)
        );
        assert_eq!(
            asked(Some("bytes=10-"), Some("\"before\"")),
            Asked::Everything
        );
    }
}
