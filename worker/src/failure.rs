//! Reasons why a run did not end with a photo. The pipeline's own, and those that only a daemon
//! knows: trouble that is not the photo's, and runs that do not end by themselves.

use std::any::Any;
use std::error::Error as _;

use plumbline_domain::db;
use plumbline_pipeline::failure::Failure as PipelineFailure;
use plumbline_storage::StorageError;
use tokio::task::JoinError;

#[derive(Debug)]
pub enum Failure {
    /// Another run would end the same way. The sentence is for the customer.
    Final(String),
    /// Another run may succeed. The error is for the log, never for the customer.
    Retry(anyhow::Error),
    /// Storage or the database cannot be used, whichever photo it is. It is waited out.
    Trouble(Trouble),
    /// The run was stopped in good order.
    Stopped,
    /// The run was told to stop and did not.
    Abandoned,
    /// The run made no progress for so many seconds.
    Stalled(u64),
}

/// Something that keeps every photo from being worked on.
#[derive(Debug)]
pub enum Trouble {
    /// Storage fails; so many bytes could not be written.
    Storage {
        error: StorageError,
        bytes: u64,
    },
    Database(anyhow::Error),
}

impl Failure {
    /// An error that may not come again.
    pub fn retry(error: impl Into<anyhow::Error>) -> Self {
        Self::Retry(error.into())
    }

    /// A file that cannot be read.
    pub fn of_storage(error: StorageError) -> Self {
        match error {
            StorageError::Missing(_) => Self::Final(
                "The uploaded file of this photo is missing. Please upload it again.".to_owned(),
            ),
            error => Self::of_writing(error, 0),
        }
    }

    /// A file of so many bytes that cannot be written.
    pub fn of_writing(error: StorageError, bytes: u64) -> Self {
        Self::Trouble(Trouble::Storage { error, bytes })
    }

    /// A thread that did not come to its end.
    pub fn of_thread(error: JoinError) -> Self {
        match error.try_into_panic() {
            Ok(panic) => Self::of_panic(&*panic),
            Err(error) => Self::Retry(error.into()),
        }
    }

    pub fn of_panic(payload: &(dyn Any + Send)) -> Self {
        Self::Retry(anyhow::anyhow!("panicked: {}", panic_message(payload)))
    }
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        match db::is_passing(&error) {
            true => Self::Trouble(Trouble::Database(error.into())),
            false => Self::Retry(error.into()),
        }
    }
}

impl From<PipelineFailure> for Failure {
    fn from(failure: PipelineFailure) -> Self {
        match failure {
            PipelineFailure::Final(sentence) => Self::Final(sentence),
            PipelineFailure::Retry(error) => Self::Retry(error),
            PipelineFailure::Stopped => Self::Stopped,
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Storage { error, .. } => {
                write!(f, "storage cannot be used: {error}")?;
                let mut cause = error.source();
                while let Some(error) = cause {
                    write!(f, ": {error}")?;
                    cause = error.source();
                }
                Ok(())
            }
            Self::Database(error) => write!(f, "the database cannot be used: {error:#}"),
        }
    }
}

/// The message of a panic.
pub fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
