//! A worker's part, played by the story through the same calls: a photo gets the verdict it says.

pub mod files;

use bytes::Bytes;
use plumbline_documents::{AttemptReport, Engine, TABLE_VERSION, Verdict};
use plumbline_domain::ids::{AttemptId, OrganizationId};
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::renditions::{Kind, NewRendition};
use plumbline_domain::work::attempts::NewAttempt;
use plumbline_domain::work::jobs::{self, Begin, Claim, endings};
use plumbline_domain::work::queue::EnhancePhoto;
use plumbline_storage::key::Key;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::app::App;

/// The renditions of every last attempt.
const DELIVERED: [Kind; 6] = [
    Kind::Full,
    Kind::Delivered,
    Kind::Preview,
    Kind::Thumb,
    Kind::Before,
    Kind::Heatmap,
];

/// Finishes the photo with one attempt. Its files are small texts that say what they are.
pub async fn finish(app: &App, photo: &str, verdict: Verdict) {
    finish_after(app, photo, &[], verdict).await;
}

/// As [`finish`], after attempts that were held, by these engines.
pub async fn finish_after(app: &App, photo: &str, held: &[Engine], verdict: Verdict) {
    let order = order_of(app, photo).await;
    let db = app.database.worker_db().await;
    let mut scope = order.scope(&db).await.expect("the database answers");
    let claim = claim(&mut scope, &order).await;
    let mut attempts = Vec::new();
    for &engine in held {
        let kept = [Kind::Preview, Kind::Heatmap];
        attempts.push(attempt(app, &order, &claim, engine, Verdict::Held, &kept).await);
    }
    attempts.push(attempt(app, &order, &claim, Engine::Natural, verdict, &DELIVERED).await);
    record(&mut scope, &claim, &attempts).await;
    scope.commit().await.expect("the database answers");
}

/// Finishes the photo with this report of quality control.
pub async fn finish_with(app: &App, photo: &str, report: serde_json::Value) {
    let order = order_of(app, photo).await;
    let db = app.database.worker_db().await;
    let mut scope = order.scope(&db).await.expect("the database answers");
    let claim = claim(&mut scope, &order).await;
    let verdict = match report["verdict"] == "held" {
        true => Verdict::Held,
        false => Verdict::Passed,
    };
    let natural = attempt(app, &order, &claim, Engine::Natural, verdict, &DELIVERED).await;
    record(&mut scope, &claim, &[NewAttempt { report, ..natural }]).await;
    scope.commit().await.expect("the database answers");
}

/// Sets the scene of the current attempt; its other documents stay.
pub async fn set_scene(app: &App, photo: &str, scene: serde_json::Value) {
    let sql = "update attempts set report = report || jsonb_build_object('scene', $2::jsonb),
                   place = case $2::jsonb ->> 'place'
                       when 'interior' then 'interior'::scene_place
                       when 'exterior' then 'exterior'::scene_place
                   end
               from photos
               where photos.id = $1::uuid and attempts.id = photos.accepted_attempt_id";
    sqlx::query(sql)
        .bind(photo)
        .bind(scene)
        .execute(&app.database.everything)
        .await
        .expect("the database answers");
}

/// Sets the report of the current attempt, and the engine that it names.
pub async fn set_report(app: &App, photo: &str, report: &AttemptReport) {
    let document = serde_json::to_value(report).expect("a report is plain data");
    set_document(app, photo, &document).await;
    let sql = "update attempts set engine = coalesce($2, engine) where photo_id = $1::uuid";
    sqlx::query(sql)
        .bind(photo)
        .bind(report.engine.map(|engine| engine.as_str()))
        .execute(&app.database.everything)
        .await
        .expect("the database answers");
}

/// Sets the stored report of the current attempt, as another release may have written it.
pub async fn set_document(app: &App, photo: &str, document: &serde_json::Value) {
    // As of a release that did not say whether pixels were generated.
    sqlx::query("update attempts set report = $2, generated = null where photo_id = $1::uuid")
        .bind(photo)
        .bind(document)
        .execute(&app.database.everything)
        .await
        .expect("the database answers");
}

/// Sets the sky mask of the current attempt: a PNG of `size` pixels.
pub async fn set_sky_mask(app: &App, photo: &str, png: Vec<u8>, size: (i32, i32)) {
    let (organization, attempt): (uuid::Uuid, uuid::Uuid) = sqlx::query_as(
        "select organization_id, accepted_attempt_id from photos where id = $1::uuid",
    )
    .bind(photo)
    .fetch_one(&app.database.everything)
    .await
    .expect("the photo is done");
    let id = photo.parse().expect("a photo's id");
    let key = Key::rendition(organization, id, attempt, Kind::Mask.as_str());
    let sql = "insert into renditions
               (organization_id, attempt_id, photo_id, kind, content_type,
                width, height, size_bytes, sha256, crc32)
               values ($1, $2, $3, 'mask', 'image/png', $4, $5, $6, $7, 0)";
    sqlx::query(sql)
        .bind(organization)
        .bind(attempt)
        .bind(id)
        .bind(size.0)
        .bind(size.1)
        .bind(i64::try_from(png.len()).expect("a small picture"))
        .bind(Sha256::digest(&png).to_vec())
        .execute(&app.database.everything)
        .await
        .expect("the database answers");
    let stored = app.storage().put(&key, Bytes::from(png)).await;
    stored.expect("storage takes it");
}

