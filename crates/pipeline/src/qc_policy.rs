//! The policy that an organization's photos are judged by: the table of quality control, or a refit
//! of it from the organization's own decisions.

use plumbline_documents::{RefitInForce, Thresholds};
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::sky::trial::Eyes;
use plumbline_enhance::{Inspected, Mask, Pixels, Plan};
use uuid::Uuid;

/// The default is the table.
#[derive(Debug, Clone, Default)]
pub struct QcPolicy {
    pub thresholds: Thresholds,
    /// The refit that moved them; every report names it.
    pub refit: Option<Uuid>,
}

impl QcPolicy {
    /// `None`: the refit has no effect.
    pub fn of(refit: &RefitInForce) -> Option<Self> {
        Some(Self {
            thresholds: refit.thresholds()?,
            refit: Some(refit.id),
        })
    }

    /// Judges the result of a plan; `sky` is where the plan put a new one, and the eyes are its
    /// witnesses.
    pub fn judge(
        &self,
        original: &Pixels,
        result: &Pixels,
        plan: &Plan,
        sky: Option<&Mask>,
        eyes: Eyes<'_>,
    ) -> Inspected {
        let terms = Terms {
            plan: Some(plan),
            sky,
            eyes,
            thresholds: self.thresholds.clone(),
        };
        judge(original, result, &terms)
    }
}
