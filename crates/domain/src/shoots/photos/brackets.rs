//! Exposure brackets: several originals of one view become one photo, under the
//! exposure that leads them. Which ones belong together is decided by the
//! pipeline; what is true about it is written here, and can be taken back.

use serde_json::Value;

use crate::ids::{JobId, PhotoId, ShootId};
use crate::scope::Scope;
use crate::shoots::photos::Status;
use crate::work::jobs::{self, Claim};
use crate::work::live;

/// What the pipeline saw of an original.
pub struct Sight<'a> {
    /// The original alone; `None` for a picture made of several, which has no settings of its own.
    pub frame: Option<&'a Value>,
    pub measured: &'a Value,
}

/// Keeps what was seen. `false`: the claim is lost.
pub async fn note(scope: &mut Scope, claim: &Claim, sight: &Sight<'_>) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let noted = sqlx::query!(
        "update photos set frame = coalesce($4, frame), measured = $5
         from jobs
         where photos.organization_id = $1 and photos.id = $2
           and jobs.organization_id = $1 and jobs.photo_id = photos.id
           and jobs.lease = $3 and jobs.status = 'running'",
        organization as _,
        claim.photo.id as _,
        claim.lease,
        sight.frame,
        sight.measured,
    )
    .execute(scope.conn())
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// What was measured on the shoot's photos so far, but for this one. Waiting exposures are no
/// photos yet: dark and bright frames would pull the shoot's common light apart.
pub async fn measured_beside(scope: &mut Scope, claim: &Claim) -> sqlx::Result<Vec<Value>> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select measured as "measured!" from photos
           where organization_id = $1 and shoot_id = $2 and id <> $3
             and measured is not null and removed_at is null
             and status in ('working', 'passed', 'held', 'approved', 'rejected')
           order by number"#,
        organization as _,
        claim.photo.shoot_id as _,
        claim.photo.id as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// Where a claim's photo stands among its exposures.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What was seen of it in an earlier run.
    pub frame: Option<Value>,
    /// A person separated it.
    pub solo: bool,
    /// The exposures it has taken in.
    pub members: Vec<Member>,
}

pub async fn standing(scope: &mut Scope, claim: &Claim) -> sqlx::Result<Standing> {
    let organization = scope.organization();
    let row = sqlx::query!(
        "select frame, solo from photos where organization_id = $1 and id = $2",
        organization as _,
        claim.photo.id as _,
    )
    .fetch_one(scope.conn())
    .await?;
    Ok(Standing {
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
    pub frame: Value,
    pub status: Status,
    /// How many others it has taken in.
    pub taken_in: i64,
}

/// The exposures of a claim's shoot, once they can be told apart.
#[derive(Debug)]
pub enum Gathering {
    /// Photos are still coming in, or have not been looked at.
    NotYet,
    /// Everything that may be grouped, the claim's own photo among them.
    Complete(Vec<Exposure>),
}

/// Waits until nothing has come in for `quiet_secs` seconds and everything that
/// did was looked at.
pub async fn gather(scope: &mut Scope, claim: &Claim, quiet_secs: u32) -> sqlx::Result<Gathering> {
    let organization = scope.organization();
    let unsettled = sqlx::query_scalar!(
        r#"select exists (
               select from photos
               where organization_id = $1 and shoot_id = $2 and removed_at is null
                 and (received_at > now() - make_interval(secs => $3)
                      or frame is null and status in ('waiting', 'working'))
           ) as "unsettled!""#,
        organization as _,
        claim.photo.shoot_id as _,
        f64::from(quiet_secs),
    )
    .fetch_one(scope.conn())
    .await?;
    if unsettled {
        return Ok(Gathering::NotYet);
    }
    exposures(scope, claim.photo.shoot_id)
        .await
        .map(Gathering::Complete)
}

/// What a person decided on is not touched any more, nor what they separated.
async fn exposures(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<Vec<Exposure>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Exposure,
        r#"select id, name, frame as "frame!", status as "status: Status",
                  (select count(*) from photos as exposures
                   where exposures.organization_id = $1
                     and exposures.merged_into = photos.id) as "taken_in!"
           from photos
           where organization_id = $1 and shoot_id = $2 and removed_at is null
             and frame is not null and not solo
             and status in ('waiting', 'working', 'passed', 'held')
           order by number"#,
        organization as _,
        shoot as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// The claim's photo takes these exposures in: their jobs are over, and whoever
/// works on one of them finds its claim lost. `false`: somebody was faster, and
/// nothing may be committed.
pub async fn merge(scope: &mut Scope, claim: &Claim, exposures: &[PhotoId]) -> sqlx::Result<bool> {
    if !jobs::is_held(scope, claim).await? {
        return Ok(false);
    }
    let leader = claim.photo.id;
    take_in(scope, claim.photo.shoot_id, leader, exposures).await
}

/// The claim's photo and these others go into one that was finished before they
/// came, which is then made anew. `false`: somebody was faster, and nothing may be
/// committed.
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
    if !take_in(scope, shoot, leader, &exposures).await? {
        return Ok(false);
    }
    let ordered = order_anew(scope, leader).await?;
    live::tell(scope, shoot, Some(leader)).await?;
    Ok(ordered.is_some())
}

/// Every exposure becomes part of the leader, or `false`.
async fn take_in(
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
        live::tell(scope, shoot, Some(exposure)).await?;
    }
    Ok(merged.rows_affected() == ids.len() as u64)
}

/// Exposures that turned out not to lie on the claim's photo are photos of their own
/// again. `false`: the claim is lost.
pub async fn let_go(scope: &mut Scope, claim: &Claim, exposures: &[PhotoId]) -> sqlx::Result<bool> {
    if !jobs::is_held(scope, claim).await? {
        return Ok(false);
    }
    for exposure in release(scope, claim.photo.id, exposures).await? {
        jobs::create(scope, exposure).await?;
    }
    live::tell(scope, claim.photo.shoot_id, None).await?;
    Ok(true)
}

async fn order_anew(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<Option<JobId>> {
    let organization = scope.organization();
    let again = sqlx::query!(
        "update photos set status = 'waiting', finished_at = null
         where organization_id = $1 and id = $2 and removed_at is null
           and status in ('passed', 'held')",
        organization as _,
        photo as _,
    )
    .execute(scope.conn())
    .await?;
    if again.rows_affected() == 0 {
        return Ok(None);
    }
    jobs::create(scope, photo).await.map(Some)
}

/// An exposure that went into a photo.
#[derive(Debug, Clone)]
pub struct Member {
    pub id: PhotoId,
    pub name: String,
}

/// The exposures that went into a photo, in the order they came in; the photo's
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

/// Where an exposure went.
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

/// Takes a merge back: every exposure becomes a photo of its own again, and stays
/// one. `false`: nothing was merged, or it is in hand just now.
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
    live::tell(scope, shoot, None).await?;
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
