//! Jobs: orders to run the pipeline over a photo. A worker holds a job by a lease that it
//! keeps renewing; when it dies the lease expires and the next delivery of the queue finds
//! the job free again. Whatever a worker writes, it writes under its lease, so one that was
//! presumed dead changes nothing.

pub mod endings;

use sqlx::types::Uuid;

use crate::ids::{JobId, PhotoId};
use crate::scope::Scope;
use crate::shoots::photos::{self, Photo};
use crate::work::queue;

/// Number of times a job may be started before it is given up. An orderly hand-back does
/// not count, and neither does a worker's death, which may be anybody's doing.
pub const MAX_RUNS: i32 = 4;
/// Number of workers that may die over a photo; from the first on it is alone with its worker.
pub const MAX_DEATHS: i32 = 6;
/// Number of runs of a photo that may come to a standstill; the second one is alone.
pub const MAX_STALLS: i32 = 2;

/// Raised by a release whose orders a worker of the release before would misunderstand; what
/// this release's orders ask for, and all that its workers know.
const NEEDS: i32 = 1;

/// Seconds after which a job that this worker does not understand is offered again.
const OFFER_AGAIN_SECS: u32 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "job_status", rename_all = "snake_case")]
pub enum Status {
    Queued,
    Running,
    Done,
    Failed,
}

/// A worker's claim on a job and its photo.
#[derive(Debug, Clone)]
pub struct Claim {
    pub job: JobId,
    pub photo: Photo,
    /// 1 for the first run; runs whose worker died are not in it.
    pub run: i32,
    /// Earlier runs that came to a standstill.
    pub(crate) stalls: i32,
    pub(crate) lease: Uuid,
}

#[derive(Debug)]
pub enum Begin {
    Claimed(Box<Claim>),
    /// It may only run alone, and the worker has others in hand.
    Alone,
    /// Another worker has it; the delivery was put off until its lease is over.
    Busy,
    /// It asks for a newer worker; the delivery was put off until one may have it.
    NotUnderstood,
    /// Nothing to do: it is done, or has just been given up.
    Over,
}

pub(crate) async fn create(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<JobId> {
    let id = JobId::new();
    let organization = scope.organization();
    sqlx::query!(
        "insert into jobs (id, organization_id, photo_id, needs) values ($1, $2, $3, $4)",
        id as _,
        organization as _,
        photo as _,
        NEEDS,
    )
    .execute(scope.conn())
    .await?;
    queue::deliver(scope, id, 0).await?;
    Ok(id)
}

/// Company of a run in its worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Company {
    /// Other photos may be in hand.
    Others,
    /// There is no other, and none will be taken up.
    Nobody,
}

/// Claims the job for `lease_secs` seconds, if it is free.
pub async fn begin(
    scope: &mut Scope,
    job: JobId,
    lease_secs: u32,
    company: Company,
) -> sqlx::Result<Begin> {
    let organization = scope.organization();
    let found = sqlx::query!(
        r#"select photo_id as "photo_id: PhotoId", runs, deaths, stalls, alone, needs,
                  status as "status: Status",
                  coalesce(ceil(extract(epoch from leased_until - now())), 0)::int as "left_secs!"
           from jobs
           where organization_id = $1 and id = $2
           for update"#,
        organization as _,
        job as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    let Some(found) = found else {
        return Ok(Begin::Over);
    };
    match found.status {
        Status::Done | Status::Failed => return Ok(Begin::Over),
        Status::Running if found.left_secs > 0 => {
            queue::deliver(scope, job, found.left_secs.unsigned_abs() + 1).await?;
            return Ok(Begin::Busy);
        }
        Status::Queued | Status::Running if found.needs > NEEDS => {
            queue::deliver(scope, job, OFFER_AGAIN_SECS).await?;
            return Ok(Begin::NotUnderstood);
        }
        Status::Queued | Status::Running => {}
    }
    let has_died = found.status == Status::Running;
    let deaths = found.deaths + i32::from(has_died);
    if (found.alone || has_died) && company == Company::Others {
        return Ok(Begin::Alone);
    }
    let Some(photo) = photos::begin(scope, found.photo_id).await? else {
        close(scope, job, Status::Done, None).await?;
        return Ok(Begin::Over);
    };
    let ended = found.runs - deaths;
    if ended >= MAX_RUNS || deaths >= MAX_DEATHS {
        endings::give_up(scope, job, &photo).await?;
        return Ok(Begin::Over);
    }
    let claim = Claim {
        job,
        photo,
        run: ended + 1,
        stalls: found.stalls,
        lease: Uuid::now_v7(),
    };
    start(scope, &claim, deaths, lease_secs).await?;
    Ok(Begin::Claimed(Box::new(claim)))
}

async fn start(scope: &mut Scope, claim: &Claim, deaths: i32, lease_secs: u32) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "update jobs
         set status = 'running', runs = runs + 1, deaths = $5, alone = false, lease = $3,
             leased_until = now() + make_interval(secs => $4)
         where organization_id = $1 and id = $2",
        organization as _,
        claim.job as _,
        claim.lease,
        f64::from(lease_secs),
        deaths,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}

/// Keeps the claim for another `lease_secs` seconds. `false`: it is lost.
pub async fn renew(scope: &mut Scope, claim: &Claim, lease_secs: u32) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let renewed = sqlx::query!(
        "update jobs set leased_until = now() + make_interval(secs => $4)
         where organization_id = $1 and id = $2 and lease = $3 and status = 'running'",
        organization as _,
        claim.job as _,
        claim.lease,
        f64::from(lease_secs),
    )
    .execute(scope.conn())
    .await?;
    Ok(renewed.rows_affected() == 1)
}

/// `true`: the claim holds, and nobody can take it until the end of the transaction.
pub(crate) async fn is_held(scope: &mut Scope, claim: &Claim) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let held = sqlx::query!(
        "select id from jobs
         where organization_id = $1 and id = $2 and lease = $3 and status = 'running'
         for update",
        organization as _,
        claim.job as _,
        claim.lease,
    )
    .fetch_optional(scope.conn())
    .await?;
    Ok(held.is_some())
}

/// Ends every open job of these photos, whichever worker has it.
pub(crate) async fn close_all(scope: &mut Scope, photos: &[PhotoId]) -> sqlx::Result<()> {
    let organization = scope.organization();
    let ids: Vec<_> = photos.iter().map(|id| id.uuid()).collect();
    sqlx::query!(
        "update jobs
         set status = 'done', finished_at = now(), lease = null, leased_until = null
         where organization_id = $1 and photo_id = any($2) and status in ('queued', 'running')",
        organization as _,
        &ids,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}

pub(super) async fn close(
    scope: &mut Scope,
    job: JobId,
    status: Status,
    trouble: Option<&str>,
) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "update jobs
         set status = $3, finished_at = now(), last_trouble = coalesce($4, last_trouble)
         where organization_id = $1 and id = $2",
        organization as _,
        job as _,
        status as _,
        trouble,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}
