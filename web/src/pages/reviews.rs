//! The review queue, and a person's decision on a photo that was held.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use plumbline_documents::{AttemptReport, Decision, Measure};
use plumbline_domain::ids::PhotoId;
use plumbline_domain::people::members::Member;
use plumbline_domain::shoots::photos::{self, Photo, Status};
use plumbline_domain::shoots::renditions::Kind;
use plumbline_domain::work::reviews;
use plumbline_domain::work::reviews::{Held, REASON_MAX_CHARS, Review};
use serde::Deserialize;

use crate::http::errors::Error;
use crate::http::extractors::Admin;
use crate::http::forms::{Form, Path, Press};
use crate::http::layout::Layout;
use crate::http::notices::Notice;
use crate::http::paging::{Asked, Paging};
use crate::http::state::State;
use crate::http::{redirect, render, urls};
use crate::pages::qc_report::{threshold_text, value_text};
use crate::pages::view::{Picture, moment};

#[derive(Template)]
#[template(path = "reviews.html")]
struct Page {
    layout: Layout,
    /// Those on this page alone.
    photos: Vec<HeldPhoto>,
    paging: Paging,
}

/// Photos on one page of the queue.
const PER_PAGE: i64 = 48;

struct HeldPhoto {
    id: PhotoId,
    name: String,
    shoot_name: String,
    thumb: Option<Picture>,
    measure: String,
    value: String,
    sentence: String,
}

/// `GET /reviews`
pub async fn index(
    request: HttpRequest,
    state: web::Data<State>,
    admin: Admin,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let mut scope = admin.scope(&state.db).await?;
    let total = reviews::count_held(&mut scope).await?;
    let paging = Paging::new(*asked, total, PER_PAGE, urls::reviews());
    let photos = reviews::held(&mut scope, paging.page())
        .await?
        .into_iter()
        .map(held_photo)
        .collect();
    let layout = Layout::of_member(&request, &admin, &mut scope, "Reviews").await?;
    Ok(render::show(&Page {
        layout,
        photos,
        paging,
    }))
}

fn held_photo(held: Held) -> HeldPhoto {
    let report = AttemptReport::read(&held.report).inspection.qc;
    let worst = report.worst();
    let thumb = Picture {
        src: urls::photo_rendition(held.photo, Kind::Thumb.as_str()),
        width: 640,
        height: 427,
    };
    HeldPhoto {
        id: held.photo,
        name: held.name,
        shoot_name: held.shoot_name,
        thumb: Some(thumb),
        measure: worst
            .map(|measure| measure.label.clone())
            .unwrap_or_default(),
        value: worst.map(value_and_limit).unwrap_or_default(),
        sentence: worst
            .map(|measure| measure.sentence.clone())
            .unwrap_or_default(),
    }
}

/// "0.87, at least 0.93"
fn value_and_limit(measure: &Measure) -> String {
    match threshold_text(measure) {
        Some(limit) => format!("{}, {limit}", value_text(measure)),
        None => value_text(measure),
    }
}

/// The state of a photo's review.
pub enum ReviewView {
    None,
    Ask {
        reason: String,
        error: Option<String>,
    },
    /// Held, but this member may not decide.
    WaitsForAdmin,
    Decided {
        approved: bool,
        by: String,
        at: String,
        reason: Option<String>,
        can_withdraw: bool,
    },
}

impl ReviewView {
    pub fn of(photo: &Photo, review: Option<Review>, member: &Member) -> Self {
        match (photo.status, review) {
            (Status::Held, _) if member.role.can_review() => Self::Ask {
                reason: String::new(),
                error: None,
            },
            (Status::Held, _) => Self::WaitsForAdmin,
            (Status::Approved | Status::Rejected, Some(review)) => Self::Decided {
                approved: review.decision == Decision::Approved,
                by: review.reviewer.unwrap_or_else(|| "a former member".into()),
                at: moment(review.created_at),
                reason: Some(review.reason).filter(|reason| !reason.is_empty()),
                can_withdraw: member.role.can_review(),
            },
            _ => Self::None,
        }
    }
}

#[derive(Deserialize)]
pub struct ReviewForm {
    decision: Choice,
    #[serde(default)]
    reason: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Approved,
    Rejected,
}

impl ReviewForm {
    fn decision(&self) -> Decision {
        match self.decision {
            Choice::Approved => Decision::Approved,
            Choice::Rejected => Decision::Rejected,
        }
    }

    /// A rejection must help whoever shoots the room again.
    fn error(&self) -> Option<&'static str> {
        if self.reason.chars().count() > REASON_MAX_CHARS {
            return Some("Please keep the reason to 2000 characters.");
        }
        let unsaid = self.decision() == Decision::Rejected && self.reason.trim().is_empty();
        unsaid.then_some("Please say why, so that the photographer knows what to do.")
    }
}

/// `POST /photos/{photo}/review`
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    admin: Admin,
    Path(id): Path<PhotoId>,
    Form(form): Form<ReviewForm>,
) -> Result<HttpResponse, Error> {
    let mut scope = admin.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    if let Some(error) = form.error() {
        return crate::pages::photos::refuse_review(
            &request,
            &admin,
            &mut scope,
            id,
            form.reason,
            error,
        )
        .await;
    }
    let decision = form.decision();
    let decided = reviews::create(&mut scope, &admin, id, decision, form.reason.trim()).await?;
    let saved = scope.commit().await?;
    let notice = match (decided, decision) {
        (false, _) => Notice::AlreadyDecided,
        (true, Decision::Approved) => Notice::Approved,
        (true, Decision::Rejected) => Notice::Rejected,
    };
    Ok(redirect::after(saved, &notice.on(&urls::photo(id))))
}

/// `POST /photos/{photo}/review/withdrawal`
pub async fn delete(
    state: web::Data<State>,
    admin: Admin,
    Path(id): Path<PhotoId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = admin.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    reviews::withdraw(&mut scope, id).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &Notice::Withdrawn.on(&urls::photo(id)),
    ))
}
