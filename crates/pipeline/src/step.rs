//! Steps of a run, reported to the caller, who may stop the run between two of them.

use plumbline_documents::{Stage, Step};

use crate::failure::Failure;

/// Called when a stage begins, and with its progress where it has parts; `false` stops the run.
pub type StepFn<'a> = dyn FnMut(Step) -> bool + Send + 'a;

/// Begins a stage, unless the run is to stop.
pub(crate) fn enter(on_step: &mut StepFn<'_>, stage: Stage) -> Result<(), Failure> {
    match on_step(Step::entering(stage)) {
        true => Ok(()),
        false => Err(Failure::Stopped),
    }
}
