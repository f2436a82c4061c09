//! What a job writes about itself: that it began, and how it ended. Each is one
//! short commit, tried again while the database is away.

use plumbline_domain::work::attempts;
use plumbline_domain::work::jobs::{self, Begin, Claim, endings};
use plumbline_domain::work::queue::EnhancePhoto;

use crate::failure::Failure;
use crate::kitchen::Kitchen;
use crate::patience::patiently;
use crate::renditions::Finished;

/// Claims the job. `None`: there is nothing to do, or not yet.
pub async fn begin(kitchen: &Kitchen, order: EnhancePhoto) -> Option<Claim> {
    let begun = patiently(&kitchen.db, "the beginning of a job", async || {
        let mut scope = order.scope(&kitchen.db).await?;
        let begun = jobs::begin(&mut scope, order.job, kitchen.lease_secs).await?;
        let _saved = scope.commit().await?;
        anyhow::Ok(begun)
    });
    match begun.await? {
        Begin::Claimed(claim) => Some(*claim),
        Begin::Busy | Begin::Over => None,
    }
}

/// The attempts, the photo and the end of the job in one commit. Files that came
/// too late, because another worker has the photo, are removed.
pub async fn finish(
    kitchen: &Kitchen,
    order: EnhancePhoto,
    claim: &Claim,
    finished: Finished,
) -> Result<(), Failure> {
    let recorded = patiently(&kitchen.db, "a finished photo", async || {
        try_finish(kitchen, order, claim, &finished).await
    });
    match recorded.await {
        Some(true) => return Ok(()),
        Some(false) => {
            tracing::warn!(photo.id = %claim.photo.id, "photo {} was taken over", claim.photo.id);
        }
        None => {}
    }
    finished.remove(&kitchen.storage).await;
    Err(Failure::Retry(anyhow::anyhow!(
        "the finished photo could not be recorded"
    )))
}

/// `false`: the claim is lost, and another worker's result counts.
async fn try_finish(
    kitchen: &Kitchen,
    order: EnhancePhoto,
    claim: &Claim,
    finished: &Finished,
) -> anyhow::Result<bool> {
    let mut scope = order.scope(&kitchen.db).await?;
    if endings::finish(&mut scope, claim, &finished.attempts, finished.size_pixels).await? {
        let _saved = scope.commit().await?;
        return Ok(true);
    }
    // An earlier try may have reached the database although its answer did not
    // reach us: its files must stay.
    let known = attempts::of_photo(&mut scope, claim.photo.id).await?;
    Ok(finished
        .attempts
        .iter()
        .all(|ours| known.iter().any(|theirs| theirs.id == ours.id)))
}

/// How a run ended without a photo. Where the claim was lost, nothing is written.
pub async fn failure(kitchen: &Kitchen, order: EnhancePhoto, claim: &Claim, failure: Failure) {
    let photo = claim.photo.id;
    match &failure {
        Failure::Final(why) => tracing::info!(photo.id = %photo, why, "photo {photo} refused"),
        Failure::Retry(trouble) => {
            tracing::warn!(photo.id = %photo, run = claim.run, trouble = format!("{trouble:#}"), "photo {photo} ran into trouble");
        }
        Failure::Stopped => tracing::info!(photo.id = %photo, "photo {photo} handed back"),
    }
    patiently(&kitchen.db, "the end of a job", async || {
        let mut scope = order.scope(&kitchen.db).await?;
        match &failure {
            Failure::Final(why) => endings::fail(&mut scope, claim, why).await?,
            Failure::Retry(trouble) => {
                endings::retry_later(&mut scope, claim, &format!("{trouble:#}")).await?
            }
            Failure::Stopped => endings::hand_back(&mut scope, claim).await?,
        };
        let _saved = scope.commit().await?;
        anyhow::Ok(())
    })
    .await;
}
