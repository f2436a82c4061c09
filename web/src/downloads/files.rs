//! Downloads: renditions and originals.

use actix_web::{HttpRequest, HttpResponse, web};
use plumbline_documents::ContentType;
use plumbline_domain::ids::{AttemptId, OrganizationId, PhotoId};
use plumbline_domain::shoots::photos::{self, Photo};
use plumbline_domain::shoots::renditions::{self, Kind, Rendition};
use plumbline_storage::key::Key;

use crate::downloads::body::{Body, Delivery};
use crate::http::errors::Error;
use crate::http::extractors::{Guest, Member};
use crate::http::forms::Path;
use crate::http::state::State;

/// `GET /photos/{photo}/renditions/{kind}`
pub async fn show_rendition(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path((id, kind)): Path<(PhotoId, String)>,
) -> Result<HttpResponse, Error> {
    let kind: Kind = kind.parse().map_err(|_| Error::NotFound)?;
    let mut scope = member.scope(&state.db).await?;
    let photo = photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let found = renditions::find(&mut scope, id, kind)
        .await?
        .ok_or(Error::NotFound)?;
    drop(scope);
    let organization = member.organization();
    Ok(rendition(&request, &state, organization, &photo, &found))
}

/// `GET /photos/{photo}/attempts/{attempt}/renditions/{kind}`: pictures of an
/// attempt. The full file is served of the accepted attempt only.
pub async fn show_attempt(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path((id, attempt, kind)): Path<(PhotoId, AttemptId, String)>,
) -> Result<HttpResponse, Error> {
    let kind: Kind = kind.parse().map_err(|_| Error::NotFound)?;
    if kind == Kind::Full {
        return Err(Error::NotFound);
    }
    let mut scope = member.scope(&state.db).await?;
    let photo = photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let found = renditions::of_attempt(&mut scope, id, attempt, kind)
        .await?
        .ok_or(Error::NotFound)?;
    drop(scope);
    let organization = member.organization();
    Ok(rendition(&request, &state, organization, &photo, &found))
}

/// The bytes of a rendition that somebody was found to be allowed to have.
pub fn rendition(
    request: &HttpRequest,
    state: &State,
    organization: OrganizationId,
    photo: &Photo,
    found: &Rendition,
) -> HttpResponse {
    let attempt = found.attempt_id.uuid();
    let key = rendition_key(organization, photo.id, attempt, found.kind);
    let body = Body::blob(key, found.size_bytes, &found.sha256);
    let delivery = Delivery {
        content_type: &found.content_type,
        file_name: &file_name(photo.number, &photo.name, &found.content_type),
        save: found.kind == Kind::Full,
    };
    body.answer(request, &state.storage, &delivery)
}

/// `GET /photos/{photo}/original`: the bytes as they were uploaded.
pub async fn show_original(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path(id): Path<PhotoId>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let photo: Photo = photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    drop(scope);
    let key = Key::original(member.organization().uuid(), id.uuid());
    let body = Body::blob(key, photo.size_bytes, &photo.sha256);
    let delivery = Delivery {
        content_type: &photo.content_type,
        file_name: &photo.name,
        save: true,
    };
    Ok(body.answer(&request, &state.storage, &delivery))
}

/// `GET /g/{token}/photos/{photo}/{kind}`
pub async fn show_shared(
    request: HttpRequest,
    state: web::Data<State>,
    guest: Guest,
    Path((_, id, kind)): Path<(String, PhotoId, String)>,
) -> Result<HttpResponse, Error> {
    let kind = shared_kind(&kind)?;
    let mut scope = guest.scope(&state.db).await?;
    let found = renditions::shared(&mut scope, guest.shoot, kind, Some(id)).await?;
    drop(scope);
    let shared = found.first().ok_or(Error::NotFound)?;
    let key = rendition_key(guest.organization(), id, shared.attempt_id.uuid(), kind);
    let body = Body::blob(key, shared.size_bytes, &shared.sha256);
    let delivery = Delivery {
        content_type: &shared.content_type,
        file_name: &file_name(shared.number, &shared.name, &shared.content_type),
        save: kind == Kind::Full,
    };
    Ok(body.answer(&request, &state.storage, &delivery))
}

/// Customers get the result; the original, the heatmap and the sky mask are for the
/// organization only.
fn shared_kind(word: &str) -> Result<Kind, Error> {
    match word.parse() {
        Ok(kind @ (Kind::Full | Kind::Preview | Kind::Thumb)) => Ok(kind),
        Ok(Kind::Before | Kind::Original | Kind::Heatmap | Kind::Mask) | Err(_) => {
            Err(Error::NotFound)
        }
    }
}

pub fn rendition_key(
    organization: OrganizationId,
    photo: PhotoId,
    attempt: uuid::Uuid,
    kind: Kind,
) -> Key {
    Key::rendition(organization.uuid(), photo.uuid(), attempt, kind.as_str())
}

/// "003-living-room.jpg": the number keeps names apart and photos in order.
pub fn file_name(number: i32, name: &str, content_type: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let ending = match content_type.parse() {
        Ok(ContentType::Png) => "png",
        Ok(ContentType::Tiff) => "tif",
        Ok(ContentType::WebP) => "webp",
        Ok(ContentType::Jpeg | ContentType::Raw) | Err(_) => "jpg",
    };
    format!("{number:03}-{}.{ending}", safe_name(stem))
}

/// A name that every file system takes, and that cannot climb out of a folder.
pub fn safe_name(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| {
            if c.is_control() || "/\\:*?\"<>|".contains(c) {
                '_'
            } else {
                c
            }
        })
        .take(120)
        .collect();
    let trimmed = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if trimmed.is_empty() {
        "photo".to_owned()
    } else {
        trimmed.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_and_safe() {
        for (name, file) in [
            ("living room.TIF", "007-living room.jpg"),
            ("../../etc/passwd.jpg", "007-_.._etc_passwd.jpg"),
            ("küche.jpg", "007-küche.jpg"),
            (".jpg", "007-photo.jpg"),
            ("a\u{0}b.jpg", "007-a_b.jpg"),
        ] {
            assert_eq!(file_name(7, name, "image/jpeg"), file);
        }
    }
}
