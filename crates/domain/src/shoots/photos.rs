//! Photos: uploaded originals, each with its status. Every change of
//! status is one function here, and the database refuses it if somebody was faster.

pub mod brackets;
pub mod lists;
pub mod measurements;
pub mod reception;
pub mod reprocess;

use plumbline_documents::{Parts, Stage, Step};
use time::OffsetDateTime;

use crate::ids::{AttemptId, PhotoId, ShootId};
use crate::scope::Scope;
use crate::work::jobs::Claim;
use crate::work::live;

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "photo_status", rename_all = "snake_case")]
pub enum Status {
    /// Received, and in the queue.
    Waiting,
    /// A worker has it.
    Working,
    /// Passed quality control.
    Passed,
    /// Quality control held it for a person.
    Held,
    /// Held, and approved by a person.
    Approved,
    /// Held, and rejected by a person.
    Rejected,
    /// Could not be enhanced; `failure` says why.
    Failed,
    /// An exposure that was merged into another photo.
    Merged,
}

impl Status {
    /// `true`: customers may see and download it.
    pub fn is_ready(self) -> bool {
        matches!(self, Self::Passed | Self::Approved)
    }

    pub fn is_in_progress(self) -> bool {
        matches!(self, Self::Waiting | Self::Working)
    }
}

#[derive(Debug, Clone)]
pub struct Photo {
    pub id: PhotoId,
    pub shoot_id: ShootId,
    pub number: i32,
    pub name: String,
    pub content_type: String,
    pub size_bytes: i64,
    pub sha256: Vec<u8>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub status: Status,
    pub stage: Option<Stage>,
    pub parts_done: Option<i32>,
    pub parts_of: Option<i32>,
    pub failure: Option<String>,
    pub accepted_attempt_id: Option<AttemptId>,
    pub received_at: OffsetDateTime,
    pub removed_at: Option<OffsetDateTime>,
}

impl Photo {
    /// Columns times rows; `None`: not known before it is decoded.
    pub fn pixel_count(&self) -> Option<u64> {
        let (width, height) = self.width.zip(self.height)?;
        Some(u64::from(width.unsigned_abs()) * u64::from(height.unsigned_abs()))
    }

    /// Progress within its stage, where the stage has parts.
    pub fn parts(&self) -> Option<Parts> {
        let (done, of) = self.parts_done.zip(self.parts_of)?;
        Some(Parts { done, of })
    }
}

/// A photo that was not removed.
pub async fn find(scope: &mut Scope, id: PhotoId) -> sqlx::Result<Option<Photo>> {
    Ok(find_even_removed(scope, id)
        .await?
        .filter(|photo| photo.removed_at.is_none()))
}

/// A photo, removed or not: for the page that offers to restore it.
pub async fn find_even_removed(scope: &mut Scope, id: PhotoId) -> sqlx::Result<Option<Photo>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Photo,
        r#"select id, shoot_id, number, name, content_type, size_bytes, sha256, width, height,
                  status as "status: Status", stage as "stage: Stage", parts_done, parts_of,
                  failure, accepted_attempt_id, received_at, removed_at
           from photos
           where organization_id = $1 and id = $2"#,
        organization as _,
        id as _,
    )
    .fetch_optional(scope.conn())
    .await
}

