//! Removals: a sky is no longer offered; shoots and photos that use it keep it.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::SkyId;
use plumbline_domain::shoots::skies;

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::state::State;
use crate::http::{redirect, urls};

/// `POST /skies/{sky}/removal`: the list then offers to restore it.
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
    skies::remove(&mut scope, id).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &format!("{}?removed={id}", urls::skies()),
    ))
}
