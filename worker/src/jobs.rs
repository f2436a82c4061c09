//! The registry: which queue is answered by which job.

use std::sync::Arc;
use std::time::Duration;

use apalis_postgres::PgPool;
use plumbline_domain::work::queue as deliveries;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::Config;
use crate::daemon::Daemon;
use crate::queue::{self, Settings};

pub mod enhance_photo;

const TIDY_EVERY: Duration = Duration::from_secs(60);

/// Answers every queue until the daemon drains.
pub async fn serve(daemon: &Arc<Daemon>, pool: &PgPool, config: &Config) {
    let settings = Settings {
        queue: deliveries::ENHANCE_PHOTO,
        concurrency: config.concurrency as usize,
        heartbeat: Duration::from_secs(config.heartbeat_secs),
        missed_heartbeats: config.missed_heartbeats as usize,
    };
    let shared = daemon.clone();
    let answer = move |payload: Value| {
        let daemon = shared.clone();
        async move {
            if let Some(job) = decode(deliveries::ENHANCE_PHOTO, payload) {
                enhance_photo::run(&daemon, job).await;
            }
        }
    };
    queue::serve(pool, &settings, answer, daemon.shutdown.drain()).await;
}

/// A delivery that cannot be read is never going to be: it is logged and
/// acknowledged.
fn decode<T: DeserializeOwned>(queue: &str, payload: Value) -> Option<T> {
    serde_json::from_value(payload)
        .inspect_err(|error| tracing::error!(queue, %error, "a delivery that cannot be read"))
        .ok()
}

/// Clears away what the queue leaves behind, now and every minute, and rings again
/// for jobs whose delivery was lost.
pub async fn tidy(pool: PgPool) {
    let mut minutes = tokio::time::interval(TIDY_EVERY);
    loop {
        minutes.tick().await;
        match deliveries::tidy(&pool).await {
            Ok(tidied) => tracing::debug!(
                deliveries = tidied.deliveries,
                workers = tidied.workers,
                requeued = tidied.requeued,
                "tidied the queue"
            ),
            Err(error) => tracing::warn!(%error, "the queue could not be tidied"),
        }
    }
}
