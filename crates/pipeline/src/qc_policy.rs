//! The policy that an organization's photos are judged by: the table of quality control, or a refit
//! of it from the organization's own decisions.

use plumbline_documents::{RefitInForce, TABLE_VERSION, Thresholds};
use plumbline_enhance::inspect::{Terms, judge};
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
    /// `None`: the refit was made for another table, so the numbers of its gates mean something
    /// else by now; [`ignored`] says so.
    pub fn of(refit: &RefitInForce) -> Option<Self> {
        (refit.table_version == TABLE_VERSION).then(|| Self {
            thresholds: Thresholds::restored(&refit.bounds),
            refit: Some(refit.id),
        })
    }

    /// Judges the result of a plan; `sky` is where the plan put a new one.
    pub fn judge(
        &self,
        original: &Pixels,
        result: &Pixels,
        plan: &Plan,
        sky: Option<&Mask>,
    ) -> Inspected {
        let terms = Terms {
            plan: Some(plan),
            sky,
            thresholds: self.thresholds.clone(),
        };
        judge(original, result, &terms)
    }
}

/// Sentence about a refit in force that has no effect.
pub fn ignored(refit: &RefitInForce) -> String {
    let (id, made_for) = (refit.id, refit.table_version);
    format!(
        "Refit {id} was made for table {made_for} and is ignored: photos are judged by table {TABLE_VERSION}."
    )
}
