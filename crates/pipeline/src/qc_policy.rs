//! The policy that an organization's photos are judged by: the table of quality control, or a refit
//! of it from the organization's own decisions.

use plumbline_documents::{RefitInForce, Thresholds};
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
}