async fn claim(scope: &mut Scope, order: &EnhancePhoto) -> Claim {
    let begun = jobs::begin(scope, order.job, 60, jobs::Company::Nobody).await;
    match begun.expect("the database answers") {
        Begin::Claimed(claim) => *claim,
        other => panic!("the photo is not waiting: {other:?}"),
    }
}

async fn record(scope: &mut Scope, claim: &Claim, attempts: &[NewAttempt]) {
    let done = endings::finish(scope, claim, attempts, (6000, 4000)).await;
    assert!(done.expect("the database answers"), "the claim holds");
}

async fn order_of(app: &App, photo: &str) -> EnhancePhoto {
    let (organization, job): (uuid::Uuid, uuid::Uuid) = sqlx::query_as(
        "select organization_id, id from jobs where photo_id = $1::uuid and status = 'queued'",
    )
    .bind(photo)
    .fetch_one(&app.database.everything)
    .await
    .expect("the photo has a job");
    serde_json::from_value(json!({"organization": organization, "job": job})).expect("an order")
}

async fn attempt(
    app: &App,
    order: &EnhancePhoto,
    claim: &Claim,
    engine: Engine,
    verdict: Verdict,
    kinds: &[Kind],
) -> NewAttempt {
    let id = AttemptId::new();
    let mut renditions = Vec::new();
    for &kind in kinds {
        renditions.push(rendition(app, order.organization(), claim, id, kind).await);
    }
    NewAttempt {
        id,
        engine,
        strength: 1.0,
        plan: json!({}),
        done: json!(["Brightened by 0.6 stops."]),
        report: report(verdict),
        place: None,
        verdict,
        severity: 1.0,
        took_ms: 1200,
        renditions,
    }
}

async fn rendition(
    app: &App,
    organization: OrganizationId,
    claim: &Claim,
    attempt: AttemptId,
    kind: Kind,
) -> NewRendition {
    let text = format!("{} of photo {}\n", kind.as_str(), claim.photo.number);
    let key = Key::rendition(
        organization.uuid(),
        claim.photo.id.uuid(),
        attempt.uuid(),
        kind.as_str(),
    );
    let sums = (
        Sha256::digest(&text).into(),
        crc32fast::hash(text.as_bytes()),
    );
    let size_bytes = i64::try_from(text.len()).expect("a short text");
    app.storage()
        .put(&key, Bytes::from(text))
        .await
        .expect("storage takes it");
    let full = matches!(kind, Kind::Full | Kind::Delivered);
    NewRendition {
        kind,
        content_type: if full { "image/jpeg" } else { "image/webp" },
        width: if full { 6000 } else { 2048 },
        height: if full { 4000 } else { 1365 },
        size_bytes,
        sha256: sums.0,
        crc32: sums.1,
    }
}

/// Holds a photo that is finished, as quality control would have.
pub async fn hold(app: &App, photo: &str) {
    let sql = "update photos set status = 'held', severity = 1 where id = $1::uuid";
    sqlx::query(sql)
        .bind(photo)
        .execute(&app.database.everything)
        .await
        .expect("the photo is held");
    let sql = "update attempts set verdict = 'held', report = report || $2
               where photo_id = $1::uuid";
    sqlx::query(sql)
        .bind(photo)
        .bind(report(Verdict::Held))
        .execute(&app.database.everything)
        .await
        .expect("its attempt is held");
}

/// A report on spots on a wall: more than 0.9 is held.
pub fn spotted(noise: f64) -> serde_json::Value {
    let held = noise > 0.9;
    json!({
        "version": TABLE_VERSION,
        "verdict": if held { "held" } else { "passed" },
        "headline": if held { "A wall got spots." } else { "Passed." },
        "measures": [{
            "name": "noise",
            "label": "Texture on plain surfaces",
            "value": noise,
            "threshold": 0.9,
            "at_least": false,
            "unit": "x",
            "verdict": if held { "failed" } else { "passed" },
            "sentence": "A wall got spots or grain.",
        }],
    })
}

/// The sentence that a held report is headed by.
const KEPT: &str = "How well lines and objects stayed in place.";

/// A report with this verdict.
pub fn report(verdict: Verdict) -> serde_json::Value {
    let held = verdict == Verdict::Held;
    json!({
        "version": 1,
        "verdict": if held { "held" } else { "passed" },
        "headline": if held { KEPT } else { "Passed." },
        "measures": [{
            "name": "size",
            "label": "Size",
            "value": 24.0,
            "threshold": 24.0,
            "at_least": true,
            "unit": "megapixels",
            "verdict": "passed",
            "sentence": "The result has every pixel of the framed original.",
        }, {
            "name": "structure",
            "label": "Structure",
            "value": if held { 0.71 } else { 0.99 },
            "threshold": 0.93,
            "at_least": true,
            "unit": "",
            "verdict": if held { "failed" } else { "passed" },
            "sentence": KEPT,
        }, {
            "name": "ssim",
            "label": "Similarity",
            "value": 0.97,
            "threshold": null,
            "unit": "",
            "verdict": "reported",
            "sentence": "How alike the two pictures are in all.",
        }],
        "source": {"bits": 8, "profile": "sRGB"},
    })
}
