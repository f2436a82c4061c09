//! Sky masks that a person painted: a PNG of the preview's shape, white where there is sky.
//! Only its header is read here; the worker decodes it.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use plumbline_domain::ids::{MaskId, PhotoId};
use plumbline_domain::people::members;
use plumbline_domain::shoots::overrides;
use plumbline_domain::shoots::photos::{self, reprocess};
use plumbline_domain::shoots::renditions::{self, Kind, Rendition};
use plumbline_storage::key::Key;

use crate::downloads::body::{Body, Delivery, Keep, Segment};
use crate::http::errors::Error;
use crate::http::extractors::{Editor, Member};
use crate::http::forms::Path;
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::traffic::slots;
use crate::http::{redirect, urls};
use crate::uploads::multipart;

/// Largest mask, in bytes: two flat colours take far less.
const MAX_BYTES: usize = 4 << 20;
/// Longest side, in pixels: that of the preview.
const MAX_SIDE: u32 = 2048;
/// Largest difference from the preview's shape, as a share of it: a size is rounded.
const SHAPE_TOLERANCE: f64 = 0.01;

/// `GET /photos/{photo}/mask`: as it was sent.
pub async fn show(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path(id): Path<PhotoId>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let stored = overrides::of_photo(&mut scope, id).await?;
    drop(scope);
    let mask = stored
        .and_then(|stored| stored.mask)
        .ok_or(Error::NotFound)?;
    let bytes = state.storage.get(&key(&member, id, mask)).await?;
    let body = Body {
        segments: vec![Segment::Bytes(bytes)],
        tag: mask.to_string(),
    };
    let delivery = Delivery {
        content_type: "image/png",
        file_name: "sky-mask.png",
        save: false,
        keep: Keep::Versions,
        slot: None,
    };
    Ok(body.answer(&request, &state.storage, delivery))
}

/// `POST /photos/{photo}/mask`: stores it, and orders another run with it.
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<PhotoId>,
    form: Multipart,
) -> Result<HttpResponse, Error> {
    multipart::check_header(&request)?;
    let kind = slots::Kind::Upload;
    let _slot = state.slots.of_member(&request, &state, &member, kind)?;
    let mut scope = member.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let preview = renditions::find(&mut scope, id, Kind::Preview).await?;
    drop(scope);
    let sent = multipart::each(&request, form, "mask", async |field| {
        multipart::small(field, MAX_BYTES).await
    });
    let sent = sent.await?.pop().ok_or(Error::BadForm)??;
    let kept = match checked(sent, preview.as_ref()) {
        Ok(bytes) => keep(&state, &member, id, bytes).await?,
        Err(sentence) => return refuse(&request, &state, &member, id, sentence).await,
    };
    match kept {
        Kept::Yes(saved) => {
            let page = Notice::EnhancingAgain.on(&urls::photo(id));
            Ok(redirect::after(saved, &page))
        }
        Kept::InProgress => refuse(&request, &state, &member, id, IN_PROGRESS.to_owned()).await,
    }
}

const IN_PROGRESS: &str =
    "This photo is being enhanced. Wait until it is done, then save the mask again.";

enum Kept {
    Yes(plumbline_domain::scope::Saved),
    /// A worker has the photo.
    InProgress,
}

/// Stores the bytes, then the row that refers to them.
async fn keep(
    state: &State,
    member: &members::Member,
    id: PhotoId,
    bytes: Bytes,
) -> Result<Kept, Error> {
    let mask = MaskId::new();
    let key = key(member, id, mask);
    state.storage.put(&key, bytes).await?;
    let mut scope = member.scope(&state.db).await?;
    overrides::put_mask(&mut scope, member, id, mask).await?;
    if reprocess::finished(&mut scope, id).await?.is_some() {
        return Ok(Kept::Yes(scope.commit().await?));
    }
    drop(scope);
    state.storage.delete(&key).await?;
    Ok(Kept::InProgress)
}

