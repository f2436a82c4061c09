//! Enhances one photo. The order holds ids only and may arrive twice: the claim
//! decides who works, and everything that is written is written under it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::anyhow;
use futures::FutureExt;
use plumbline_domain::jobs::Claim;
use plumbline_domain::queue::EnhancePhoto;
use plumbline_storage::key::Key;

use crate::develop::develop;
use crate::failure::{Failure, panic_message};
use crate::hold::Hold;
use crate::kitchen::Kitchen;
use crate::progress::Progress;
use crate::record;
use crate::renditions::{self, Finished};

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
        Ok(Ok(finished)) => record::finish(kitchen, order, &claim, finished).await,
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

/// Original in, renditions in storage out. Touches the database only in passing.
async fn cook(
    kitchen: &Arc<Kitchen>,
    order: EnhancePhoto,
    claim: &Claim,
    hold: &Hold,
) -> Result<Finished, Failure> {
    let (organization, photo) = (order.organization(), claim.photo.id);
    let bytes = kitchen
        .storage
        .get(&Key::original(organization.uuid(), photo.uuid()))
        .await?;
    let progress = Progress::of(kitchen, order, claim);
    let (stage, stop, studio) = (progress.sender(), hold.stop_flag(), kitchen.studio.clone());
    let pixels = tokio::task::spawn_blocking(move || {
        let mut go_on = |entered| {
            stage.send_replace(Some(entered));
            !stop.load(Ordering::Relaxed)
        };
        let developed = develop(bytes, &studio, &mut go_on)?;
        renditions::encode(developed, &mut go_on)
    });
    let cooked = tokio::select! {
        joined = pixels => joined.unwrap_or_else(|error| Err(Failure::broken_off(error)))?,
        () = kitchen.closing.out_of_time() => return Err(Failure::Stopped),
    };
    cooked.store(&kitchen.storage, organization, photo).await
}
