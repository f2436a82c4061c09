//! The sky of a shoot: chosen on its page for exteriors that are enhanced from then on, and
//! for those that are there when somebody asks for it.

use actix_web::{HttpResponse, web};
use plumbline_domain::ids::ShootId;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::photos::reprocess;
use plumbline_domain::shoots::skies;
use plumbline_domain::shoots::{self, Shoot};
use serde::Deserialize;

use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};
use crate::pages::skies::choices::{Choice, SkyField, check, choices};

/// The sky on the shoot's page.
pub struct SkyPanel {
    pub choices: Vec<Choice>,
    /// "Enhance 5 exteriors again", where there are some.
    pub enhance_again: Option<String>,
}

impl SkyPanel {
    pub async fn of(scope: &mut Scope, shoot: &Shoot) -> Result<Self, Error> {
        let skies = skies::even_removed(scope).await?;
        let enhance_again = match reprocess::find_exteriors(scope, shoot.id).await?.len() {
            0 => None,
            1 => Some("Enhance the exterior again".to_owned()),
            many => Some(format!("Enhance {many} exteriors again")),
        };
        Ok(Self {
            choices: choices(&skies, Some(shoot.sky)),
            enhance_again,
        })
    }
}

#[derive(Deserialize)]
pub struct SkyForm {
    sky: SkyField,
}

/// `POST /shoots/{shoot}/sky`
pub async fn update(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<ShootId>,
    Form(form): Form<SkyForm>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let SkyField(sky) = form.sky;
    shoots::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    check(&mut scope, Some(sky)).await?;
    shoots::choose_sky(&mut scope, id, sky).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &Notice::SkyChosen.on(&urls::shoot(id)),
    ))
}
