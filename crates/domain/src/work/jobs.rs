//! Jobs: the promise to run the pipeline over a photo. A worker holds a job by a
//! lease that it keeps renewing; when it dies the lease runs out and the next
//! delivery of the queue finds the job free again. Whatever a worker writes, it
//! writes under its lease, so one that was given up for dead changes nothing.

use sqlx::types::Uuid;

use crate::ids::{JobId, PhotoId};
use crate::scope::Scope;
use crate::shoots::photos::{self, Outcome, Photo, Status as PhotoStatus};
use crate::work::attempts::{self, NewAttempt, Verdict};
use crate::work::queue;

/// How often a job may be started before we give up on it. Being handed back
/// in an orderly way does not count.
pub const MAX_RUNS: i32 = 4;

const GAVE_UP: &str = "This photo stopped our workers several times, so we set it aside. \
    Your original is safe. Try again, or export the photo anew and upload that.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "job_status", rename_all = "snake_case")]
pub enum Status {
    Queued,
    Running,
    Done,
    Failed,
}

/// A worker's hold on a job and its photo.
#[derive(Debug, Clone)]
pub struct Claim {
    pub job: JobId,
    pub photo: Photo,
    /// 1 for the first run.
    pub run: i32,
    pub(crate) lease: Uuid,
}

#[derive(Debug)]
pub enum Begin {
    Claimed(Box<Claim>),
    /// Another worker holds it; the delivery was put off until its lease is over.
    Busy,
    /// Nothing to do: it is done, or has just been given up.
    Over,
}

