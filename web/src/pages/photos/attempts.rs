//! Attempts: another run of the pipeline over a photo that failed.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::PhotoId;
use plumbline_domain::shoots::photos::{self, reprocess};

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
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
    let notice = match reprocess::failed(&mut scope, id).await? {
        Some(_) => Notice::EnhancingAgain,
        None => Notice::NotFailed,
    };
    let saved = scope.commit().await?;
    Ok(redirect::after(saved, &notice.on(&urls::photo(id))))
}
