//! Attempts: one run of the pipeline over a photo each, with its plan and its
//! quality report as the documents they were at the time.

use plumbline_documents::{AttemptReport, Engine, Generated, Place, Verdict};
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
             engine, strength, plan, done, report, verdict, took_ms, place, generated
         )
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11, $12
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
        generated(attempt.engine, &attempt.report) as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}

fn generated(engine: Engine, report: &Value) -> Generated {
    let report = AttemptReport::read_of(Some(engine), report);
    report.evidence().generated()
}

/// Reads the reports of a shoot's photos that customers may see and that nobody has read for whether
/// pixels were generated: releases before wrote only the report.
pub(crate) async fn classify(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<()> {
    /// Reports are long: so many are in memory at once.
    const AT_ONCE: i64 = 200;
    let organization = scope.organization();
    loop {
        let unread = sqlx::query!(
            r#"select attempts.id, attempts.engine as "engine: Engine", attempts.report
               from attempts
               join photos on photos.organization_id = attempts.organization_id
                          and photos.accepted_attempt_id = attempts.id
               where attempts.organization_id = $1 and photos.shoot_id = $2
                 and attempts.generated is null
                 and photos.removed_at is null and photos.status in ('passed', 'approved')
               limit $3"#,
            organization as _,
            shoot as _,
            AT_ONCE,
        )
        .fetch_all(scope.conn())
        .await?;
        if unread.is_empty() {
            return Ok(());
        }
        let read = unread.iter().map(|one| generated(one.engine, &one.report));
        let words: Vec<String> = read.map(|read| read.as_str().to_owned()).collect();
        let ids: Vec<_> = unread.iter().map(|one| one.id.uuid()).collect();
        sqlx::query!(
            "update attempts set generated = read.generated
             from unnest($2::uuid[], $3::text[]) as read (id, generated)
             where attempts.organization_id = $1 and attempts.id = read.id",
            organization as _,
            &ids,
            &words,
        )
        .execute(scope.conn())
        .await?;
    }
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

/// Reports of those photos of a shoot that customers may see; of `photos` alone when some are named.
pub async fn accepted(
    scope: &mut Scope,
    shoot: ShootId,
    photos: Option<&[PhotoId]>,
) -> sqlx::Result<Vec<Accepted>> {
    let organization = scope.organization();
    let photos: Option<Vec<_>> = photos.map(|some| some.iter().map(|one| one.uuid()).collect());
    sqlx::query_as!(
        Accepted,
        r#"select attempts.photo_id as photo, attempts.engine as "engine: Engine", attempts.report
           from attempts
           join photos on photos.organization_id = attempts.organization_id
                      and photos.accepted_attempt_id = attempts.id
           where attempts.organization_id = $1 and photos.shoot_id = $2
             and ($3::uuid[] is null or photos.id = any($3))
             and photos.removed_at is null and photos.status in ('passed', 'approved')"#,
        organization as _,
        shoot as _,
        photos as Option<Vec<sqlx::types::Uuid>>,
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
