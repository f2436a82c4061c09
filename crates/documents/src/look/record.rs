//! The record of the personal look that an attempt was made in.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Version of a personal look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookRecord {
    /// Id of the version.
    pub id: Uuid,
    /// Name that the organization gave it.
    pub name: String,
    /// Number of the version, counted from one under the name.
    pub version: u32,
    /// SHA-256 of its file, in hexadecimal digits.
    pub sha256: String,
}

/// `look “Warm kitchen”, version 2`
impl Display for LookRecord {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "look “{}”, version {}", self.name, self.version)
    }
}
