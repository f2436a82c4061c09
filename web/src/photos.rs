//! One photo: before and after, what was done, and the report that says so.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use plumbline_domain::attempts::{self, Attempt};
use plumbline_domain::ids::{PhotoId, ShootId};
use plumbline_domain::members;
use plumbline_domain::photos::{self, Photo, Stage, Status, brackets};
use plumbline_domain::renditions::{self, Kind};
use plumbline_domain::reviews::{self, Decision, Review};
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use serde_json::json;

use crate::access::Member;
use crate::error::Error;
use crate::form::Path;
use crate::layout::{Layout, NoticeQuery};
use crate::report::{Report, ReportView, Verdict};
use crate::state::State;
use crate::view::{
    Picture, StatusView, Trouble, file_size, moment, pixels, stage_name, stages_done,
};
use crate::{page, redirect, sniff, urls};

#[derive(Template)]
#[template(path = "photo.html", blocks = ["panel"])]
struct Page {
    layout: Layout,
    id: PhotoId,
    shoot_id: ShootId,
    shoot_name: String,
    name: String,
    /// "3 of 24"
    position: String,
    previous: Option<PhotoId>,
    next: Option<PhotoId>,
    status: StatusView,
    before: Option<Picture>,
    after: Option<Picture>,
    /// Filled while waiting or working.
    stages: Vec<StageView>,
    /// What was done, in sentences.
    done: Vec<String>,
    report: Option<ReportView>,
    attempts: Vec<AttemptRow>,
    /// Names of the other originals that were merged into it.
    exposures: Vec<String>,
    facts: Vec<Fact>,
    review: ReviewView,
    trouble: Option<Trouble>,
    can_retry: bool,
    /// "24.1 MB", once there is a result.
    full_size: Option<String>,
    original_size: String,
}

