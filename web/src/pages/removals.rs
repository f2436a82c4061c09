//! Taking a photo out of its shoot or a sky off the list, and bringing it back.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::{PhotoId, SkyId};
use plumbline_domain::shoots::photos::{self, brackets};
use plumbline_domain::shoots::skies;

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::layout::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};

/// `POST /photos/{photo}/removal`: the shoot's page then offers to bring it back.
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

/// `POST /photos/{photo}/restoration`
pub async fn delete(
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

/// `POST /skies/{sky}/removal`: the list then offers to bring it back.
pub async fn create_of_sky(
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

/// `POST /skies/{sky}/restoration`
pub async fn delete_of_sky(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<SkyId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    skies::find_even_removed(&mut scope, id)
        .await?
        .ok_or(Error::NotFound)?;
    skies::restore(&mut scope, id).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &Notice::SkyRestored.on(&urls::skies()),
    ))
}
