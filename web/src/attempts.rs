//! Another run of the pipeline, for a photo that failed.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::PhotoId;
use plumbline_domain::photos;

use crate::access::Editor;
use crate::error::Error;
use crate::form::{Form, Path, Press};
use crate::layout::Notice;
use crate::state::State;
use crate::{redirect, urls};

/// `POST /photos/{photo}/attempts`
pub async fn create(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<PhotoId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    photos::try_again(&mut scope, id).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &Notice::TryingAgain.on(&urls::photo(id)),
    ))
}