/// Marks the photo as taken by a worker.
pub(crate) async fn begin(scope: &mut Scope, id: PhotoId) -> sqlx::Result<Option<Photo>> {
    let organization = scope.organization();
    let photo = sqlx::query_as!(
        Photo,
        r#"update photos set status = 'working', stage = null, parts_done = null, parts_of = null,
               started_at = now()
           where organization_id = $1 and id = $2 and status in ('waiting', 'working')
           returning id, shoot_id, number, name, content_type, size_bytes, sha256, width, height,
                     status as "status: Status", stage as "stage: Stage", parts_done, parts_of,
                     failure, accepted_attempt_id, received_at, removed_at"#,
        organization as _,
        id as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    if let Some(photo) = &photo {
        live::notify(scope, photo.shoot_id, Some(photo.id)).await?;
    }
    Ok(photo)
}

/// Records the step that the claim's worker has reached. Does nothing if the claim is lost.
pub async fn enter_step(scope: &mut Scope, claim: &Claim, step: Step) -> sqlx::Result<()> {
    let organization = scope.organization();
    let entered = sqlx::query!(
        "update photos set stage = $3, parts_done = $5, parts_of = $6
         from jobs
         where photos.organization_id = $1 and photos.id = $2 and photos.status = 'working'
           and jobs.organization_id = $1 and jobs.photo_id = photos.id and jobs.lease = $4",
        organization as _,
        claim.photo.id as _,
        step.stage as _,
        claim.lease,
        step.parts.map(|parts| parts.done),
        step.parts.map(|parts| parts.of),
    )
    .execute(scope.conn())
    .await?;
    if entered.rows_affected() > 0 {
        live::notify(scope, claim.photo.shoot_id, Some(claim.photo.id)).await?;
    }
    Ok(())
}

/// The outcome of a run for its photo.
pub(crate) struct Outcome<'a> {
    pub status: Status,
    pub accepted_attempt: Option<AttemptId>,
    /// Severity of the worst failure in quality control: larger is worse. Orders the review queue.
    pub severity: Option<f32>,
    pub size_pixels: Option<(i32, i32)>,
    pub failure: Option<&'a str>,
}

pub(crate) async fn settle(
    scope: &mut Scope,
    photo: &Photo,
    outcome: &Outcome<'_>,
) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "update photos
         set status = $3, accepted_attempt_id = coalesce($4, accepted_attempt_id),
             severity = $5, width = coalesce($6, width), height = coalesce($7, height),
             failure = $8, stage = null, parts_done = null, parts_of = null,
             finished_at = case when $3 = 'waiting'::photo_status then null else now() end
         where organization_id = $1 and id = $2 and status = 'working'",
        organization as _,
        photo.id as _,
        outcome.status as _,
        outcome.accepted_attempt as _,
        outcome.severity,
        outcome.size_pixels.map(|size| size.0),
        outcome.size_pixels.map(|size| size.1),
        outcome.failure,
    )
    .execute(scope.conn())
    .await?;
    live::notify(scope, photo.shoot_id, Some(photo.id)).await
}

/// A person's decision on a held photo. `None`: it is not held (any more).
pub(crate) async fn decide(
    scope: &mut Scope,
    id: PhotoId,
    from: Status,
    to: Status,
) -> sqlx::Result<Option<AttemptId>> {
    let organization = scope.organization();
    let decided = sqlx::query!(
        r#"update photos set status = $4
           where organization_id = $1 and id = $2 and status = $3 and removed_at is null
           returning shoot_id, accepted_attempt_id"#,
        organization as _,
        id as _,
        from as _,
        to as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    let Some(row) = decided else { return Ok(None) };
    live::notify(scope, row.shoot_id, Some(id)).await?;
    Ok(row.accepted_attempt_id)
}

/// Takes the photo out of its shoot and galleries; [`restore`] brings it back. An exposure that
/// was merged into another photo stays in it.
pub async fn remove(scope: &mut Scope, id: PhotoId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let shoot = sqlx::query_scalar!(
        r#"update photos set removed_at = now()
           where organization_id = $1 and id = $2 and removed_at is null and status <> 'merged'
           returning shoot_id as "shoot_id: ShootId""#,
        organization as _,
        id as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    if let Some(shoot) = shoot {
        live::notify(scope, shoot, Some(id)).await?;
    }
    Ok(shoot.is_some())
}

pub async fn restore(scope: &mut Scope, id: PhotoId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let shoot = sqlx::query_scalar!(
        r#"update photos set removed_at = null
           where organization_id = $1 and id = $2 and removed_at is not null
           returning shoot_id as "shoot_id: ShootId""#,
        organization as _,
        id as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    if let Some(shoot) = shoot {
        live::notify(scope, shoot, Some(id)).await?;
    }
    Ok(shoot.is_some())
}
