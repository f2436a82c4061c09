//! Overrides: a person's word on a photo's scene and sky, against the scene analysis and the
//! shoot's choice. Saving one orders another run.

use actix_web::{HttpResponse, web};
use plumbline_documents::Place;
use plumbline_domain::ids::PhotoId;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::overrides;
use plumbline_domain::shoots::photos::{self, reprocess};
use serde::Deserialize;

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};
use crate::pages::skies::choices::{self, PhotoSkyField};

#[derive(Deserialize)]
pub struct OverrideForm {
    place: PlaceField,
    sky: PhotoSkyField,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PlaceField {
    // As a page of the release before sends it.
    #[serde(alias = "seen")]
    Detected,
    Interior,
    Exterior,
}

impl PlaceField {
    fn place(self) -> Option<Place> {
        match self {
            Self::Detected => None,
            Self::Interior => Some(Place::Interior),
            Self::Exterior => Some(Place::Exterior),
        }
    }
}

/// `POST /photos/{photo}/override`
pub async fn create(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<PhotoId>,
    Form(form): Form<OverrideForm>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let PhotoSkyField(sky) = form.sky;
    choices::check(&mut scope, sky).await?;
    overrides::put(&mut scope, &member, id, form.place.place(), sky).await?;
    enhance_again(scope, id).await
}

/// `POST /photos/{photo}/override/withdrawal`: back to the scene analysis and the shoot's choice.
pub async fn delete(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<PhotoId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    overrides::delete(&mut scope, id).await?;
    enhance_again(scope, id).await
}

/// Commits with the run that it orders; while a worker has the photo, nothing is saved.
async fn enhance_again(mut scope: Scope, id: PhotoId) -> Result<HttpResponse, Error> {
    let page = urls::photo(id);
    if reprocess::finished(&mut scope, id).await?.is_none() {
        return Ok(redirect::to(&Notice::InProgress.on(&page)));
    }
    let saved = scope.commit().await?;
    Ok(redirect::after(saved, &Notice::EnhancingAgain.on(&page)))
}
