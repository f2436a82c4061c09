//! Uploads of skies: stored and received like photos, but camera RAW is refused.

use actix_multipart::{Field, Multipart};
use actix_web::{HttpRequest, HttpResponse, web};
use plumbline_documents::ContentType;
use plumbline_domain::ids::SkyId;
use plumbline_domain::people::members;
use plumbline_domain::shoots::skies::{self, Received};
use plumbline_storage::key::Key;

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::traffic::slots;
use crate::http::{redirect, urls};
use crate::pages::skies::refuse_upload;
use crate::uploads::intake::{self, Arrived, NotTaken};
use crate::uploads::multipart;

/// `POST /skies`
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    member: Editor,
    form: Multipart,
) -> Result<HttpResponse, Error> {
    let kind = slots::Kind::Upload;
    let _slot = state.slots.of_member(&request, &state, &member, kind)?;
    let taken = multipart::each(&request, form, "sky", async |field| {
        take(&state, &member, field).await
    });
    let mut refusals = Vec::new();
    for sky in taken.await? {
        match sky {
            Ok(_) => {}
            Err(NotTaken::Refused { sentence, .. }) => refusals.push(sentence),
            Err(NotTaken::Broken(error)) => return Err(error),
        }
    }
    if refusals.is_empty() {
        return Ok(redirect::to(&Notice::SkyAdded.on(&urls::skies())));
    }
    refuse_upload(&request, &state, &member, refusals.join(" ")).await
}

async fn take(state: &State, member: &members::Member, field: Field) -> Result<SkyId, NotTaken> {
    let file_name = multipart::name_of(&field);
    let id = SkyId::new();
    let key = Key::sky(member.organization().uuid(), id.uuid());
    let mut pieces = multipart::pieces(field);
    let arrived = intake::store(state, &key, &file_name, &mut pieces).await;
    if matches!(arrived, Err(NotTaken::Refused { .. })) {
        multipart::drain(pieces).await;
    }
    let arrived = arrived?;
    if arrived.content_type == ContentType::Raw {
        state.storage.delete(&key).await.map_err(Error::from)?;
        return Err(NotTaken::refused(
            "A camera RAW file cannot be a sky. Export it as JPEG or TIFF and upload that.",
        ));
    }
    let known = receive(state, member, id, &file_name, &arrived).await?;
    if known != id {
        state.storage.delete(&key).await.map_err(Error::from)?;
    }
    Ok(known)
}

async fn receive(
    state: &State,
    member: &members::Member,
    id: SkyId,
    file_name: &str,
    arrived: &Arrived,
) -> Result<SkyId, Error> {
    let received = Received {
        id,
        name: file_name
            .rsplit_once('.')
            .map(|(stem, _)| stem)
            .filter(|stem| !stem.is_empty())
            .unwrap_or(file_name),
        content_type: arrived.content_type.as_str(),
        size_bytes: arrived.size_bytes,
        sha256: arrived.sha256,
        size_pixels: arrived.size_pixels,
    };
    let mut scope = member.scope(&state.db).await?;
    let known = skies::receive(&mut scope, &received).await?;
    scope.commit().await?;
    Ok(known)
}
