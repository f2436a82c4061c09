//! A photo's report on its own: a page to print and pass on, and a document for programs.
//! Neither contains an email address.

use actix_web::{HttpResponse, web};
use askama::Template;
use plumbline_documents::{Decision, MeasureVerdict};
use plumbline_domain::ids::PhotoId;
use plumbline_domain::shoots;
use plumbline_domain::shoots::originals;
use plumbline_domain::shoots::overrides;
use plumbline_domain::shoots::overrides::Override;
use plumbline_domain::shoots::photos::{self, Photo, Status};
use plumbline_domain::shoots::renditions::{Kind, Rendition};
use plumbline_domain::work::attempts::{self, Attempt};
use plumbline_domain::work::reviews;
use plumbline_domain::work::reviews::Review;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::http::errors::Error;
use crate::http::extractors::Member;
use crate::http::forms::Path;
use crate::http::state::State;
use crate::http::{render, urls};
use crate::pages::comparison::before_tag;
use crate::pages::disclosure::Disclosure;
use crate::pages::provenance::{AttemptCard, Provenance, sentences};
use crate::pages::qc_report::{ReportView, Verdict};
use crate::pages::scene;
use crate::pages::scene::LedgerView;
use crate::pages::skies::choices;
use crate::pages::view::{Fact, Picture, file_size, moment, pixels};

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    id: PhotoId,
    organization: String,
    shoot_name: String,
    name: String,
    verdict: &'static str,
    /// When it was checked.
    at: String,
    before: Option<Picture>,
    original: Option<Picture>,
    after: Option<Picture>,
    heatmap: Option<Picture>,
    done: Vec<String>,
    /// Which pixels were generated, or that none were.
    disclosure: Disclosure,
    /// Pixels that are not the original's.
    ledger: Option<LedgerView>,
    /// The public page of the original, as an address.
    original_page: Option<String>,
    scene: Vec<Fact>,
    report: ReportView,
    attempts: Vec<AttemptCard>,
    decision: Option<DecisionView>,
    files: Vec<FileView>,
}

impl Page {
    fn before_tag(&self) -> &'static str {
        before_tag(self.original.as_ref())
    }

    /// A person's decision counts more than quality control's.
    fn seal(&self) -> Verdict {
        match &self.decision {
            Some(decision) if decision.approved => Verdict(MeasureVerdict::Passed),
            Some(_) => Verdict(MeasureVerdict::Failed),
            None => self.report.verdict,
        }
    }

    fn summary(&self) -> String {
        let headline = &self.report.headline;
        match &self.decision {
            Some(DecisionView { approved, by, .. }) => {
                let word = if *approved { "approved" } else { "rejected" };
                format!("{by} reviewed and {word} it. Quality control said: {headline}")
            }
            None => headline.clone(),
        }
    }
}

struct DecisionView {
    approved: bool,
    by: String,
    at: String,
    reason: String,
}

/// A file, and the checksum that identifies it.
struct FileView {
    label: &'static str,
    about: String,
    sha256: String,
}

/// `GET /photos/{photo}/report`
pub async fn show(
    state: web::Data<State>,
    member: Member,
    Path(id): Path<PhotoId>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let photo = photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let shoot = shoots::find(&mut scope, photo.shoot_id)
        .await?
        .ok_or(Error::NotFound)?;
    let provenance = Provenance::of(&mut scope, &photo).await?;
    let review = reviews::find(&mut scope, id).await?;
    let attempt = provenance.accepted().ok_or(Error::NotFound)?;
    let token = originals::find(&mut scope, id).await?;
    let original_page = token.as_deref().map(urls::original);
    let report = attempt.read_report();
    Ok(render::show(&Page {
        id,
        organization: member.organization_name.clone(),
        shoot_name: shoot.name,
        verdict: verdict(photo.status),
        at: moment(attempt.created_at),
        before: provenance.picture(attempt.id, Kind::Before),
        original: provenance.picture(attempt.id, Kind::Original),
        after: provenance.picture(attempt.id, Kind::Preview),
        heatmap: provenance.picture(attempt.id, Kind::Heatmap),
        done: sentences(attempt),
        disclosure: Disclosure::of(&report, None),
        ledger: LedgerView::of(attempt),
        original_page: original_page.map(|path| state.config.link(&path)),
        scene: scene::facts(attempt),
        report: report.into(),
        attempts: provenance.cards(Some(attempt)),
        decision: review.map(decision),
        files: files(&photo, |kind| provenance.find(attempt.id, kind)),
        name: photo.name,
    }))
}

