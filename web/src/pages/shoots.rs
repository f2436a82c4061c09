//! Shoots: the list of them, and the form for a new one.

pub mod attempts;
pub mod page;
pub mod sky;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use plumbline_documents::{EngineChoice, Look};
use plumbline_domain::ids::{PhotoId, ShootId};
use plumbline_domain::people::members;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use plumbline_domain::shoots::NAME_MAX_CHARS;
use plumbline_domain::shoots::renditions::Kind;
use plumbline_domain::shoots::skies;
use serde::Deserialize;

use crate::http::errors::Error;
use crate::http::extractors::{Editor, Member};
use crate::http::forms::{Errors, Form};
use crate::http::layout::Layout;
use crate::http::paging::{Asked, Paging};
use crate::http::state::State;
use crate::http::{redirect, render, urls};
use crate::pages::skies::choices::{Choice, SkyField, choices};
use crate::pages::view::{Counts, Picture, day};

#[derive(Template)]
#[template(path = "shoots.html")]
struct IndexPage {
    layout: Layout,
    form: ShootForm,
    skies: Vec<Choice>,
    /// Those on this page alone.
    shoots: Vec<ShootCard>,
    paging: Paging,
}

/// Shoots on one page of the list.
const PER_PAGE: i64 = 48;

#[derive(Default, Deserialize)]
pub struct ShootForm {
    name: String,
    #[serde(default)]
    look: Look,
    #[serde(default)]
    engine: EngineChoice,
    #[serde(default)]
    sky: SkyField,
    #[serde(skip)]
    errors: Errors,
}

impl ShootForm {
    fn is_bright(&self) -> bool {
        self.look == Look::Bright
    }

    fn is_warm(&self) -> bool {
        self.look == Look::Warm
    }

    fn is_tiled(&self) -> bool {
        self.engine == EngineChoice::Tiled
    }

    fn is_natural(&self) -> bool {
        self.engine == EngineChoice::Natural
    }

    fn check(&mut self) {
        self.name = self.name.trim().to_owned();
        match self.name.chars().count() {
            0 => self
                .errors
                .add("name", "Please name the shoot, for example by its address."),
            1..=NAME_MAX_CHARS => {}
            _ => self
                .errors
                .add("name", "Please keep the name to 200 characters."),
        }
    }
}

struct ShootCard {
    id: ShootId,
    name: String,
    created: String,
    counts: Counts,
    thumbs: Vec<Picture>,
}

/// `GET /shoots`
pub async fn index(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let form = ShootForm::default();
    let page = index_page(&request, &member, &mut scope, form, *asked).await?;
    Ok(render::show(&page))
}

/// `POST /shoots`
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    member: Editor,
    Form(mut form): Form<ShootForm>,
) -> Result<HttpResponse, Error> {
    form.check();
    let mut scope = member.scope(&state.db).await?;
    if !form.errors.is_empty() {
        let page = index_page(&request, &member, &mut scope, form, Asked::default()).await?;
        return Ok(render::refuse(&page));
    }
    let SkyField(sky) = form.sky;
    crate::pages::skies::choices::check(&mut scope, Some(sky)).await?;
    let shoot = shoots::create(&mut scope, &member, &form.name, form.look).await?;
    shoots::choose_engine(&mut scope, shoot, form.engine).await?;
    shoots::choose_sky(&mut scope, shoot, sky).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(saved, &urls::shoot(shoot)))
}

async fn index_page(
    request: &HttpRequest,
    member: &members::Member,
    scope: &mut Scope,
    form: ShootForm,
    asked: Asked,
) -> Result<IndexPage, Error> {
    let layout = Layout::of_member(request, member, scope, "Shoots").await?;
    let total = shoots::count(scope).await?;
    let paging = Paging::new(asked, total, PER_PAGE, urls::shoots());
    let shoots = shoots::summaries(scope, paging.page())
        .await?
        .into_iter()
        .map(card)
        .collect();
    let skies = skies::even_removed(scope).await?;
    Ok(IndexPage {
        layout,
        skies: choices(&skies, Some(form.sky.0)),
        form,
        shoots,
        paging,
    })
}

fn card(shoot: shoots::Summary) -> ShootCard {
    // Cards crop their thumbs, so the shape named here only holds the place.
    let thumb = |photo: &PhotoId| Picture {
        src: urls::photo_rendition(photo, Kind::Thumb.as_str()),
        width: 640,
        height: 427,
    };
    ShootCard {
        id: shoot.id,
        name: shoot.name,
        created: day(shoot.created_at),
        counts: shoot.counts.into(),
        thumbs: shoot.covers.iter().map(thumb).collect(),
    }
}
