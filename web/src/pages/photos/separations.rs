//! Separations: the exposures of a bracket, merged into one photo, become photos again.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::PhotoId;
use plumbline_domain::shoots::photos::{self, brackets};

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};

/// `POST /photos/{photo}/separation`
pub async fn create(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<PhotoId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let photo = photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let notice = if brackets::separate(&mut scope, id).await? {
        Notice::Separated
    } else {
        Notice::NotSeparated
    };
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &notice.on(&urls::shoot(photo.shoot_id)),
    ))
}
