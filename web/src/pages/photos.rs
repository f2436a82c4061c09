//! One photo: before and after, the changes made, and the report on them.

pub mod attempts;
mod facts;
pub mod masks;
pub mod original_code;
pub mod overrides;
pub mod removals;
pub mod restorations;
mod scene_panel;
pub mod separations;

use std::borrow::Cow;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use plumbline_documents::Stage;
use plumbline_domain::ids::PhotoId;
use plumbline_domain::people::members;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use plumbline_domain::shoots::originals;
use plumbline_domain::shoots::photos::{self, Photo, Status, brackets, lists};
use plumbline_domain::shoots::renditions::Kind;
use plumbline_domain::work::attempts::Attempt;
use plumbline_domain::work::reviews;
use serde::Deserialize;

use crate::http::errors::Error;
use crate::http::extractors::{self, Member};
use crate::http::forms::Path;
use crate::http::layout::Layout;
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, render, urls};
use crate::pages::comparison::Comparison;
use crate::pages::disclosure::Disclosure;
use crate::pages::photos::scene_panel::{PhotoOverride, ScenePanel};
use crate::pages::provenance::{AttemptCard, Provenance, sentences};
use crate::pages::qc_report::{ReportView, WhyView};
use crate::pages::reviews::ReviewView;
use crate::pages::shoots::page;
use crate::pages::view::{self, Fact, StatusView, Trouble, file_size, stages_done};

#[derive(Template)]
#[template(path = "photo.html", blocks = ["panel"])]
struct Page {
    layout: Layout,
    id: PhotoId,
    shoot_name: String,
    name: String,
    walk: Walk,
    status: StatusView,
    comparison: Option<Comparison>,
    /// Sky and scene, once there is an attempt or an override.
    scene: Option<ScenePanel>,
    /// The number of an attempt that a person chose to see instead of the current one.
    chosen: Option<i32>,
    /// Filled while waiting or working.
    stages: Vec<StageView>,
    /// The changes made, in sentences.
    done: Vec<String>,
    /// Which pixels were generated, or that none were.
    disclosure: Option<Disclosure>,
    /// The public page of the original, as an address.
    original_page: Option<String>,
    report: Option<ReportView>,
    /// Only while it waits for a person.
    why: Option<WhyView>,
    attempts: Vec<AttemptCard>,
    /// Names of the other originals that were merged into it.
    exposures: Vec<String>,
    facts: Vec<Fact>,
    review: ReviewView,
    trouble: Option<Trouble>,
    can_enhance_again: bool,
    /// "24.1 MB", once there is a result.
    full_size: Option<String>,
    original_size: String,
}

impl Page {
    /// `true`: the sky mask may be painted now.
    fn can_paint(&self) -> bool {
        self.layout.can_edit() && self.stages.is_empty() && self.comparison.is_some()
    }

    /// The address from which the live region gets its part of the page.
    fn address(&self) -> String {
        match self.chosen {
            Some(number) => urls::photo_at(self.id, number),
            None => urls::photo(self.id),
        }
    }
}

/// Its position among the photos of its shoot.
struct Walk {
    /// "3 of 24"
    position: String,
    /// The page of the shoot that it is on.
    back: String,
    previous: Option<PhotoId>,
    next: Option<PhotoId>,
}

struct StageView {
    name: Cow<'static, str>,
    state: StageState,
}

#[derive(Clone, Copy)]
enum StageState {
    Done,
    Now,
    Next,
}

impl StageState {
    fn key(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Next => "next",
        }
    }
}

#[derive(Deserialize)]
pub struct PageQuery {
    notice: Option<Notice>,
    /// The attempt to show as "after".
    attempt: Option<i32>,
}

/// `GET /photos/{photo}`. A live region asks with `x-fragment` and gets its part alone.
pub async fn show(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path(id): Path<PhotoId>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    if let Some(leader) = brackets::leader(&mut scope, id).await? {
        return Ok(redirect::to(&urls::photo(leader)));
    }
    let mut shown = page_of(&request, &member, &mut scope, id, query.attempt).await?;
    if request.headers().contains_key("x-fragment") {
        return Ok(render::show(&shown.as_panel()));
    }
    shown.layout = shown.layout.with_notice(query.notice);
    Ok(render::show(&shown))
}

/// The page again, with the error of the review.
pub async fn refuse_review(
    request: &HttpRequest,
    member: &members::Member,
    scope: &mut Scope,
    id: PhotoId,
    reason: String,
    error: &str,
) -> Result<HttpResponse, Error> {
    let mut shown = page_of(request, member, scope, id, None).await?;
    shown.review = ReviewView::Ask {
        reason,
        error: Some(error.to_owned()),
    };
    Ok(render::refuse(&shown))
}

