//! Enhances one photo. The order holds ids only and may arrive twice: the claim
//! decides who works, and everything that is written is written under it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use anyhow::anyhow;
use futures::FutureExt;
use plumbline_domain::work::jobs::Claim;
use plumbline_domain::work::queue::EnhancePhoto;

use crate::develop::develop;
use crate::failure::{Failure, panic_message};
use crate::hold::Hold;
use crate::kitchen::Kitchen;
use crate::overrides::{self, Choices};
use crate::progress::Progress;
use crate::record;
use crate::renditions::{self, Album, Finished};
use crate::sight;
use crate::workplace::Workplace;

pub async fn run(kitchen: &Arc<Kitchen>, order: EnhancePhoto) {
    let _slot = kitchen.slot().await;
    let Some(claim) = record::begin(kitchen, order).await else {
        return;
    };
    let (photo, since) = (claim.photo.id, Instant::now());
    tracing::info!(photo.id = %photo, job.id = %claim.job, run = claim.run, "photo {photo} begun");

    let hold = Hold::on(kitchen, order, &claim);
    let cooked = AssertUnwindSafe(cook(kitchen, order, &claim, &hold))
        .catch_unwind()
        .await;
    let recorded = match cooked {
        Ok(Ok(Some(finished))) => record::finish(kitchen, order, &claim, finished).await,
        Ok(Ok(None)) => return,
        Ok(Err(failure)) => Err(failure),
        Err(panic) => Err(Failure::Retry(anyhow!(
            "panicked: {}",
            panic_message(&*panic)
        ))),
    };
    match recorded {
        Ok(()) => {
            let took_ms = since.elapsed().as_millis();
            tracing::info!(photo.id = %photo, took_ms, "photo {photo} finished");
        }
        Err(failure) => record::failure(kitchen, order, &claim, failure).await,
    }
}

/// Originals in, renditions in storage out. Touches the database only in passing.
/// `None`: the photo waits for its other exposures, or went into one of them.
async fn cook(
    kitchen: &Arc<Kitchen>,
    order: EnhancePhoto,
    claim: &Claim,
    hold: &Hold,
) -> Result<Option<Finished>, Failure> {
    let progress = Progress::of(kitchen, order, claim);
    let place = Workplace {
        kitchen,
        order,
        claim,
        step: progress.sender(),
        stop: hold.stop_flag(),
    };
    let Some(seen) = sight::see(&place).await? else {
        return Ok(None);
    };
    let shoot = overrides::shoot(&place).await?;
    let Choices { overrides, sky } = Choices::of(&place, shoot.as_ref()).await?;
    let studio = place.studio(shoot.as_ref(), sky).await?;
    let cooked = place
        .work(move |go_on| {
            let mut album = Album::default();
            let mut keep = |picture: &_, heatmap: Option<&_>| album.keep(picture, heatmap);
            let developed = develop(seen, &overrides, &studio, &mut keep, go_on)?;
            renditions::encode(developed, album, go_on)
        })
        .await?;
    let finished = cooked.store(&kitchen.storage, order.organization(), claim.photo.id);
    finished.await.map(Some)
}
