//! Reasons why a run did not end with a photo: worth another try, final with a sentence for the
//! customer, or stopped by us. Nothing in between.

use plumbline_enhance::{EncodeError, Refusal};

#[derive(Debug)]
pub enum Failure {
    /// Another run would end the same way. The sentence is for the customer.
    Final(String),
    /// Another run may succeed. The error is for the log, never for the customer.
    Retry(anyhow::Error),
    /// The caller stopped the run.
    Stopped,
}

impl Failure {
    /// An error that may not come again: of a database, a disk, a network.
    pub fn retry(error: impl Into<anyhow::Error>) -> Self {
        Self::Retry(error.into())
    }

    /// The failure for somebody who ran the pipeline by hand, and tries again by hand.
    pub fn into_error(self) -> anyhow::Error {
        match self {
            Self::Final(sentence) => anyhow::Error::msg(sentence),
            Self::Retry(error) => error.context("This photo could not be enhanced"),
            Self::Stopped => anyhow::Error::msg("Stopped."),
        }
    }
}

impl From<EncodeError> for Failure {
    fn from(error: EncodeError) -> Self {
        Self::Retry(error.into())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Final(refusal.to_string())
    }
}