fn key(member: &members::Member, photo: PhotoId, mask: MaskId) -> Key {
    Key::mask(member.organization().uuid(), photo.uuid(), mask.uuid())
}

async fn refuse(
    request: &HttpRequest,
    state: &State,
    member: &members::Member,
    id: PhotoId,
    sentence: String,
) -> Result<HttpResponse, Error> {
    if multipart::wants_json(request) {
        return Err(Error::Wrong(sentence));
    }
    let mut scope = member.scope(&state.db).await?;
    crate::pages::photos::refuse_mask(request, member, &mut scope, id, sentence).await
}

/// The mask, or a sentence that says what to do instead.
fn checked(sent: Option<Bytes>, preview: Option<&Rendition>) -> Result<Bytes, String> {
    let Some(preview) = preview else {
        return Err(
            "This photo has no preview yet. Wait until it is done, then upload the mask again."
                .into(),
        );
    };
    let Some(bytes) = sent else {
        return Err("This mask has more than 4 MB. Save it as a PNG in black and white, no larger than the preview, and upload that.".into());
    };
    let Some((width, height)) = png_size(&bytes) else {
        return Err("This is not a PNG. Save the mask as a PNG, white where there is sky and black elsewhere, and upload that.".into());
    };
    if !fits(width, height, preview) {
        let wanted = (preview.width, preview.height);
        return Err(format!(
            "This mask has {width} × {height} pixels and does not fit the photo. Make one of {} × {} pixels and upload that.",
            wanted.0, wanted.1
        ));
    }
    Ok(bytes)
}

/// Width and height, by the first chunk of a PNG (its third edition, 5.2 and 11.2.1).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    const BEGINNING: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
    let (width, rest) = bytes.strip_prefix(BEGINNING)?.split_first_chunk::<4>()?;
    let (height, _) = rest.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

fn fits(width: u32, height: u32, preview: &Rendition) -> bool {
    let sides_are_right = [width, height]
        .iter()
        .all(|side| (1..=MAX_SIDE).contains(side));
    let wanted = f64::from(preview.width) / f64::from(preview.height.max(1));
    let sent = f64::from(width) / f64::from(height.max(1));
    sides_are_right && (sent / wanted - 1.0).abs() <= SHAPE_TOLERANCE
}

#[cfg(test)]
mod tests {
    use plumbline_domain::ids::AttemptId;

    use super::*;

    fn preview(width: i32, height: i32) -> Rendition {
        Rendition {
            attempt_id: AttemptId::new(),
            photo_id: PhotoId::new(),
            kind: Kind::Preview,
            content_type: "image/webp".to_owned(),
            width,
            height,
            size_bytes: 1,
            sha256: vec![],
            crc32: 0,
        }
    }

    fn png(width: u32, height: u32) -> Option<Bytes> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        Some(bytes.into())
    }

    #[test]
    fn a_mask_of_the_previews_shape_is_taken_at_any_size() {
        let preview = preview(2048, 1365);
        for (width, height) in [(2048, 1365), (1024, 683), (600, 400)] {
            assert!(checked(png(width, height), Some(&preview)).is_ok());
        }
    }

    #[test]
    fn any_other_mask_is_refused_with_what_to_do() {
        let preview = preview(2048, 1365);
        for (sent, said) in [
            (png(1365, 2048), "does not fit the photo"),
            (png(2048, 1300), "Make one of 2048 × 1365 pixels"),
            (png(4096, 2730), "does not fit the photo"),
            (png(0, 0), "does not fit the photo"),
            (Some(Bytes::from_static(b"\xff\xd8\xff")), "not a PNG"),
            (Some(Bytes::new()), "not a PNG"),
            (None, "more than 4 MB"),
        ] {
            let sentence = checked(sent, Some(&preview)).unwrap_err();
            assert!(sentence.contains(said), "{sentence}");
        }
        assert!(checked(png(600, 400), None).is_err(), "no preview to fit");
    }
}
