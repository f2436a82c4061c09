//! The documents between the database and the fit: decisions go out as JSON lines, a refit
//! comes back as one document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Version of both documents.
pub const VERSION: u32 = 1;

/// First line of the decisions: the organization, and the refit in force. The lines after it
/// are [`DecidedReport`]s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionsHeader {
    pub version: u32,
    pub organization: Uuid,
    pub organization_name: String,
    /// `None`: the table itself is in force.
    pub in_force: Option<RefitInForce>,
}

/// The refit that photos are judged by now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefitInForce {
    pub id: Uuid,
    pub table_version: u32,
    /// Bounds of the gates that differ from the table, by name.
    pub bounds: BTreeMap<String, f64>,
}

/// A stored report, with the decision on its attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecidedReport {
    pub attempt: Uuid,
    pub photo: Uuid,
    pub verdict: Verdict,
    /// `None`: nobody has decided on this attempt.
    pub decision: Option<Decision>,
    /// The photo waits for a decision on this attempt.
    pub waits: bool,
    /// As it was stored.
    pub report: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Passed,
    Held,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approved,
    Rejected,
}

/// A fitted refit, to be adopted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefitDocument {
    pub version: u32,
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
}