/// The page again, with the error of the mask.
pub async fn refuse_mask(
    request: &HttpRequest,
    member: &members::Member,
    scope: &mut Scope,
    id: PhotoId,
    sentence: String,
) -> Result<HttpResponse, Error> {
    let mut shown = page_of(request, member, scope, id, None).await?;
    let Some(scene) = &mut shown.scene else {
        return Err(Error::Wrong(sentence));
    };
    scene.mask_error = Some(sentence);
    Ok(render::refuse(&shown))
}

async fn page_of(
    request: &HttpRequest,
    member: &members::Member,
    scope: &mut Scope,
    id: PhotoId,
    attempt: Option<i32>,
) -> Result<Page, Error> {
    let photo = photos::find(scope, id).await?.ok_or(Error::NotFound)?;
    let shoot = shoots::find(scope, photo.shoot_id)
        .await?
        .ok_or(Error::NotFound)?;
    let review = reviews::find(scope, id).await?;
    let provenance = Provenance::of(scope, &photo).await?;
    let accepted = provenance.accepted();
    let chosen = attempt
        .and_then(|number| provenance.numbered(number))
        .filter(|one| Some(one.id) != photo.accepted_attempt_id);
    let shown = chosen.or(accepted);
    let full = accepted.and_then(|one| provenance.find(one.id, Kind::Full));
    let photo_override = PhotoOverride::of(scope, &photo).await?;
    Ok(Page {
        layout: Layout::of_member(request, member, scope, &photo.name).await?,
        id,
        walk: walk(scope, &photo).await?,
        status: StatusView::of(&photo),
        comparison: shown.and_then(|one| comparison(&photo, &provenance, &photo_override, one)),
        scene: photo_override.panel(&photo, &shoot, shown),
        shoot_name: shoot.name,
        chosen: chosen.map(|one| one.number),
        stages: stages(&photo),
        done: shown.map(sentences).unwrap_or_default(),
        disclosure: shown.map(|one| Disclosure::of(&one.read_report(), None)),
        original_page: original_page(request, scope, id).await?,
        report: shown.map(|one| one.read_report().into()),
        why: accepted
            .filter(|_| photo.status == Status::Held)
            .and_then(|one| WhyView::of(&one.read_report().inspection.qc)),
        attempts: provenance.cards(shown),
        exposures: exposures(scope, id).await?,
        facts: facts::of(&photo, accepted),
        review: ReviewView::of(&photo, review, member),
        trouble: Trouble::of(&photo),
        can_enhance_again: photo.status == Status::Failed && member.role.can_edit(),
        full_size: full.map(|rendition| file_size(rendition.size_bytes)),
        original_size: file_size(photo.size_bytes),
        name: photo.name,
    })
}

async fn original_page(
    request: &HttpRequest,
    scope: &mut Scope,
    id: PhotoId,
) -> Result<Option<String>, Error> {
    let token = originals::find(scope, id).await?;
    let config = &extractors::state(request).config;
    Ok(token.map(|token| config.link(&urls::original(&token))))
}

async fn walk(scope: &mut Scope, photo: &Photo) -> Result<Walk, Error> {
    let place = lists::place(scope, photo, false).await?;
    Ok(Walk {
        position: format!("{} of {}", place.position, place.of),
        back: page::with(photo.shoot_id, place.position),
        previous: place.previous,
        next: place.next,
    })
}

fn comparison(
    photo: &Photo,
    provenance: &Provenance,
    photo_override: &PhotoOverride,
    attempt: &Attempt,
) -> Option<Comparison> {
    let comparison = Comparison::of(provenance, attempt)?;
    let overridden = || photo_override.mask(photo, &comparison.after);
    Some(Comparison {
        mask: comparison.mask.clone().or_else(overridden),
        ..comparison
    })
}

async fn exposures(scope: &mut Scope, id: PhotoId) -> Result<Vec<String>, Error> {
    let members = brackets::members(scope, id).await?;
    Ok(members.into_iter().map(|member| member.name).collect())
}

fn stages(photo: &Photo) -> Vec<StageView> {
    if !photo.status.is_in_progress() {
        return Vec::new();
    }
    let done = stages_done(photo.stage);
    let now = photo.stage.map(|_| done);
    let state = |at: usize| match at {
        at if Some(at) == now => StageState::Now,
        at if at < done => StageState::Done,
        _ => StageState::Next,
    };
    Stage::ALL
        .into_iter()
        .enumerate()
        .map(|(at, stage)| StageView {
            name: match Some(at) == now {
                true => view::current_stage(stage, photo.parts()),
                false => view::stage_name(stage).into(),
            },
            state: state(at),
        })
        .collect()
}
