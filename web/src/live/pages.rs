//! The event streams of a shoot's and a photo's page.

use actix_web::http::header::{self, ContentEncoding};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use plumbline_domain::ids::{OrganizationId, PhotoId, ShootId};
use plumbline_domain::shoots::{self, photos};

use crate::http::errors::Error;
use crate::http::extractors::Member;
use crate::http::forms::Path;
use crate::http::state::State;
use crate::http::traffic::slots::{self, Slot};

/// The slot is free again when the page is closed.
fn answer(
    events: impl Stream<Item = Result<Bytes, actix_web::Error>> + 'static,
    slot: Slot,
) -> HttpResponse {
    let events = events.inspect(move |_| {
        let _held = &slot;
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(header::CacheControl(vec![header::CacheDirective::NoStore]))
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(events)
}

/// `GET /shoots/{shoot}/live`
pub async fn show_shoot(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path(id): Path<ShootId>,
) -> Result<HttpResponse, Error> {
    let kind = slots::Kind::Events;
    let slot = state.slots.of_member(&request, &state, &member, kind)?;
    let mut scope = member.scope(&state.db).await?;
    shoots::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let organization: OrganizationId = scope.organization();
    drop(scope);
    let events = state
        .live
        .events(move |change| change.organization == organization && change.shoot == id);
    Ok(answer(events, slot))
}

/// `GET /photos/{photo}/live`
pub async fn show_photo(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path(id): Path<PhotoId>,
) -> Result<HttpResponse, Error> {
    let kind = slots::Kind::Events;
    let slot = state.slots.of_member(&request, &state, &member, kind)?;
    let mut scope = member.scope(&state.db).await?;
    photos::find_even_removed(&mut scope, id)
        .await?
        .ok_or(Error::NotFound)?;
    let organization = scope.organization();
    drop(scope);
    let events = state
        .live
        .events(move |change| change.organization == organization && change.photo == Some(id));
    Ok(answer(events, slot))
}
