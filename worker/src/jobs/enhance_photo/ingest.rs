//! The first half of a run: originals in, a measured picture out, with the
//! measurements kept beside the photo. Here a photo finds its other exposures.

use std::time::Instant;

use plumbline_domain::ids::PhotoId;
use plumbline_domain::shoots::photos::{
    brackets,
    measurements::{self, Measurements},
};
use plumbline_enhance::Limits;
use plumbline_enhance::brackets::Frame;
use plumbline_pipeline::failure::Failure as PipelineFailure;
use plumbline_pipeline::ingest::{self, Ingested, ingest_bracket};
use plumbline_pipeline::step::StepFn;
use serde_json::Value;

use crate::decoding::decode;
use crate::failure::Failure;
use crate::job_context::JobContext;
use crate::jobs::enhance_photo::exposures::{self, Next};

/// Position of the photo itself among its exposures when they are merged.
const LEADER: usize = 0;

/// `None`: it waits for its other exposures, or went into one of them.
pub async fn ingest(context: &JobContext<'_>) -> Result<Option<Ingested>, Failure> {
    let mut scope = context.scope().await?;
    let state = brackets::state(&mut scope, context.claim).await;
    drop(scope);
    let state = state?;
    if !state.members.is_empty() {
        let members: Vec<PhotoId> = state.members.iter().map(|member| member.id).collect();
        return together(context, &members).await.map(Some);
    }
    if state.solo {
        return alone(context).await.map(Some);
    }
    match known(state.frame) {
        Some(frame) => find_others(context, &frame, None).await,
        None => {
            let ingested = alone(context).await?;
            match ingested.frame.clone() {
                Some(frame) => find_others(context, &frame, Some(ingested)).await,
                None => Ok(Some(ingested)),
            }
        }
    }
}

/// The frame that an earlier run measured; `None` for a document of an older version.
fn known(frame: Option<Value>) -> Option<Frame> {
    frame.and_then(|document| serde_json::from_value(document).ok())
}

async fn find_others(
    context: &JobContext<'_>,
    frame: &Frame,
    ingested: Option<Ingested>,
) -> Result<Option<Ingested>, Failure> {
    let others = if frame.may_be_bracketed() {
        match exposures::decide(context.daemon, context.job, context.claim).await? {
            Next::Done => return Ok(None),
            Next::Process(others) => others,
        }
    } else {
        vec![]
    };
    match ingested {
        ingested if !others.is_empty() => {
            // Decoded again beside the others: two of them in memory would be one too many.
            drop(ingested);
            together(context, &others).await.map(Some)
        }
        Some(ingested) => Ok(Some(ingested)),
        None => alone(context).await.map(Some),
    }
}

async fn alone(context: &JobContext<'_>) -> Result<Ingested, Failure> {
    context.takes_memory(1).await?;
    let file = context.original(context.claim.photo.id).await?;
    let name = context.claim.photo.name.clone();
    let decoder = context.daemon.decoder.clone();
    let ingested = context
        .work(move |on_step| {
            let since = Instant::now();
            let decoded = decode(&decoder, &file, &name, &Limits::default(), on_step)?;
            let bytes = || file.to_vec().map_err(PipelineFailure::retry);
            ingest::ingest_decoded(decoded, bytes, since, on_step)
        })
        .await?;
    note(context, &ingested).await?;
    Ok(ingested)
}

async fn together(context: &JobContext<'_>, others: &[PhotoId]) -> Result<Ingested, Failure> {
    context.takes_memory(1 + others.len()).await?;
    let mut exposures = vec![context.original(context.claim.photo.id).await?];
    for &other in others {
        exposures.push(context.original(other).await?);
    }
    let decoder = context.daemon.decoder.clone();
    let ingested = context
        .work(move |on_step| {
            let mut frame = |at: usize, on_step: &mut StepFn<'_>| {
                decode(&decoder, &exposures[at], "", &Limits::default(), on_step)
            };
            ingest_bracket(exposures.len(), &mut frame, on_step)
        })
        .await?;
    if ingested.left_out.contains(&LEADER) {
        drop(ingested);
        ungroup(context, others).await?;
        return alone(context).await;
    }
    note(context, &ingested).await?;
    let strangers: Vec<PhotoId> = ingested.left_out.iter().map(|at| others[at - 1]).collect();
    if !strangers.is_empty() {
        ungroup(context, &strangers).await?;
    }
    Ok(ingested)
}

/// Exposures that do not lie on the others are views of their own, and photos of their own.
async fn ungroup(context: &JobContext<'_>, strangers: &[PhotoId]) -> Result<(), Failure> {
    let mut scope = context.scope().await?;
    let gone = brackets::ungroup(&mut scope, context.claim, strangers).await;
    if !gone? {
        return Err(Failure::Stopped);
    }
    let saved = scope.commit().await;
    saved?;
    Ok(())
}

async fn note(context: &JobContext<'_>, ingested: &Ingested) -> Result<(), Failure> {
    let frame = ingested
        .frame
        .as_ref()
        .map(serde_json::to_value)
        .transpose();
    let frame = frame.map_err(Failure::retry)?;
    let measured = serde_json::to_value(&ingested.measured).map_err(Failure::retry)?;
    let measurements = Measurements {
        frame: frame.as_ref(),
        measured: &measured,
    };
    let mut scope = context.scope().await?;
    let noted = measurements::put(&mut scope, context.claim, &measurements).await;
    if !noted? {
        return Err(Failure::Stopped);
    }
    let saved = scope.commit().await;
    saved?;
    Ok(())
}
