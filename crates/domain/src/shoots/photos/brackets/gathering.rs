//! The exposures around a photo, among which its bracket is looked for: so many, however large its
//! shoot is.

use crate::ids::PhotoId;
use crate::scope::Scope;
use crate::shoots::photos::Status;
use crate::work::jobs::Claim;

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
