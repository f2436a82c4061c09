//! Failures of storage and of threads, as the pipeline's.

use std::any::Any;

use plumbline_pipeline::failure::Failure;
use plumbline_storage::StorageError;
use tokio::task::JoinError;

pub fn of_storage(error: StorageError) -> Failure {
    match error {
        StorageError::Missing(_) => Failure::Final(
            "The uploaded file of this photo is missing. Please upload it again.".to_owned(),
        ),
        other => Failure::Retry(other.into()),
    }
}

/// A thread that did not come to its end.
pub fn of_thread(error: JoinError) -> Failure {
    match error.try_into_panic() {
        Ok(panic) => of_panic(&*panic),
        Err(error) => Failure::Retry(error.into()),
    }
}

pub fn of_panic(payload: &(dyn Any + Send)) -> Failure {
    Failure::Retry(anyhow::anyhow!("panicked: {}", panic_message(payload)))
}

/// The message of a panic.
pub fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
