//! Retries of writes that must reach the database, while the database is away.

use std::fmt::Display;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use plumbline_domain::db::Db;

/// A database that answers, and answers with an error, is asked this often.
const TRIES: u32 = 5;

fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(Duration::from_secs(5))
        .without_max_times()
}

/// Repeats `ask` until it succeeds. A database that is away is waited for,
/// however long; nobody else can take the work meanwhile. `None`: the database
/// is there and refuses.
pub async fn retry<T, E, F>(db: &Db, what: &str, mut ask: impl FnMut() -> F) -> Option<T>
where
    E: Display,
    F: Future<Output = Result<T, E>>,
{
    let refusals = &AtomicU32::new(0);
    let ask_once = || {
        let asked = ask();
        async move {
            let answer = asked.await;
            if answer.is_err() && db.is_up().await {
                refusals.fetch_add(1, Ordering::Relaxed);
            }
            answer
        }
    };
    ask_once
        .retry(pauses())
        .when(|_| refusals.load(Ordering::Relaxed) < TRIES)
        .notify(|error, _| {
            tracing::warn!(what, %error, "the database did not take it, trying again");
        })
        .await
        .inspect_err(|error| tracing::error!(what, %error, "the database refuses"))
        .ok()
}
