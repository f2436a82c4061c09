//! Why a run did not end with a photo: worth another try, final with a sentence
//! for the customer, or stopped by us. Nothing in between.

use plumbline_enhance::Refusal;
use plumbline_storage::StorageError;
use tokio::task::JoinError;

#[derive(Debug)]
pub enum Failure {
    /// Another run would end the same way. The sentence is for the customer.
    Final(String),
    /// It may heal. The trouble is for the log, never for the customer.
    Retry(anyhow::Error),
    /// We were told to stop, or lost the claim.
    Stopped,
}

impl Failure {
    /// Trouble with something that may heal: a database, a disk.
    pub fn trouble(error: impl Into<anyhow::Error>) -> Self {
        Self::Retry(error.into())
    }

    /// The thread that worked on the pixels did not come to its end.
    pub fn broken_off(error: JoinError) -> Self {
        let what = match error.try_into_panic() {
            Ok(panic) => format!("panicked: {}", panic_message(&*panic)),
            Err(error) => error.to_string(),
        };
        Self::Retry(anyhow::Error::msg(what))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Final(refusal.to_string())
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Missing(_) => Self::Final(
                "The uploaded file of this photo is missing. Please upload it again.".to_owned(),
            ),
            other => Self::Retry(other.into()),
        }
    }
}

/// What a panic said.
pub fn panic_message(payload: &(dyn std::any::Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
