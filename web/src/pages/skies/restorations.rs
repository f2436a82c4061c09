//! Restorations: a removed sky is offered again.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::SkyId;
use plumbline_domain::shoots::skies;

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};

/// `POST /skies/{sky}/restoration`
pub async fn create(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<SkyId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    skies::find_even_removed(&mut scope, id)
        .await?
        .ok_or(Error::NotFound)?;
    skies::restore(&mut scope, id).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &Notice::SkyRestored.on(&urls::skies()),
    ))
}
