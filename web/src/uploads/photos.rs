//! Uploads of photos. The page's script sends one file a request, the plain form all of them
//! in one; both end here.

use actix_multipart::{Field, Multipart};
use actix_web::{HttpRequest, HttpResponse, web};
use plumbline_domain::ids::ShootId;
use plumbline_domain::people::members::Member;
use plumbline_domain::shoots;
use serde_json::json;

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::Path;
use crate::http::state::State;
use crate::http::traffic::slots;
use crate::http::{redirect, urls};
use crate::uploads::intake::{NotTaken, Taken, take};
use crate::uploads::multipart;

/// `POST /shoots/{shoot}/photos`
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    member: Editor,
    Path(shoot): Path<ShootId>,
    form: Multipart,
) -> Result<HttpResponse, Error> {
    multipart::check_header(&request)?;
    let kind = slots::Kind::Upload;
    let _slot = state.slots.of_member(&request, &state, &member, kind)?;
    let mut scope = member.scope(&state.db).await?;
    shoots::find(&mut scope, shoot)
        .await?
        .ok_or(Error::NotFound)?;
    drop(scope);
    let results = multipart::each(&request, form, "photo", async |field| {
        take_field(&state, &member, shoot, field).await
    });
    let results = results.await?;
    if multipart::wants_json(&request) {
        return answer_script(results);
    }
    answer_form(&request, &state, &member, shoot, results).await
}

async fn take_field(
    state: &State,
    member: &Member,
    shoot: ShootId,
    field: Field,
) -> Result<Taken, NotTaken> {
    let name = multipart::name_of(&field);
    let mut pieces = multipart::pieces(field);
    let taken = take(state, member, shoot, name, &mut pieces).await;
    if matches!(taken, Err(NotTaken::Refused { .. })) {
        multipart::drain(pieces).await;
    }
    taken
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
            .body(json!({"title": "This file was not accepted", "detail": sentence}).to_string())),
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
    crate::pages::shoots::page::refuse_upload(request, state, member, shoot, sentence).await
}
