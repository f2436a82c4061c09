//! Another run of the pipeline: for a photo that failed, or for all exteriors of a shoot.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::{PhotoId, ShootId};
use plumbline_domain::shoots;
use plumbline_domain::shoots::photos::{self, reprocess};

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::layout::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};

/// `POST /photos/{photo}/attempts`
pub async fn create(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<PhotoId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    reprocess::failed(&mut scope, id).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &Notice::TryingAgain.on(&urls::photo(id)),
    ))
}

/// `POST /shoots/{shoot}/attempts`: every exterior that follows the shoot's wish for skies.
pub async fn create_of_exteriors(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<ShootId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    shoots::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    reprocess::exteriors(&mut scope, id).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &Notice::ExteriorsAgain.on(&urls::shoot(id)),
    ))
}
