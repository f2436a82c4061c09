//! Downloads: renditions and originals.

use actix_web::{HttpRequest, HttpResponse, web};
use plumbline_domain::ids::{AttemptId, OrganizationId, PhotoId};
use plumbline_domain::shoots::photos::{self, Photo};
use plumbline_domain::shoots::renditions::{self, Kind, Rendition};
use plumbline_storage::key::Key;

use crate::downloads::body::{Body, Delivery, Keep};
use crate::downloads::names::{file_name, original_name};
use crate::http::errors::Error;
use crate::http::extractors::{Guest, Member};
use crate::http::forms::Path;
use crate::http::state::State;
use crate::http::traffic::slots::{self, Slot};

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
    let slot = match kind {
        Kind::Full | Kind::Delivered => Some(member_s(&request, &state, &member)?),
        _ => None,
    };
    let organization = member.organization();
    let keep = Keep::Versions;
    Ok(rendition(
        &request,
        &state,
        organization,
        &photo,
        &found,
        (keep, slot),
    ))
}

fn member_s(request: &HttpRequest, state: &State, member: &Member) -> Result<Slot, Error> {
    let kind = slots::Kind::Download;
    state.slots.of_member(request, state, member, kind)
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
    if is_large(kind) {
        return Err(Error::NotFound);
    }
    let mut scope = member.scope(&state.db).await?;
    let photo = photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let found = renditions::of_attempt(&mut scope, id, attempt, kind)
        .await?
        .ok_or(Error::NotFound)?;
    drop(scope);
    let organization = member.organization();
    let shown = (Keep::Versions, None);
    Ok(rendition(
        &request,
        &state,
        organization,
        &photo,
        &found,
        shown,
    ))
}

/// The bytes of a rendition that somebody was found to be allowed to have.
pub fn rendition(
    request: &HttpRequest,
    state: &State,
    organization: OrganizationId,
    photo: &Photo,
    found: &Rendition,
    (keep, slot): (Keep, Option<Slot>),
) -> HttpResponse {
    let attempt = found.attempt_id.uuid();
    let key = rendition_key(organization, photo.id, attempt, found.kind);
    let body = Body::blob(key, found.size_bytes, &found.sha256);
    let delivery = Delivery {
        content_type: &found.content_type,
        file_name: &file_name(photo.number, &photo.name, &found.content_type),
        save: is_large(found.kind),
        keep,
        slot,
    };
    body.answer(request, &state.storage, delivery)
}

/// `GET /photos/{photo}/original`: the bytes as they were uploaded, by the name and type of what
/// they are. Whoever uploaded them chose neither.
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
    let (file_name, content_type) = original_name(&photo.name, &photo.content_type);
    let delivery = Delivery {
        content_type,
        file_name: &file_name,
        save: true,
        keep: Keep::Never,
        slot: Some(member_s(&request, &state, &member)?),
    };
    Ok(body.answer(&request, &state.storage, delivery))
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
    let shared = match found.first() {
        Some(shared) => shared,
        None => return Err(missing(&state, &guest, kind, id).await?),
    };
    let key = rendition_key(guest.organization(), id, shared.attempt_id.uuid(), kind);
    let body = Body::blob(key, shared.size_bytes, &shared.sha256);
    let slot = match kind {
        Kind::Delivered => {
            let kind = slots::Kind::Download;
            Some(state.slots.of_guest(&request, &state, &guest, kind)?)
        }
        _ => None,
    };
    let delivery = Delivery {
        content_type: &shared.content_type,
        file_name: &file_name(shared.number, &shared.name, &shared.content_type),
        save: is_large(kind),
        keep: Keep::Never,
        slot,
    };
    Ok(body.answer(&request, &state.storage, delivery))
}

/// `true`: a file to keep, not a picture of a page.
fn is_large(kind: Kind) -> bool {
    matches!(kind, Kind::Full | Kind::Delivered)
}

/// The error when customers may not have a file: it may be that it only has to be made first.
async fn missing(state: &State, guest: &Guest, kind: Kind, photo: PhotoId) -> Result<Error, Error> {
    if kind != Kind::Delivered {
        return Ok(Error::NotFound);
    }
    let mut scope = guest.scope(&state.db).await?;
    let full = renditions::shared(&mut scope, guest.shoot, Kind::Full, Some(photo)).await?;
    Ok(match full.is_empty() {
        true => Error::NotFound,
        false => Error::Preparing,
    })
}

/// Customers get the result, and of its full file the one that tells no place, serial number or
/// owner; the original, the heatmap and the sky mask are for the organization only.
fn shared_kind(word: &str) -> Result<Kind, Error> {
    match word.parse() {
        Ok(Kind::Full | Kind::Delivered) => Ok(Kind::Delivered),
        Ok(kind @ (Kind::Preview | Kind::Thumb)) => Ok(kind),
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
