//! Removals: a photo leaves its shoot and its galleries.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::PhotoId;
use plumbline_domain::shoots::photos::{self, brackets};

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};

/// `POST /photos/{photo}/removal`: the shoot's page then offers to restore it.
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
    if let Some(leader) = brackets::leader(&mut scope, id).await? {
        return Ok(redirect::to(
            &Notice::InAnotherPhoto.on(&urls::photo(leader)),
        ));
    }
    photos::remove(&mut scope, id).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &format!("{}?removed={id}", urls::shoot(photo.shoot_id)),
    ))
}
