//! Waiting for something to become true: looked at often, and given up with a
//! sentence at a deadline. Stories never just sleep.

use std::future::Future;
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A moment of some length, for stories about what happens at any moment.
pub async fn moment(length: Duration) {
    tokio::time::sleep(length).await;
}

/// Returns the result of `look`, as soon as there is one.
pub async fn until<T, F>(what: &str, limit: Duration, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let since = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            since.elapsed() < limit,
            "waited {} s in vain: {what}",
            limit.as_secs()
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
