//! The standard that an organization's photos are judged by: the table of quality
//! control, or a refit of it from the organization's own decisions.

use std::collections::BTreeMap;

use plumbline_documents::{TABLE_VERSION, Thresholds};
use plumbline_domain::ids::RefitId;
use plumbline_domain::work::refits::Refit;
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::{Inspected, Mask, Pixels, Plan};

/// The default is the table.
#[derive(Debug, Clone, Default)]
pub struct Standard {
    pub thresholds: Thresholds,
    /// The refit that moved them; every report names it.
    pub refit: Option<RefitId>,
}

impl Standard {
    /// A refit of another table is ignored: the numbers of its gates mean something
    /// else by now.
    pub fn of(refit: Option<&Refit>) -> Self {
        let Some(refit) = refit else {
            return Self::default();
        };
        read(refit).unwrap_or_else(|| {
            tracing::warn!(refit.id = %refit.id, "{}", ignored(refit));
            Self::default()
        })
    }

    /// Judges what a plan made; `sky` is where it put a new one.
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

/// Why a refit that is in force has no effect.
pub fn ignored(refit: &Refit) -> String {
    let (id, made_for) = (refit.id, refit.table_version);
    format!(
        "Refit {id} was made for table {made_for} and is ignored: photos are judged by table {TABLE_VERSION}."
    )
}

fn read(refit: &Refit) -> Option<Standard> {
    if u32::try_from(refit.table_version) != Ok(TABLE_VERSION) {
        return None;
    }
    let moved: BTreeMap<String, f64> = serde_json::from_value(refit.bounds.clone()).ok()?;
    Some(Standard {
        thresholds: Thresholds::restored(&moved),
        refit: Some(refit.id),
    })
}
