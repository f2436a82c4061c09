//! Reviews: a person's decision on a photo that quality control held.

use plumbline_documents::{Decision, Verdict};
use serde_json::Value;
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::ids::{AttemptId, PhotoId, ShootId};
use crate::page::Page;
use crate::people::members::Member;
use crate::scope::Scope;
use crate::shoots::originals;
use crate::shoots::photos::{self, Status};

/// Longest reason, in characters.
pub const REASON_MAX_CHARS: usize = 2000;

/// Status of a photo after a decision.
fn status(decision: Decision) -> Status {
    match decision {
        Decision::Approved => Status::Approved,
        Decision::Rejected => Status::Rejected,
    }
}

#[derive(Debug, Clone)]
pub struct Review {
    pub decision: Decision,
    pub reason: String,
    pub reviewer: Option<String>,
    pub created_at: OffsetDateTime,
}

/// A held photo as the review queue shows it.
#[derive(Debug, Clone)]
pub struct Held {
    pub photo: PhotoId,
    pub name: String,
    pub shoot: ShootId,
    pub shoot_name: String,
    pub report: Value,
}

/// A decision in force, and the report that it was made on.
#[derive(Debug, Clone)]
pub struct Decided {
    pub photo: PhotoId,
    pub attempt: AttemptId,
    pub decision: Decision,
    pub verdict: Verdict,
    pub report: Value,
}

/// Decides on a held photo. `false`: it is not held (any more).
pub async fn create(
    scope: &mut Scope,
    reviewer: &Member,
    photo: PhotoId,
    decision: Decision,
    reason: &str,
) -> sqlx::Result<bool> {
    let decided = photos::decide(scope, photo, Status::Held, status(decision)).await?;
    let Some(attempt) = decided else {
        return Ok(false);
    };
    let organization = scope.organization();
    sqlx::query!(
        "insert into reviews (
             id, organization_id, photo_id, attempt_id, account_id, decision, reason
         ) values ($1, $2, $3, $4, $5, $6, $7)",
        Uuid::now_v7(),
        organization as _,
        photo as _,
        attempt as _,
        reviewer.account() as _,
        decision as _,
        reason,
    )
    .execute(scope.conn())
    .await?;
    if let (Decision::Approved, Some(photo)) = (decision, photos::find(scope, photo).await?) {
        originals::share(scope, photo.shoot_id, Some(photo.id)).await?;
    }
    Ok(true)
}

/// Withdraws the decision: the photo is held again. `false`: there was none, or the photo is
/// being enhanced again.
pub async fn withdraw(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let withdrawn = sqlx::query_scalar!(
        r#"update reviews set withdrawn_at = now()
           from photos
           where reviews.organization_id = $1 and reviews.photo_id = $2
             and reviews.withdrawn_at is null
             and photos.organization_id = $1 and photos.id = $2
             and photos.accepted_attempt_id = reviews.attempt_id
             and photos.status in ('approved', 'rejected')
           returning reviews.decision as "decision: Decision""#,
        organization as _,
        photo as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    let Some(decision) = withdrawn else {
        return Ok(false);
    };
    let back = photos::decide(scope, photo, status(decision), Status::Held).await?;
    Ok(back.is_some())
}

/// The decision in force on the attempt that counts. Decisions on earlier attempts say
/// nothing about this one.
pub async fn find(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<Option<Review>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Review,
        r#"select reviews.decision as "decision: Decision", reviews.reason,
                  accounts.name as "reviewer?", reviews.created_at
           from reviews
           join photos on photos.organization_id = reviews.organization_id
                      and photos.accepted_attempt_id = reviews.attempt_id
           left join accounts on accounts.id = reviews.account_id
           where reviews.organization_id = $1 and reviews.photo_id = $2
             and reviews.withdrawn_at is null"#,
        organization as _,
        photo as _,
    )
    .fetch_optional(scope.conn())
    .await
}

/// Every decision in force, first to last. The decision on a removed photo counts too.
pub async fn decided(scope: &mut Scope) -> sqlx::Result<Vec<Decided>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Decided,
        r#"select reviews.photo_id as photo, reviews.attempt_id as attempt,
                  reviews.decision as "decision: Decision",
                  attempts.verdict as "verdict: Verdict", attempts.report
           from reviews
           join attempts on attempts.organization_id = reviews.organization_id
                        and attempts.id = reviews.attempt_id
           where reviews.organization_id = $1 and reviews.withdrawn_at is null
           order by reviews.id"#,
        organization as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// A page of the held photos, worst first.
pub async fn held(scope: &mut Scope, page: Page) -> sqlx::Result<Vec<Held>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Held,
        r#"select photos.id as photo, photos.name, shoots.id as shoot,
                  shoots.name as shoot_name, attempts.report
           from photos
           join shoots on shoots.organization_id = photos.organization_id
                      and shoots.id = photos.shoot_id
           join attempts on attempts.organization_id = photos.organization_id
                        and attempts.id = photos.accepted_attempt_id
           where photos.organization_id = $1 and photos.status = 'held'
             and photos.removed_at is null
           order by photos.severity desc nulls last, photos.id
           limit $2 offset $3"#,
        organization as _,
        page.take,
        page.skip,
    )
    .fetch_all(scope.conn())
    .await
}

pub async fn count_held(scope: &mut Scope) -> sqlx::Result<i64> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from photos
           where organization_id = $1 and status = 'held' and removed_at is null"#,
        organization as _,
    )
    .fetch_one(scope.conn())
    .await
}
