//! The record of a job: that it began, and how it ended. Each is one short commit,
//! tried again while the database is away.

use plumbline_domain::work::attempts;
use plumbline_domain::work::jobs::{self, Begin, Claim, Company, endings};
use plumbline_domain::work::queue::EnhancePhoto;

use crate::daemon::Daemon;
use crate::failure::Failure;
use crate::jobs::enhance_photo::renditions::Stored;
use crate::retry::retry;

/// Claims the job. `None`: there is nothing to do, or not yet.
pub async fn begin(daemon: &Daemon, job: EnhancePhoto, company: Company) -> Option<Begin> {
    let begun = retry(&daemon.db, "the beginning of a job", async || {
        let mut scope = job.scope(&daemon.db).await?;
        let begun = jobs::begin(&mut scope, job.job, daemon.lease_secs, company).await?;
        let _saved = scope.commit().await?;
        anyhow::Ok(begun)
    });
    let begun = begun.await;
    if matches!(begun, Some(Begin::NotUnderstood)) {
        tracing::info!(job.id = %job.job, "job {} is left to a newer worker", job.job);
    }
    begun
}

/// The attempts, the photo and the end of the job in one commit. Files that came
/// too late, because another worker has the photo, are removed.
pub async fn finish(
    daemon: &Daemon,
    job: EnhancePhoto,
    claim: &Claim,
    stored: Stored,
) -> Result<(), Failure> {
    let recorded = retry(&daemon.db, "a finished photo", async || {
        try_finish(daemon, job, claim, &stored).await
    });
    match recorded.await {
        Some(true) => return Ok(()),
        Some(false) => {
            tracing::warn!(photo.id = %claim.photo.id, "photo {} was taken over", claim.photo.id);
        }
        None => {}
    }
    stored.remove(&daemon.storage).await;
    Err(Failure::Retry(anyhow::anyhow!(
        "the finished photo could not be recorded"
    )))
}

/// `false`: the claim is lost, and another worker's result counts.
async fn try_finish(
    daemon: &Daemon,
    job: EnhancePhoto,
    claim: &Claim,
    stored: &Stored,
) -> anyhow::Result<bool> {
    let mut scope = job.scope(&daemon.db).await?;
    if endings::finish(&mut scope, claim, &stored.attempts, stored.size_pixels).await? {
        let _saved = scope.commit().await?;
        return Ok(true);
    }
    // An earlier try may have reached the database although its answer did not
    // reach us: its files must stay.
    let known = attempts::of_photo(&mut scope, claim.photo.id).await?;
    Ok(stored
        .attempts
        .iter()
        .all(|ours| known.iter().any(|theirs| theirs.id == ours.id)))
}

/// Records a run that ended without a photo. Where the claim was lost, nothing is written.
pub async fn failure(daemon: &Daemon, job: EnhancePhoto, claim: &Claim, failure: Failure) {
    note(claim, &failure);
    retry(&daemon.db, "the end of a job", async || {
        let mut scope = job.scope(&daemon.db).await?;
        match &failure {
            Failure::Final(why) => endings::fail(&mut scope, claim, why).await?,
            Failure::Retry(error) => {
                endings::retry_later(&mut scope, claim, &format!("{error:#}")).await?
            }
            Failure::Trouble(trouble) => {
                endings::set_by(&mut scope, claim, &trouble.to_string()).await?
            }
            Failure::Stopped => endings::hand_back(&mut scope, claim).await?,
            Failure::Abandoned => endings::abandon(&mut scope, claim).await?,
            Failure::Stalled(secs) => {
                let trouble = format!("no progress for {secs} s");
                endings::stand_still(&mut scope, claim, &trouble).await?
            }
        };
        let _saved = scope.commit().await?;
        anyhow::Ok(())
    })
    .await;
}

fn note(claim: &Claim, failure: &Failure) {
    let photo = claim.photo.id;
    match failure {
        Failure::Final(why) => tracing::info!(photo.id = %photo, why, "photo {photo} refused"),
        Failure::Retry(error) => {
            tracing::warn!(photo.id = %photo, run = claim.run, error = format!("{error:#}"), "photo {photo} failed and will be retried");
        }
        Failure::Trouble(trouble) => {
            tracing::warn!(photo.id = %photo, %trouble, "photo {photo} waits until the trouble is over");
        }
        Failure::Stopped => tracing::info!(photo.id = %photo, "photo {photo} handed back"),
        Failure::Abandoned => {
            tracing::warn!(photo.id = %photo, "photo {photo} did not stop, and is handed back");
        }
        Failure::Stalled(secs) => {
            tracing::warn!(photo.id = %photo, secs, "photo {photo} makes no progress, and is ended");
        }
    }
}
