//! Forms with files in them: that they come from our own pages, and their files one by
//! one, before any of them is in memory.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, TryStreamExt};

use crate::http::csrf;
use crate::http::errors::Error;
use crate::http::traffic::pace;
use crate::uploads::intake::{MAX_BYTES, plain_name};

/// Calls `take` with every file that the form sends as `field`. The token comes first, as a
/// header or as a field.
pub async fn each<T>(
    request: &HttpRequest,
    mut form: Multipart,
    field: &str,
    mut take: impl AsyncFnMut(Field) -> T,
) -> Result<Vec<T>, Error> {
    let mut checked = check_header(request)?;
    let mut taken = Vec::new();
    while let Some(mut sent) = form.try_next().await.map_err(broken)? {
        match sent.name() {
            Some("csrf") => {
                csrf::visit(request).check(Some(&text(&mut sent).await?))?;
                checked = true;
            }
            Some(name) if name == field && !checked => return Err(Error::ForeignForm),
            Some(name) if name == field => taken.push(take(sent).await),
            _ => {}
        }
    }
    if checked {
        Ok(taken)
    } else {
        Err(Error::ForeignForm)
    }
}

/// A script sends the token as a header, which only our own pages can set; the
/// plain form sends it as its first field.
pub fn check_header(request: &HttpRequest) -> Result<bool, Error> {
    let header = request
        .headers()
        .get(csrf::HEADER)
        .and_then(|value| value.to_str().ok());
    match header {
        Some(token) => csrf::visit(request).check(Some(token)).map(|()| true),
        None => Ok(false),
    }
}

async fn text(field: &mut Field) -> Result<String, Error> {
    let bytes = field.bytes(256).await.map_err(|_| Error::BadForm)?;
    let bytes = bytes.map_err(broken)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Error::BadForm)
}

/// The file's name at the sender.
pub fn name_of(field: &Field) -> String {
    let disposition = field.content_disposition();
    plain_name(
        disposition
            .and_then(|known| known.get_filename())
            .unwrap_or_default(),
    )
}

/// The file's bytes as they arrive.
pub fn pieces(field: Field) -> impl Stream<Item = Result<Bytes, Error>> + Unpin {
    field.map_err(broken).fuse()
}

fn broken(error: MultipartError) -> Error {
    match error {
        MultipartError::Payload(error) if pace::is_too_slow(&error) => Error::TooSlow,
        _ => Error::BadForm,
    }
}

/// A file that is small enough for memory. `None`: it has more than `max_bytes`.
pub async fn small(field: Field, max_bytes: usize) -> Result<Option<Bytes>, Error> {
    let mut pieces = pieces(field);
    let mut whole = BytesMut::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        if whole.len() + piece.len() > max_bytes {
            drain(pieces).await;
            return Ok(None);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(Some(whole.freeze()))
}

/// Reads the rest of a refused file: an answer that arrives while the browser is still
/// sending looks like a broken connection to it.
pub async fn drain(mut pieces: impl Stream<Item = Result<Bytes, Error>> + Unpin) {
    let mut passed = 0;
    while let Some(Ok(piece)) = pieces.next().await {
        passed += piece.len() as u64;
        if passed > MAX_BYTES {
            return;
        }
    }
}

/// `true`: a script asks, which reads a document; `false`: a plain form, which shows a page.
pub fn wants_json(request: &HttpRequest) -> bool {
    let accept = request
        .headers()
        .get("accept")
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}
