//! Attempts: another run of the pipeline over all exteriors of a shoot.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::ShootId;
use plumbline_domain::shoots::{self, photos::reprocess};

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};

/// `POST /shoots/{shoot}/attempts`: every exterior that follows the shoot's sky choice.
pub async fn create(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<ShootId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    shoots::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let notice = match reprocess::exteriors(&mut scope, id).await? {
        0 => Notice::NoExteriors,
        _ => Notice::EnhancingExteriors,
    };
    let saved = scope.commit().await?;
    Ok(redirect::after(saved, &notice.on(&urls::shoot(id))))
}
