//! What a person says about a photo, against what was seen on it or wished for its shoot.
//! Saying it orders another run.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::PhotoId;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::overrides::{self, Place};
use plumbline_domain::shoots::photos::{self, reprocess};
use serde::Deserialize;

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};
use crate::pages::skies::choices::{self, SaidSky};

#[derive(Deserialize)]
pub struct CorrectionForm {
    place: SaidPlace,
    sky: SaidSky,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SaidPlace {
    Seen,
    Interior,
    Exterior,
}

impl SaidPlace {
    fn place(self) -> Option<Place> {
        match self {
            Self::Seen => None,
            Self::Interior => Some(Place::Interior),
            Self::Exterior => Some(Place::Exterior),
        }
    }
}

/// `POST /photos/{photo}/correction`
pub async fn create(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<PhotoId>,
    Form(form): Form<CorrectionForm>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let SaidSky(sky) = form.sky;
    choices::check(&mut scope, sky).await?;
    overrides::put(&mut scope, &member, id, form.place.place(), sky).await?;
    develop_again(scope, id).await
}

/// `POST /photos/{photo}/correction/withdrawal`: as it was seen, and as the shoot's.
pub async fn delete(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<PhotoId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    overrides::delete(&mut scope, id).await?;
    develop_again(scope, id).await
}

/// What was said counts with the run that it orders; while a worker has the photo, nothing
/// is said.
async fn develop_again(mut scope: Scope, id: PhotoId) -> Result<HttpResponse, Error> {
    let page = urls::photo(id);
    if reprocess::finished(&mut scope, id).await?.is_none() {
        return Ok(redirect::to(&Notice::InHand.on(&page)));
    }
    let saved = scope.commit().await?;
    Ok(redirect::after(saved, &Notice::DevelopingAgain.on(&page)))
}
