//! Documents of a refit: the site writes the decisions as JSON lines, the command line makes a refit
//! of them, and the site takes it back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::report::Verdict;
use crate::table::TABLE_VERSION;
use crate::thresholds::Thresholds;
use crate::words::words;

/// Version of these documents.
pub const REFIT_VERSION: u32 = 1;

words! {
    /// Decision of a person on a held photo.
    pub enum Decision ("review_decision") {
        /// It may be delivered.
        Approved = "approved",
        /// It may not.
        Rejected = "rejected",
    }
}

/// First line of the decisions: the organization, and the refit in force. The lines after it
/// are [`DecidedReport`]s, and the last one is the [`DecisionsEnd`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionsHeader {
    /// Version of the document.
    pub version: u32,
    /// Id of the organization.
    pub organization: Uuid,
    /// Its name.
    pub organization_name: String,
    /// `None`: the table itself is in force.
    pub in_force: Option<RefitInForce>,
}

/// The refit that photos are judged by now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefitInForce {
    /// Its id.
    pub id: Uuid,
    /// Version of the table of gates that it was fitted for.
    pub table_version: u32,
    /// Bounds of the gates that differ from the table, by name; `None`: they are damaged.
    pub bounds: Option<BTreeMap<String, f64>>,
}

impl RefitInForce {
    /// The thresholds that photos are judged by. `None`: the refit is damaged, or was made for
    /// another table, in which the numbers of its gates meant something else; [`Self::ignored`]
    /// says so.
    pub fn thresholds(&self) -> Option<Thresholds> {
        let bounds = self.bounds.as_ref()?;
        (self.table_version == TABLE_VERSION).then(|| Thresholds::restored(bounds))
    }

    /// Sentence about a refit that has no effect.
    pub fn ignored(&self) -> String {
        let (id, made_for) = (self.id, self.table_version);
        let why = match self.bounds {
            Some(_) => format!("was made for table {made_for}"),
            None => "is damaged".to_owned(),
        };
        format!("Refit {id} {why} and is ignored: photos are judged by table {TABLE_VERSION}.")
    }
}

/// A stored report, with the decision on its attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecidedReport {
    /// Id of the attempt.
    pub attempt: Uuid,
    /// Id of its photo.
    pub photo: Uuid,
    /// Quality control's verdict.
    pub verdict: Verdict,
    /// `None`: nobody has decided on this attempt.
    pub decision: Option<Decision>,
    /// True when the photo waits for a decision on this attempt.
    pub waits: bool,
    /// The report as it was stored.
    pub report: Value,
}

/// Last line of the decisions: without it they were cut off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionsEnd {
    /// Number of reports between the first line and this one.
    pub reports: u64,
}

/// A fitted refit, to be adopted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefitDocument {
    /// Version of the document.
    pub version: u32,
    /// Id of the organization.
    pub organization: Uuid,
    /// Version of the table of gates that it was fitted for.
    pub table_version: u32,
    /// The refit that was in force when the decisions were written.
    pub instead_of: Option<Uuid>,
    /// Bounds of the gates that differ from the table, by name.
    pub bounds: BTreeMap<String, f64>,
    /// Number of decisions that it is based on.
    pub decisions: u32,
    /// The changes it would have made.
    pub shadow: Value,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gate::Gate;

    #[test]
    fn a_decided_report_is_one_line_in_plain_words() {
        let line = DecidedReport {
            attempt: Uuid::nil(),
            photo: Uuid::nil(),
            verdict: Verdict::Held,
            decision: Some(Decision::Approved),
            waits: false,
            report: json!({"version": 3}),
        };
        let nil = "00000000-0000-0000-0000-000000000000";
        let expected = json!({
            "attempt": nil, "photo": nil, "verdict": "held", "decision": "approved",
            "waits": false, "report": {"version": 3},
        });
        assert_eq!(serde_json::to_value(&line).unwrap(), expected);
        assert_eq!(
            serde_json::from_value::<DecidedReport>(expected).unwrap(),
            line
        );
    }

    #[test]
    fn a_refit_of_another_table_or_a_damaged_one_has_no_effect_and_says_why() {
        let refit = |table_version, bounds: Option<[(String, f64); 1]>| RefitInForce {
            id: Uuid::nil(),
            table_version,
            bounds: bounds.map(Into::into),
        };
        let bounds = Some([("noise".to_owned(), 1.2)]);
        let thresholds = refit(TABLE_VERSION, bounds.clone()).thresholds().unwrap();
        assert_eq!(thresholds.of(Gate::Noise).fail, 1.2);
        let older = refit(TABLE_VERSION - 1, bounds);
        assert_eq!(older.thresholds(), None);
        assert!(older.ignored().contains("was made for table"));
        let damaged = refit(TABLE_VERSION, None);
        assert_eq!(damaged.thresholds(), None);
        assert!(damaged.ignored().contains("is damaged"));
    }
}
