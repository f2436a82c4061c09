//! Photos from a browser. The same door serves the page's script, which sends
//! one file a request, and the plain form, which sends them all in one.

use actix_multipart::{Field, Multipart};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use plumbline_domain::ids::ShootId;
use plumbline_domain::members::Member;
use plumbline_domain::shoots;
use serde_json::json;

use crate::access::Editor;
use crate::csrf;
use crate::error::Error;
use crate::form::Path;
use crate::intake::{MAX_BYTES, NotTaken, Taken, plain_name, take};
use crate::state::State;
use crate::{redirect, urls};

/// `POST /shoots/{shoot}/photos`
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    member: Editor,
    Path(shoot): Path<ShootId>,
    mut form: Multipart,
) -> Result<HttpResponse, Error> {
    let mut checked = check_header(&request)?;
    let mut scope = member.scope(&state.db).await?;
    shoots::find(&mut scope, shoot)
        .await?
        .ok_or(Error::NotFound)?;
    drop(scope);
    let mut results = Vec::new();
    while let Some(mut field) = form.try_next().await.map_err(|_| Error::BadForm)? {
        match field.name() {
            Some("csrf") => {
                csrf::visit(&request).check(Some(&text(&mut field).await?))?;
                checked = true;
            }
            Some("photo") if !checked => return Err(Error::ForeignForm),
            Some("photo") => results.push(take_field(&state, &member, shoot, field).await),
            _ => {}
        }
    }
    if !checked {
        return Err(Error::ForeignForm);
    }
    if wants_json(&request) {
        return answer_script(results);
    }
    answer_form(&request, &state, &member, shoot, results).await
}

/// A script sends the token as a header, which only our own pages can set; the
/// plain form sends it as its first field.
fn check_header(request: &HttpRequest) -> Result<bool, Error> {
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
    let bytes = bytes.map_err(|_| Error::BadForm)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Error::BadForm)
}

async fn take_field(
    state: &State,
    member: &Member,
    shoot: ShootId,
    field: Field,
) -> Result<Taken, NotTaken> {
    let disposition = field.content_disposition();
    let name = plain_name(
        disposition
            .and_then(|known| known.get_filename())
            .unwrap_or_default(),
    );
    let mut pieces = field.map_err(|_| Error::BadForm).fuse();
    let taken = take(state, member, shoot, name, &mut pieces).await;
    if matches!(taken, Err(NotTaken::Refused { .. })) {
        drain(pieces).await;
    }
    taken
}

/// Lets the rest of a refused file pass by: an answer that comes while the
/// browser is still sending looks like a broken connection to it.
async fn drain(mut pieces: impl Stream<Item = Result<Bytes, Error>> + Unpin) {
    let mut passed = 0;
    while let Some(Ok(piece)) = pieces.next().await {
        passed += piece.len() as u64;
        if passed > MAX_BYTES {
            return;
        }
    }
}

fn wants_json(request: &HttpRequest) -> bool {
    let accept = request
        .headers()
        .get("accept")
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

fn answer_script(results: Vec<Result<Taken, NotTaken>>) -> Result<HttpResponse, Error> {
    let mut results = results;
    let Some(last) = results.pop() else {
        return Err(Error::BadForm);
    };
    match last {
        Ok(taken) => {
            let body = json!({
                "photo": taken.photo,
                "name": taken.name,
                "duplicate": taken.duplicate,
            });
            let mut response = if taken.duplicate {
                HttpResponse::Ok()
            } else {
                HttpResponse::Created()
            };
            Ok(response.json(body))
        }
        Err(NotTaken::Refused { sentence, status }) => Ok(HttpResponse::build(status)
            .content_type("application/problem+json")
            .body(json!({"title": "Not a photo we can take", "detail": sentence}).to_string())),
        Err(NotTaken::Broken(error)) => Err(error),
    }
}

async fn answer_form(
    request: &HttpRequest,
    state: &State,
    member: &Member,
    shoot: ShootId,
    results: Vec<Result<Taken, NotTaken>>,
) -> Result<HttpResponse, Error> {
    let mut refusals = Vec::new();
    for result in results {
        match result {
            Ok(_) => {}
            Err(NotTaken::Refused { sentence, .. }) => refusals.push(sentence),
            Err(NotTaken::Broken(error)) => return Err(error),
        }
    }
    if refusals.is_empty() {
        return Ok(redirect::to(&urls::shoot(shoot)));
    }
    let sentence = refusals.join(" ");
    crate::shoots::refuse_upload(request, state, member, shoot, sentence).await
}
