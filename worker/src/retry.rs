//! What must reach the database is tried again while the database is away.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use plumbline_domain::db::Db;
use tokio::time::sleep;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A database that answers, and answers with an error, is asked this often.
const TRIES: u32 = 5;

/// Repeats `ask` until it succeeds. A database that is away is waited for,
/// however long; nobody else can take the work meanwhile. `None`: the database
/// is there and refuses.
pub async fn patiently<T, E, F>(db: &Db, what: &str, mut ask: impl FnMut() -> F) -> Option<T>
where
    E: Display,
    F: Future<Output = Result<T, E>>,
{
    let (mut refusals, mut pause) = (0, FIRST_PAUSE);
    loop {
        let error = match ask().await {
            Ok(answer) => return Some(answer),
            Err(error) => error,
        };
        if db.is_up().await {
            refusals += 1;
        }
        if refusals >= TRIES {
            tracing::error!(what, %error, "the database refuses");
            return None;
        }
        tracing::warn!(what, %error, "the database did not take it, trying again");
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
