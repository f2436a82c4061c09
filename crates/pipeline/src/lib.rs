//! The pipeline: bytes of originals → ingested → developed → encoded. One flow for the daemon, the
//! command line and the benchmarks. Knows `enhance` and the networks; never a database, a queue,
//! storage or the environment. Everything here blocks its thread.
//!
//! ```text
//! ingest (decode, measure) ─► develop (straighten, analyse, plan, apply, inspect) ─► encode
//!                                        ▲                                  │
//!                                        └────────── fallback ◄─────────────┘ held
//! ```

pub mod analyzers;
pub mod attempt;
pub mod config;
pub mod develop;
pub mod encoding;
pub mod failure;
pub mod finishes;
mod generation;
pub mod generative_models;
pub mod ingest;
mod planning;
pub mod qc_policy;
pub mod scene_analysis;
pub mod step;

use plumbline_enhance::{Heatmap, Output, Overrides, Pixels};

use crate::config::PipelineConfig;
use crate::encoding::{AttemptPreviews, Encoded};
use crate::failure::Failure;
use crate::ingest::Ingested;
use crate::step::StepFn;

/// Develops an ingested photo and encodes the result of every attempt.
pub fn process(
    ingested: Ingested,
    overrides: &Overrides,
    config: &PipelineConfig,
    output: &Output,
    on_step: &mut StepFn<'_>,
) -> Result<Encoded, Failure> {
    let mut earlier = Vec::new();
    let mut keep = |picture: &Pixels, heatmap: Option<&Heatmap>| {
        earlier.push(AttemptPreviews::encode(picture, heatmap)?);
        Ok(())
    };
    let developed = develop::develop(ingested, overrides, config, &mut keep, on_step)?;
    encoding::encode(developed, earlier, output, on_step)
}
