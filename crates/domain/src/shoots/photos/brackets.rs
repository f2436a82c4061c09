//! Exposure brackets: several originals of one view become one photo, under the
//! exposure that leads them. Which ones belong together is decided by the
//! pipeline; what is true about it is written here, and can be taken back.

mod gathering;

use serde_json::Value;

use crate::ids::{JobId, PhotoId, ShootId};
use crate::scope::Scope;
use crate::work::jobs::{self, Claim};
use crate::work::live;

pub use gathering::{Exposure, Gathering, gather};

/// A claim's photo as a part of an exposure bracket.
#[derive(Debug, Clone)]
pub struct BracketState {
    /// Measured in an earlier run.
    pub frame: Option<Value>,
    /// A person separated it.
    pub solo: bool,
    /// The exposures merged into it.
    pub members: Vec<Member>,
}

/// Returns the state of the claim's photo.
pub async fn state(scope: &mut Scope, claim: &Claim) -> sqlx::Result<BracketState> {
    let organization = scope.organization();
    let row = sqlx::query!(
        "select frame, solo from photos where organization_id = $1 and id = $2",
        organization as _,
        claim.photo.id as _,
    )
    .fetch_one(scope.conn())
    .await?;
    Ok(BracketState {
        frame: row.frame,
        solo: row.solo,
        members: members(scope, claim.photo.id).await?,
    })
}

/// Merges these exposures into the claim's photo. Their jobs end, and a worker that has one
/// of them finds its claim lost. `false`: another worker was faster, and nothing may be
/// committed.
pub async fn merge(scope: &mut Scope, claim: &Claim, exposures: &[PhotoId]) -> sqlx::Result<bool> {
    if !jobs::is_held(scope, claim).await? {
        return Ok(false);
    }
    let leader = claim.photo.id;
    merge_into(scope, claim.photo.shoot_id, leader, exposures).await
}

/// Merges the claim's photo and these others into one that was finished before they
/// arrived, which is then processed again. `false`: another worker was faster, and nothing
/// may be committed.
pub async fn join(
    scope: &mut Scope,
    claim: &Claim,
    leader: PhotoId,
    others: &[PhotoId],
) -> sqlx::Result<bool> {
    if !jobs::is_held(scope, claim).await? {
        return Ok(false);
    }
    let shoot = claim.photo.shoot_id;
    let exposures = [&[claim.photo.id], others].concat();
    if !merge_into(scope, shoot, leader, &exposures).await? {
        return Ok(false);
    }
    let ordered = order_run(scope, leader).await?;
    live::notify(scope, shoot, Some(leader)).await?;
    Ok(ordered.is_some())
}

/// Makes every exposure a part of the leader. `false`: not all of them could be.
async fn merge_into(
    scope: &mut Scope,
    shoot: ShootId,
    leader: PhotoId,
    exposures: &[PhotoId],
) -> sqlx::Result<bool> {
    // Jobs before photos, as everybody locks them.
    jobs::close_all(scope, exposures).await?;
    let organization = scope.organization();
    let ids: Vec<_> = exposures.iter().map(|id| id.uuid()).collect();
    let merged = sqlx::query!(
        "update photos
         set status = 'merged', merged_into = $2, stage = null, parts_done = null,
             parts_of = null, failure = null,
             finished_at = now()
         where organization_id = $1 and id = any($3) and removed_at is null
           and status in ('waiting', 'working')
           and exists (select from photos as leader
                       where leader.organization_id = $1 and leader.id = $2
                         and leader.removed_at is null)",
        organization as _,
        leader as _,
        &ids,
    )
    .execute(scope.conn())
    .await?;
    for &exposure in exposures {
        live::notify(scope, shoot, Some(exposure)).await?;
    }
    Ok(merged.rows_affected() == ids.len() as u64)
}

/// Makes exposures that do not align with the claim's photo photos of their own again.
/// `false`: the claim is lost.
pub async fn ungroup(
    scope: &mut Scope,
    claim: &Claim,
    exposures: &[PhotoId],
) -> sqlx::Result<bool> {
    if !jobs::is_held(scope, claim).await? {
        return Ok(false);
    }
    for exposure in release(scope, claim.photo.id, exposures).await? {
        jobs::create(scope, exposure).await?;
    }
    live::notify(scope, claim.photo.shoot_id, None).await?;
    Ok(true)
}

async fn order_run(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<Option<JobId>> {
    let organization = scope.organization();
    let ordered = sqlx::query!(
        "update photos set status = 'waiting', finished_at = null
         where organization_id = $1 and id = $2 and removed_at is null
           and status in ('passed', 'held')",
        organization as _,
        photo as _,
    )
    .execute(scope.conn())
    .await?;
    if ordered.rows_affected() == 0 {
        return Ok(None);
    }
    jobs::create(scope, photo).await.map(Some)
}

/// An exposure that was merged into a photo.
#[derive(Debug, Clone)]
pub struct Member {
    pub id: PhotoId,
    pub name: String,
}

/// The exposures merged into a photo, in the order they arrived; the photo's
/// own original is one more.
pub async fn members(scope: &mut Scope, leader: PhotoId) -> sqlx::Result<Vec<Member>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Member,
        "select id, name from photos
         where organization_id = $1 and merged_into = $2
         order by number",
        organization as _,
        leader as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// The photo that an exposure was merged into.
pub async fn leader(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<Option<PhotoId>> {
    let organization = scope.organization();
    let found = sqlx::query_scalar!(
        r#"select merged_into as "merged_into: PhotoId" from photos
           where organization_id = $1 and id = $2"#,
        organization as _,
        photo as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    Ok(found.flatten())
}

/// Undoes a merge: every exposure becomes a photo of its own again, and stays one.
/// `false`: nothing was merged, or the photo is in progress.
pub async fn separate(scope: &mut Scope, leader: PhotoId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let shoot = sqlx::query_scalar!(
        r#"update photos set status = 'waiting', solo = true, finished_at = null
           where organization_id = $1 and id = $2 and removed_at is null
             and status in ('passed', 'held', 'failed')
             and exists (select from photos as exposures
                         where exposures.organization_id = $1 and exposures.merged_into = $2)
           returning shoot_id as "shoot_id: ShootId""#,
        organization as _,
        leader as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    let Some(shoot) = shoot else {
        return Ok(false);
    };
    jobs::create(scope, leader).await?;
    let all: Vec<PhotoId> = members(scope, leader)
        .await?
        .iter()
        .map(|one| one.id)
        .collect();
    for exposure in release(scope, leader, &all).await? {
        jobs::create(scope, exposure).await?;
    }
    live::notify(scope, shoot, None).await?;
    Ok(true)
}

async fn release(
    scope: &mut Scope,
    leader: PhotoId,
    exposures: &[PhotoId],
) -> sqlx::Result<Vec<PhotoId>> {
    let organization = scope.organization();
    let ids: Vec<_> = exposures.iter().map(|id| id.uuid()).collect();
    sqlx::query_scalar!(
        r#"update photos
           set status = 'waiting', merged_into = null, solo = true, finished_at = null
           where organization_id = $1 and merged_into = $2 and id = any($3)
           returning id as "id: PhotoId""#,
        organization as _,
        leader as _,
        &ids,
    )
    .fetch_all(scope.conn())
    .await
}
