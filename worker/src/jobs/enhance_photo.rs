//! Enhances one photo. The job holds ids only and may arrive twice: the claim
//! decides who works, and everything that is written is written under it.

mod exposures;
mod ingest;
mod overrides;
mod personal_look;
mod progress;
mod record;
pub mod renditions;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures::FutureExt;
use plumbline_domain::work::jobs::{Begin, Claim, Company};
use plumbline_domain::work::queue::EnhancePhoto;
use plumbline_enhance::Output;
use plumbline_pipeline::config::PipelineConfig;
use tokio::sync::Mutex;

use crate::daemon::Daemon;
use crate::failure::Failure;
use crate::job_context::JobContext;
use crate::jobs::enhance_photo::overrides::Choices;
use crate::jobs::enhance_photo::progress::Progress;
use crate::jobs::enhance_photo::renditions::Stored;
use crate::lease::Lease;
use crate::trouble;

pub async fn run(daemon: &Arc<Daemon>, job: EnhancePhoto) {
    if !daemon.gate.is_open(daemon).await {
        return;
    }
    let slot = daemon.slot().await;
    match record::begin(daemon, job, Company::Others).await {
        Some(Begin::Claimed(claim)) => work_on(daemon, job, &claim).await,
        Some(Begin::Alone) => {
            drop(slot);
            alone(daemon, job).await;
        }
        Some(Begin::Busy | Begin::NotUnderstood | Begin::Over) | None => {}
    }
}

/// A photo that may have brought its worker down: nothing else is in hand meanwhile.
async fn alone(daemon: &Arc<Daemon>, job: EnhancePhoto) {
    let drain = daemon.shutdown.drain();
    let Some(_whole) = drain.run_until_cancelled(daemon.whole()).await else {
        return;
    };
    if let Some(Begin::Claimed(claim)) = record::begin(daemon, job, Company::Nobody).await {
        tracing::warn!(photo.id = %claim.photo.id, "photo {} runs alone", claim.photo.id);
        work_on(daemon, job, &claim).await;
    }
}

async fn work_on(daemon: &Arc<Daemon>, job: EnhancePhoto, claim: &Claim) {
    let (photo, since) = (claim.photo.id, Instant::now());
    tracing::info!(photo.id = %photo, job.id = %claim.job, run = claim.run, "photo {photo} begun");

    let lease = Lease::keep(daemon, job, claim);
    let processed = AssertUnwindSafe(process(daemon, job, claim, &lease))
        .catch_unwind()
        .await;
    let recorded = match processed {
        Ok(Ok(Some(stored))) => record::finish(daemon, job, claim, stored).await,
        Ok(Ok(None)) => return,
        Ok(Err(failure)) => Err(failure),
        Err(panic) => Err(Failure::of_panic(&*panic)),
    };
    match recorded {
        Ok(()) => {
            let took_ms = since.elapsed().as_millis();
            tracing::info!(photo.id = %photo, took_ms, "photo {photo} finished");
        }
        Err(failure) => {
            if let Failure::Trouble(trouble) = &failure {
                trouble::wait_out(daemon, trouble);
            }
            record::failure(daemon, job, claim, failure).await;
        }
    }
}

/// Originals in, renditions in storage out. Touches the database only in passing.
/// `None`: the photo waits for its other exposures, or went into one of them.
async fn process(
    daemon: &Arc<Daemon>,
    job: EnhancePhoto,
    claim: &Claim,
    lease: &Lease,
) -> Result<Option<Stored>, Failure> {
    let progress = Progress::start(daemon, job, claim);
    let context = JobContext {
        daemon,
        job,
        claim,
        step: progress.sender(),
        stop: lease.stop_token(),
        share: Mutex::default(),
    };
    let Some(ingested) = ingest::ingest(&context).await? else {
        return Ok(None);
    };
    let shoot = overrides::shoot(&context).await?;
    let Choices { overrides, sky } = Choices::of(&context, shoot.as_ref()).await?;
    let pipeline = PipelineConfig {
        finish: personal_look::finish_model(&context).await?,
        ..context.pipeline(shoot.as_ref(), sky).await?
    };
    let encoded = context
        .work(move |on_step| {
            let output = Output::default();
            plumbline_pipeline::process(ingested, &overrides, &pipeline, &output, on_step)
        })
        .await?;
    renditions::store(&context, encoded).await.map(Some)
}