pub(crate) async fn create(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<JobId> {
    let id = JobId::new();
    let organization = scope.organization();
    sqlx::query!(
        "insert into jobs (id, organization_id, photo_id) values ($1, $2, $3)",
        id as _,
        organization as _,
        photo as _,
    )
    .execute(scope.conn())
    .await?;
    queue::deliver(scope, id, 0).await?;
    Ok(id)
}

/// Claims the job for `lease_secs` seconds, if it is free.
pub async fn begin(scope: &mut Scope, job: JobId, lease_secs: u32) -> sqlx::Result<Begin> {
    let organization = scope.organization();
    let found = sqlx::query!(
        r#"select photo_id as "photo_id: PhotoId", runs,
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
        Status::Queued | Status::Running => {}
    }
    let Some(photo) = photos::begin(scope, found.photo_id).await? else {
        close(scope, job, Status::Done, None).await?;
        return Ok(Begin::Over);
    };
    if found.runs >= MAX_RUNS {
        give_up(scope, job, &photo, GAVE_UP).await?;
        return Ok(Begin::Over);
    }
    let lease = Uuid::now_v7();
    start(scope, job, lease, lease_secs).await?;
    Ok(Begin::Claimed(Box::new(Claim {
        job,
        photo,
        run: found.runs + 1,
        lease,
    })))
}

async fn start(scope: &mut Scope, job: JobId, lease: Uuid, lease_secs: u32) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "update jobs
         set status = 'running', runs = runs + 1, lease = $3,
             leased_until = now() + make_interval(secs => $4)
         where organization_id = $1 and id = $2",
        organization as _,
        job as _,
        lease,
        f64::from(lease_secs),
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

/// Records a finished run: its attempts, the last one's verdict on the photo,
/// and the end of the job. `false`: the claim was lost and nothing was written.
pub async fn finish(
    scope: &mut Scope,
    claim: &Claim,
    attempts: &[NewAttempt],
    size_pixels: (i32, i32),
) -> sqlx::Result<bool> {
    let Some(last) = attempts.last() else {
        return Ok(false);
    };
    if !end_run(scope, claim, Status::Done, None).await? {
        return Ok(false);
    }
    attempts::record(scope, claim.photo.id, attempts).await?;
    let passed = last.verdict == Verdict::Passed;
    let outcome = Outcome {
        status: if passed {
            PhotoStatus::Passed
        } else {
            PhotoStatus::Held
        },
        accepted_attempt: Some(last.id),
        severity: (!passed).then_some(last.severity),
        size_pixels: Some(size_pixels),
        failure: None,
    };
    photos::settle(scope, &claim.photo, &outcome).await?;
    Ok(true)
}

/// Gives the claim back because its photo has to wait for its other exposures;
/// the run does not count.
pub async fn wait(scope: &mut Scope, claim: &Claim, secs: u32) -> sqlx::Result<bool> {
    put_back(scope, claim, None, 1, secs).await
}

/// Whether the claim still stands; until the end of the transaction nobody can take it.
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

/// Ends whatever is open for these photos, whoever works on it.
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

/// The end of the road: `sentence` tells the customer what is wrong and what to do.
pub async fn fail(scope: &mut Scope, claim: &Claim, sentence: &str) -> sqlx::Result<bool> {
    fail_for(scope, claim, sentence, sentence).await
}

async fn fail_for(
    scope: &mut Scope,
    claim: &Claim,
    trouble: &str,
    sentence: &str,
) -> sqlx::Result<bool> {
    if !end_run(scope, claim, Status::Failed, Some(trouble)).await? {
        return Ok(false);
    }
    settle_failed(scope, &claim.photo, sentence).await?;
    Ok(true)
}

/// Something that may heal went wrong: runs again after a growing pause, or
/// gives up when the job has had all its runs.
pub async fn try_later(scope: &mut Scope, claim: &Claim, trouble: &str) -> sqlx::Result<bool> {
    if claim.run >= MAX_RUNS {
        return fail_for(scope, claim, trouble, GAVE_UP).await;
    }
    let pause = back_off_secs(claim.run);
    put_back(scope, claim, Some(trouble), 0, pause).await
}

/// An orderly stop in mid-run: the job goes to the next worker at once, and this
/// run does not count.
pub async fn hand_back(scope: &mut Scope, claim: &Claim) -> sqlx::Result<bool> {
    put_back(scope, claim, None, 1, 0).await
}

/// 5, 20, 80 seconds: long enough for a database or a disk to come back, short
/// enough for somebody watching the page.
fn back_off_secs(run: i32) -> u32 {
    5 * 4_u32.pow(run.clamp(1, 4).unsigned_abs() - 1)
}

async fn put_back(
    scope: &mut Scope,
    claim: &Claim,
    trouble: Option<&str>,
    uncounted: i32,
    after_secs: u32,
) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let put_back = sqlx::query!(
        "update jobs
         set status = 'queued', lease = null, leased_until = null,
             runs = runs - $4, last_trouble = coalesce($5, last_trouble)
         where organization_id = $1 and id = $2 and lease = $3 and status = 'running'",
        organization as _,
        claim.job as _,
        claim.lease,
        uncounted,
        trouble,
    )
    .execute(scope.conn())
    .await?;
    if put_back.rows_affected() == 0 {
        return Ok(false);
    }
    let waiting = Outcome {
        status: PhotoStatus::Waiting,
        accepted_attempt: None,
        severity: None,
        size_pixels: None,
        failure: None,
    };
    photos::settle(scope, &claim.photo, &waiting).await?;
    queue::deliver(scope, claim.job, after_secs).await?;
    Ok(true)
}

async fn give_up(scope: &mut Scope, job: JobId, photo: &Photo, sentence: &str) -> sqlx::Result<()> {
    close(scope, job, Status::Failed, Some(sentence)).await?;
    settle_failed(scope, photo, sentence).await
}

async fn settle_failed(scope: &mut Scope, photo: &Photo, sentence: &str) -> sqlx::Result<()> {
    let outcome = Outcome {
        status: PhotoStatus::Failed,
        accepted_attempt: None,
        severity: None,
        size_pixels: None,
        failure: Some(sentence),
    };
    photos::settle(scope, photo, &outcome).await
}

async fn end_run(
    scope: &mut Scope,
    claim: &Claim,
    status: Status,
    trouble: Option<&str>,
) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let ended = sqlx::query!(
        "update jobs
         set status = $4, finished_at = now(), last_trouble = coalesce($5, last_trouble)
         where organization_id = $1 and id = $2 and lease = $3 and status = 'running'",
        organization as _,
        claim.job as _,
        claim.lease,
        status as _,
        trouble,
    )
    .execute(scope.conn())
    .await?;
    Ok(ended.rows_affected() == 1)
}

async fn close(
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
