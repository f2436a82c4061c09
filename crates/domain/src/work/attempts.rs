//! Attempts: one run of the pipeline over a photo each, with its plan and its
//! quality report as the documents they were at the time.

use plumbline_documents::{AttemptReport, Engine, Place, Verdict};
use serde_json::Value;
use time::OffsetDateTime;

use crate::ids::{AttemptId, PhotoId, ShootId};
use crate::scope::Scope;
use crate::shoots::renditions::{self, NewRendition};

#[derive(Debug, Clone)]
pub struct Attempt {
    pub id: AttemptId,
    pub number: i32,
    pub engine: Engine,
    pub strength: f32,
    pub plan: Value,
    /// The changes made, as a list of sentences.
    pub done: Value,
    pub report: Value,
    pub verdict: Verdict,
    pub took_ms: i32,
    pub created_at: OffsetDateTime,
}

impl Attempt {
    /// The stored report, as far as this release understands it.
    pub fn read_report(&self) -> AttemptReport {
        AttemptReport::read_of(Some(self.engine), &self.report)
    }
}

/// A report on which nobody decided.
#[derive(Debug, Clone)]
pub struct Undecided {
    pub id: AttemptId,
    pub photo: PhotoId,
    pub report: Value,
    pub verdict: Verdict,
    /// Its photo is held by it, and not removed.
    pub waits: bool,
}

pub struct NewAttempt {
    pub id: AttemptId,
    pub engine: Engine,
    pub strength: f32,
    pub plan: Value,
    pub done: Value,
    pub report: Value,
    /// The place that the scene analysis found. An unknown one is stored as null.
    pub place: Option<Place>,
    pub verdict: Verdict,
    pub severity: f32,
    pub took_ms: i32,
    pub renditions: Vec<NewRendition>,
}

/// Numbers go on from what the photo has had before.
pub(crate) async fn record(
    scope: &mut Scope,
    photo: PhotoId,
    attempts: &[NewAttempt],
) -> sqlx::Result<()> {
    for attempt in attempts {
        insert(scope, photo, attempt).await?;
        for rendition in &attempt.renditions {
            renditions::insert(scope, photo, attempt.id, rendition).await?;
        }
    }
    Ok(())
}

async fn insert(scope: &mut Scope, photo: PhotoId, attempt: &NewAttempt) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "insert into attempts (
             id, organization_id, photo_id, number,
             engine, strength, plan, done, report, verdict, took_ms, place
         )
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11
         from attempts
         where organization_id = $2 and photo_id = $3",
        attempt.id as _,
        organization as _,
        photo as _,
        attempt.engine as _,
        attempt.strength,
        attempt.plan,
        attempt.done,
        attempt.report,
        attempt.verdict as _,
        attempt.took_ms,
        attempt.place.and_then(Place::known) as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}

/// All attempts on a photo, first to last.
pub async fn of_photo(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<Vec<Attempt>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Attempt,
        r#"select id, number, engine as "engine: Engine", strength, plan, done, report,
                  verdict as "verdict: Verdict", took_ms, created_at
           from attempts
           where organization_id = $1 and photo_id = $2
           order by number"#,
        organization as _,
        photo as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// The report that a photo's file was accepted by.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub photo: PhotoId,
    pub engine: Engine,
    pub report: Value,
}

impl Accepted {
    /// The stored report, as far as this release understands it.
    pub fn read_report(&self) -> AttemptReport {
        AttemptReport::read_of(Some(self.engine), &self.report)
    }
}

/// Reports of the photos of a shoot that customers may see; of `photo` alone when one is named.
pub async fn accepted(
    scope: &mut Scope,
    shoot: ShootId,
    photo: Option<PhotoId>,
) -> sqlx::Result<Vec<Accepted>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Accepted,
        r#"select attempts.photo_id as photo, attempts.engine as "engine: Engine", attempts.report
           from attempts
           join photos on photos.organization_id = attempts.organization_id
                      and photos.accepted_attempt_id = attempts.id
           where attempts.organization_id = $1 and photos.shoot_id = $2
             and ($3::uuid is null or photos.id = $3)
             and photos.removed_at is null and photos.status in ('passed', 'approved')"#,
        organization as _,
        shoot as _,
        photo as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// Reports on which nobody decided, of all photos, oldest first: at most `limit` of
/// those after `after`. There may be more of them than fit into memory.
pub async fn undecided(
    scope: &mut Scope,
    after: Option<AttemptId>,
    limit: i64,
) -> sqlx::Result<Vec<Undecided>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Undecided,
        r#"select attempts.id, attempts.photo_id as photo, attempts.report,
                  attempts.verdict as "verdict: Verdict",
                  photos.status = 'held' and photos.accepted_attempt_id = attempts.id
                      and photos.removed_at is null as "waits!"
           from attempts
           join photos on photos.organization_id = attempts.organization_id
                      and photos.id = attempts.photo_id
           where attempts.organization_id = $1
             and ($2::uuid is null or attempts.id > $2)
             and not exists (
                 select from reviews
                 where reviews.organization_id = $1 and reviews.attempt_id = attempts.id
                   and reviews.withdrawn_at is null
             )
           order by attempts.id
           limit $3"#,
        organization as _,
        after as _,
        limit,
    )
    .fetch_all(scope.conn())
    .await
}
