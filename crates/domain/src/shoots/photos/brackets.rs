//! Exposure brackets: several originals of one view become one photo, under the
//! exposure that leads them. Which ones belong together is decided by the
//! pipeline; what is true about it is written here, and can be taken back.

use serde_json::Value;

use crate::ids::{JobId, PhotoId, ShootId};
use crate::scope::Scope;
use crate::shoots::photos::Status;
use crate::work::jobs::{self, Claim};
use crate::work::live;

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

/// An exposure that may belong to a bracket.
#[derive(Debug, Clone)]
pub struct Exposure {
    pub id: PhotoId,
    pub name: String,
    /// The frame as it was measured, a JSON document.
    pub frame: String,
    pub status: Status,
    /// Number of exposures merged into it.
    pub taken_in: i64,
}

/// Photos before and after one, by number, that are waited for: exposures of one view arrive one
/// after the other.
const NEIGHBOURS: i32 = 20;
/// Photos taken before and after one, by the camera's clock, among which its exposures are looked
/// for. A set has nine at most; the others tell where the sets before and after it begin.
const CANDIDATES: i64 = 60;

/// The exposures around a claim's photo, once they have arrived.
#[derive(Debug)]
pub enum Gathering {
    /// Photos around it are still arriving, or have not been measured.
    NotYet,
    /// All that may be grouped with it, the claim's own photo among them.
    Complete(Vec<Exposure>),
}

/// Returns the exposures once those around the claim's photo were measured, and nothing can come
/// that is one of them: others came after it, or nothing has for `quiet_secs` seconds.
pub async fn gather(scope: &mut Scope, claim: &Claim, quiet_secs: u32) -> sqlx::Result<Gathering> {
    let organization = scope.organization();
    let unsettled = sqlx::query_scalar!(
        r#"select exists (
               select from photos
               where organization_id = $1 and shoot_id = $2 and removed_at is null
                 and number between $4::int - $5::int and $4::int + $5::int
                 and frame is null and status in ('waiting', 'working')
           ) or exists (
               select from photos
               where organization_id = $1 and shoot_id = $2 and removed_at is null
               having max(number) < $4::int + $5::int
                  and max(received_at) > now() - make_interval(secs => $3)
           ) as "unsettled!""#,
        organization as _,
        claim.photo.shoot_id as _,
        f64::from(quiet_secs),
        claim.photo.number,
        NEIGHBOURS,
    )
    .fetch_one(scope.conn())
    .await?;
    if unsettled {
        return Ok(Gathering::NotYet);
    }
    exposures(scope, claim).await.map(Gathering::Complete)
}

/// Exposures taken around the claim's photo that may be grouped: none that a person decided on or
/// separated. Those without a time lie beside each other by name.
async fn exposures(scope: &mut Scope, claim: &Claim) -> sqlx::Result<Vec<Exposure>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Exposure,
        r#"with free as (
               select id, number, name, status, coalesce(taken_at, '') as taken, frame
               from photos
               where organization_id = $1 and shoot_id = $2 and removed_at is null
                 and frame is not null and not solo
                 and status in ('waiting', 'working', 'passed', 'held')
           ),
           mine as (select taken, name from free where id = $3),
           around as (
               (select free.* from free, mine
                where (free.taken, free.name) <= (mine.taken, mine.name)
                order by free.taken desc, free.name desc limit $4)
               union all
               (select free.* from free, mine
                where (free.taken, free.name) > (mine.taken, mine.name)
                order by free.taken, free.name limit $4)
           )
           select id as "id!: PhotoId", name as "name!", frame::text as "frame!",
                  status as "status!: Status",
                  (select count(*) from photos as exposures
                   where exposures.organization_id = $1
                     and exposures.merged_into = around.id) as "taken_in!"
           from around
           order by number"#,
        organization as _,
        claim.photo.shoot_id as _,
        claim.photo.id as _,
        CANDIDATES,
    )
    .fetch_all(scope.conn())
    .await
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