/// The last verdict, in words: a person's decision, or quality control's.
fn verdict(status: Status) -> &'static str {
    match status {
        Status::Approved => "Approved",
        Status::Rejected => "Rejected",
        Status::Held => "Held for review",
        Status::Passed => "Passed",
        Status::Waiting | Status::Working => "Being enhanced again",
        Status::Failed | Status::Merged => "Not delivered",
    }
}

fn decision(review: Review) -> DecisionView {
    DecisionView {
        approved: review.decision == Decision::Approved,
        by: review.reviewer.unwrap_or_else(|| "a former member".into()),
        at: moment(review.created_at),
        reason: review.reason,
    }
}

fn files<'a>(photo: &Photo, find: impl Fn(Kind) -> Option<&'a Rendition>) -> Vec<FileView> {
    let original = FileView {
        label: "Original, as uploaded",
        about: file_size(photo.size_bytes),
        sha256: hex::encode(&photo.sha256),
    };
    let kinds = [
        (Kind::Full, "Result in full resolution, with all metadata"),
        (
            Kind::Delivered,
            "The same as customers get it, without place, serial numbers and owner",
        ),
    ];
    let results = kinds.into_iter().filter_map(|(kind, label)| {
        let file = find(kind)?;
        Some(FileView {
            label,
            about: format!(
                "{} pixels, {}",
                pixels(file.width, file.height),
                file_size(file.size_bytes)
            ),
            sha256: hex::encode(&file.sha256),
        })
    });
    [original].into_iter().chain(results).collect()
}

/// `GET /photos/{photo}/report.json`: the last attempt's report,
/// with the photo, every attempt, the review in force and the override.
pub async fn show_document(
    state: web::Data<State>,
    member: Member,
    Path(id): Path<PhotoId>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let photo = photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let attempts = attempts::of_photo(&mut scope, id).await?;
    let review = reviews::find(&mut scope, id).await?;
    let set = overrides::of_photo(&mut scope, id).await?;
    let last = attempts.last().map(worded);
    let mut document = last.filter(Value::is_object).unwrap_or_else(|| json!({}));
    document["photo"] = json!({
        "id": photo.id,
        "name": photo.name,
        "sha256": hex::encode(&photo.sha256),
    });
    // Where the name stood before there was more to say about the photo.
    document["name"] = photo.name.into();
    document["attempts"] = attempts.iter().map(attempt_document).collect();
    document["review"] = review.as_ref().map(review_document).into();
    document["override"] = set.as_ref().map(override_document).into();
    // The name of the override in documents of earlier releases.
    document["correction"] = document["override"].clone();
    Ok(HttpResponse::Ok().json(document))
}

fn attempt_document(attempt: &Attempt) -> Value {
    json!({
        "number": attempt.number,
        "engine": attempt.engine,
        "strength": attempt.strength,
        "plan": attempt.plan,
        "done": attempt.done,
        "verdict": attempt.verdict,
        "took_ms": attempt.took_ms,
        "report": worded(attempt),
    })
}

/// The stored report, its headline and sentences as this release can support them: those of an
/// earlier one may claim more.
fn worded(attempt: &Attempt) -> Value {
    let mut document = attempt.report.clone();
    let read = attempt.read_report().inspection;
    if let Some(headline) = document.get_mut("headline") {
        *headline = read.headline.as_str().into();
    }
    let measures = document.get_mut("measures").and_then(Value::as_array_mut);
    for measure in measures.into_iter().flatten() {
        let name = measure["name"].as_str().unwrap_or_default();
        let known = read
            .qc
            .measures
            .iter()
            .find(|one| one.name.as_str() == name);
        if let Some(known) = known {
            measure["sentence"] = known.sentence.as_str().into();
        }
    }
    document
}

fn override_document(set: &Override) -> Value {
    json!({
        "place": set.place,
        "sky": set.sky.map(choices::value),
        "mask": set.mask,
        "at": set.set_at.format(&Rfc3339).ok(),
    })
}

fn review_document(review: &Review) -> Value {
    json!({
        "decision": review.decision,
        "reason": review.reason,
        "at": review.created_at.format(&Rfc3339).ok(),
    })
}
