//! Ends of a run: finished, failed, put off, or handed back. Each is written under the
//! claim's lease, so a worker that lost it changes nothing.

use plumbline_documents::Verdict;

use crate::ids::JobId;
use crate::scope::Scope;
use crate::shoots::originals;
use crate::shoots::photos::{self, Outcome, Photo, Status as PhotoStatus};
use crate::work::attempts;
use crate::work::attempts::NewAttempt;
use crate::work::jobs::{Claim, MAX_RUNS, MAX_STALLS, Status, close};
use crate::work::queue;

const GAVE_UP: &str = "Enhancing this photo failed several times, so we stopped. \
    Your original is safe. A new export of it may work.";

const STOOD_STILL: &str = "Enhancing this photo came to a standstill twice, so we stopped. \
    Your original is safe. A new export of it may work.";

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
    originals::share(scope, claim.photo.shoot_id, Some(claim.photo.id)).await?;
    Ok(true)
}

/// Puts the job off because its photo has to wait for its other exposures; the run does
/// not count.
pub async fn wait(scope: &mut Scope, claim: &Claim, secs: u32) -> sqlx::Result<bool> {
    let put_off = PutBack {
        after_secs: secs,
        ..PutBack::uncounted()
    };
    put_back(scope, claim, &put_off).await
}

/// Fails for good: `sentence` tells the customer what is wrong and what to do.
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

/// Retries after a growing pause an error that may pass, or gives up when the job has had
/// all its runs.
pub async fn retry_later(scope: &mut Scope, claim: &Claim, trouble: &str) -> sqlx::Result<bool> {
    if claim.run >= MAX_RUNS {
        return fail_for(scope, claim, trouble, GAVE_UP).await;
    }
    let later = PutBack {
        after_secs: back_off_secs(claim.run),
        trouble: Some(trouble),
        ..PutBack::default()
    };
    put_back(scope, claim, &later).await
}

/// Hands the job to the next worker at once, for an orderly stop; this run does not count.
pub async fn hand_back(scope: &mut Scope, claim: &Claim) -> sqlx::Result<bool> {
    put_back(scope, claim, &PutBack::uncounted()).await
}

/// Hands the job on because of something that is not the photo's fault, and that the worker waits
/// out; this run does not count.
pub async fn set_by(scope: &mut Scope, claim: &Claim, trouble: &str) -> sqlx::Result<bool> {
    let set_by = PutBack {
        trouble: Some(trouble),
        ..PutBack::uncounted()
    };
    put_back(scope, claim, &set_by).await
}

/// Hands the job on because it did not stop when it was asked to. It may hang, so the run counts, and
/// the next one is alone.
pub async fn abandon(scope: &mut Scope, claim: &Claim) -> sqlx::Result<bool> {
    let abandoned = PutBack {
        trouble: Some("did not stop when asked to"),
        alone: true,
        ..PutBack::default()
    };
    put_back(scope, claim, &abandoned).await
}

/// Ends a run that made no progress: the first one is tried again alone, the second is final.
pub async fn stand_still(scope: &mut Scope, claim: &Claim, trouble: &str) -> sqlx::Result<bool> {
    if claim.stalls + 1 >= MAX_STALLS {
        return fail_for(scope, claim, trouble, STOOD_STILL).await;
    }
    let stalled = PutBack {
        trouble: Some(trouble),
        alone: true,
        stalls: 1,
        ..PutBack::default()
    };
    put_back(scope, claim, &stalled).await
}

/// 5, 20, 80 seconds: long enough for a database or a disk to come back, short
/// enough for somebody watching the page.
fn back_off_secs(run: i32) -> u32 {
    5 * 4_u32.pow(run.clamp(1, 4).unsigned_abs() - 1)
}

/// Circumstances under which a job goes back to the queue.
#[derive(Default)]
struct PutBack<'a> {
    after_secs: u32,
    trouble: Option<&'a str>,
    /// Runs that are taken back: this one, or none.
    uncounted: i32,
    stalls: i32,
    alone: bool,
}

impl PutBack<'_> {
    fn uncounted() -> Self {
        Self {
            uncounted: 1,
            ..Self::default()
        }
    }
}

async fn put_back(scope: &mut Scope, claim: &Claim, back: &PutBack<'_>) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let put_back = sqlx::query!(
        "update jobs
         set status = 'queued', lease = null, leased_until = null,
             runs = runs - $4, last_trouble = coalesce($5, last_trouble),
             stalls = stalls + $6, alone = alone or $7
         where organization_id = $1 and id = $2 and lease = $3 and status = 'running'",
        organization as _,
        claim.job as _,
        claim.lease,
        back.uncounted,
        back.trouble,
        back.stalls,
        back.alone,
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
    queue::deliver(scope, claim.job, back.after_secs).await?;
    Ok(true)
}

/// Ends a job that has had all its runs.
pub(super) async fn give_up(scope: &mut Scope, job: JobId, photo: &Photo) -> sqlx::Result<()> {
    close(scope, job, Status::Failed, Some(GAVE_UP)).await?;
    settle_failed(scope, photo, GAVE_UP).await
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