struct StageView {
    name: &'static str,
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

struct AttemptRow {
    number: i32,
    engine: String,
    strength: String,
    verdict: Verdict,
    took: String,
}

struct Fact {
    label: &'static str,
    value: String,
}

pub(crate) enum ReviewView {
    None,
    Ask {
        reason: String,
        error: Option<String>,
    },
    /// Held, but this member may not decide.
    AdminWill,
    Decided {
        approved: bool,
        by: String,
        at: String,
        reason: Option<String>,
        can_withdraw: bool,
    },
}

/// `GET /photos/{photo}`. A live region asks with `x-fragment` and gets its part alone.
pub async fn show(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path(id): Path<PhotoId>,
    query: web::Query<NoticeQuery>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    if let Some(leader) = brackets::leader(&mut scope, id).await? {
        return Ok(redirect::to(&urls::photo(leader)));
    }
    let mut shown = page_of(&request, &member, &mut scope, id).await?;
    if request.headers().contains_key("x-fragment") {
        return Ok(page::show(&shown.as_panel()));
    }
    shown.layout = shown.layout.with_notice(query.notice);
    Ok(page::show(&shown))
}

/// The page again, with what is wrong about the review.
pub async fn refuse_review(
    request: &HttpRequest,
    member: &members::Member,
    scope: &mut Scope,
    id: PhotoId,
    reason: String,
    error: &str,
) -> Result<HttpResponse, Error> {
    let mut shown = page_of(request, member, scope, id).await?;
    shown.review = ReviewView::Ask {
        reason,
        error: Some(error.to_owned()),
    };
    Ok(page::refuse(&shown))
}

async fn page_of(
    request: &HttpRequest,
    member: &members::Member,
    scope: &mut Scope,
    id: PhotoId,
) -> Result<Page, Error> {
    let photo = photos::find(scope, id).await?.ok_or(Error::NotFound)?;
    let shoot = shoots::find(scope, photo.shoot_id)
        .await?
        .ok_or(Error::NotFound)?;
    let neighbours = photos::of_shoot(scope, shoot.id).await?;
    let attempts = attempts::of_photo(scope, id).await?;
    let review = reviews::find(scope, id).await?;
    let before = renditions::find(scope, id, Kind::Before).await?;
    let after = renditions::find(scope, id, Kind::Preview).await?;
    let full = renditions::find(scope, id, Kind::Full).await?;
    let at = neighbours
        .iter()
        .position(|one| one.id == id)
        .unwrap_or_default();
    let accepted = attempts
        .iter()
        .rfind(|one| Some(one.id) == photo.accepted_attempt_id);
    Ok(Page {
        layout: Layout::of_member(request, member, scope, &photo.name).await?,
        id,
        shoot_id: shoot.id,
        shoot_name: shoot.name,
        position: format!("{} of {}", at + 1, neighbours.len()),
        previous: at.checked_sub(1).map(|before| neighbours[before].id),
        next: neighbours.get(at + 1).map(|after| after.id),
        status: StatusView::of(&photo),
        before: before.as_ref().map(crate::shoots::picture),
        after: after.as_ref().map(crate::shoots::picture),
        stages: stages(&photo),
        done: accepted.map(sentences).unwrap_or_default(),
        report: accepted.map(|one| Report::read(&one.report).into()),
        attempts: attempts.iter().map(attempt_row).collect(),
        exposures: exposures(scope, id).await?,
        facts: facts(&photo, accepted),
        review: review_view(&photo, review, member),
        trouble: Trouble::of(&photo),
        can_retry: photo.status == Status::Failed && member.role.can_edit(),
        full_size: full.map(|rendition| file_size(rendition.size_bytes)),
        original_size: file_size(photo.size_bytes),
        name: photo.name,
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
            name: stage_name(stage),
            state: state(at),
        })
        .collect()
}

fn sentences(attempt: &Attempt) -> Vec<String> {
    let list = attempt
        .done
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter()
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect()
}

fn attempt_row(attempt: &Attempt) -> AttemptRow {
    AttemptRow {
        number: attempt.number,
        engine: attempt.engine.clone(),
        strength: format!("{:.0} %", attempt.strength * 100.0),
        verdict: match attempt.verdict {
            attempts::Verdict::Passed => Verdict::Passed,
            attempts::Verdict::Held => Verdict::Failed,
        },
        took: format!("{:.1} s", f64::from(attempt.took_ms) / 1000.0),
    }
}

fn facts(photo: &Photo, accepted: Option<&Attempt>) -> Vec<Fact> {
    let mut facts = vec![
        Fact {
            label: "Uploaded",
            value: moment(photo.received_at),
        },
        Fact {
            label: "Format",
            value: format_name(&photo.content_type).to_owned(),
        },
    ];
    if let Some((width, height)) = photo.width.zip(photo.height) {
        facts.push(Fact {
            label: "Pixels",
            value: pixels(width, height),
        });
    }
    let source = accepted.map(|attempt| &attempt.report["source"]);
    if let Some(bits) = source.and_then(|source| source["bits"].as_i64()) {
        facts.push(Fact {
            label: "Depth",
            value: format!("{bits} bit"),
        });
    }
    if let Some(profile) = source.and_then(|source| source["profile"].as_str()) {
        facts.push(Fact {
            label: "Colour profile",
            value: profile.to_owned(),
        });
    }
    facts
}

fn format_name(content_type: &str) -> &str {
    match content_type {
        "image/jpeg" => "JPEG",
        "image/png" => "PNG",
        "image/tiff" => "TIFF",
        "image/webp" => "WebP",
        sniff::RAW => "Camera RAW",
        other => other,
    }
}

fn review_view(photo: &Photo, review: Option<Review>, member: &members::Member) -> ReviewView {
    match (photo.status, review) {
        (Status::Held, _) if member.role.can_review() => ReviewView::Ask {
            reason: String::new(),
            error: None,
        },
        (Status::Held, _) => ReviewView::AdminWill,
        (Status::Approved | Status::Rejected, Some(review)) => ReviewView::Decided {
            approved: review.decision == Decision::Approved,
            by: review.reviewer.unwrap_or_else(|| "a former member".into()),
            at: moment(review.created_at),
            reason: Some(review.reason).filter(|reason| !reason.is_empty()),
            can_withdraw: member.role.can_review(),
        },
        _ => ReviewView::None,
    }
}

/// `GET /photos/{photo}/report.json`: every attempt with its plan and report.
pub async fn show_report(
    state: web::Data<State>,
    member: Member,
    Path(id): Path<PhotoId>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let photo = photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let attempts = attempts::of_photo(&mut scope, id).await?;
    let document = json!({
        "photo": photo.id,
        "name": photo.name,
        "attempts": attempts.iter().map(|attempt| json!({
            "number": attempt.number,
            "engine": attempt.engine,
            "strength": attempt.strength,
            "took_ms": attempt.took_ms,
            "plan": attempt.plan,
            "done": attempt.done,
            "report": attempt.report,
        })).collect::<Vec<_>>(),
    });
    Ok(HttpResponse::Ok().json(document))
}
