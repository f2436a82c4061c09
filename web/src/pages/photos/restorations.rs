//! Restorations: a removed photo comes back to its shoot.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::PhotoId;
use plumbline_domain::shoots::photos;

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};

/// `POST /photos/{photo}/restoration`
pub async fn create(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<PhotoId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let photo = photos::find_even_removed(&mut scope, id)
        .await?
        .ok_or(Error::NotFound)?;
    photos::restore(&mut scope, id).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &Notice::Restored.on(&urls::shoot(photo.shoot_id)),
    ))
}
