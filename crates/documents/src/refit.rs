//! Documents of a refit: the decisions it rests on, and what it proposes. The site writes the first
//! and takes the second; the command line makes one of the other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::words::words;

words! {
    /// Decision of a person on a held photo.
    pub enum Decision ("review_decision") {
        /// It may be delivered.
        Approved = "approved",
        /// It may not.
        Rejected = "rejected",
    }
}

words! {
    /// Standing of a stored report on which nobody decided.
    pub enum Standing ("text") {
        /// Its photo waits for a person.
        Waiting = "waiting",
        /// It was held, and is past: a later attempt took its place, or the photo was removed.
        Past = "past",
        /// It passed by itself.
        Passed = "passed",
    }
}

/// One line of an organization's decisions, as JSON lines: the first is [`Self::Organization`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum DecisionsLine {
    /// The organization, and the refit in force while the others were read.
    Organization {
        /// Its name.
        name: String,
        /// `None`: the table itself.
        in_force: Option<RefitInForce>,
    },
    /// A stored report on which a person decided.
    Decided {
        /// Id of the photo.
        photo: Uuid,
        /// The decision.
        decision: Decision,
        /// The report as stored.
        report: Value,
    },
    /// A stored report on which nobody decided.
    Undecided {
        /// Its standing.
        standing: Standing,
        /// The report as stored.
        report: Value,
    },
}

/// Refit that an organization's photos are judged by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefitInForce {
    /// Its id.
    pub id: Uuid,
    /// Version of the table it was made for: under another one it means nothing.
    pub table_version: u32,
    /// Thresholds that differ from the table, by the gates' names.
    pub bounds: BTreeMap<String, f64>,
}

/// Proposed refit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefitDocument {
    /// Version of the table it was made for.
    pub table_version: u32,
    /// The refit it was compared with; `None`: the table itself.
    pub instead_of: Option<Uuid>,
    /// Thresholds that differ from the table, by the gates' names.
    pub bounds: BTreeMap<String, f64>,
    /// Number of decisions it rests on.
    pub decisions: u32,
    /// Comparison of what would have changed.
    pub shadow: Value,
}
