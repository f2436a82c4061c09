//! The one module that knows apalis. A delivery of the queue is only a doorbell:
//! it says that a job may be due, and is acknowledged however the job ended, for
//! the truth about a job, and when it runs again, is in its own row.
//!
//! What apalis 1.0 does that shaped this: with a batch larger than 1 the worker
//! stops its heartbeat; a worker's name used again after a crash keeps the dead
//! one's deliveries for ever; the first database error ends the worker and drops
//! what its handlers were doing; so does a payload that cannot be decoded, again
//! and again; and a handler that panics takes the process with it.

use std::future::Future;
use std::io;
use std::time::Duration;

use apalis::prelude::{
    BackendExt, BoxDynError, Strategy, WorkerBuilder, WorkerBuilderExt, WorkerError,
};
use apalis_postgres::{Config, PgPool, PostgresStorage};
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::failure::panic_message;

/// Interval at which the queue is polled; a delivery that is due now also rings at once.
const POLL: Duration = Duration::from_secs(1);
/// Having worked for this long, the queue counts as healed.
const HEALED_AFTER: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
pub struct Settings {
    pub queue: &'static str,
    pub concurrency: usize,
    pub heartbeat: Duration,
    pub missed_heartbeats: usize,
}

/// Database connections that a queue needs: one listens, one beats, one fetches,
/// and one acknowledges for each slot.
pub fn connections(queues: u32, concurrency: u32) -> u32 {
    queues + concurrency + 3
}

/// Pauses before the queue is taken up again, ever longer.
fn restart_pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(Duration::from_secs(30))
        .without_max_times()
        .build()
}

/// Answers the queue until `drain`, through any number of database
/// restarts. Ends when every delivery taken up is answered.
pub async fn serve<H, F>(pool: &PgPool, settings: &Settings, handler: H, drain: &CancellationToken)
where
    H: Fn(Value) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let mut pauses = restart_pauses();
    while !drain.is_cancelled() {
        let since = Instant::now();
        if let Err(error) = work(pool, settings, handler.clone(), drain.clone()).await {
            tracing::warn!(queue = settings.queue, %error, "the queue broke off");
        }
        if since.elapsed() > HEALED_AFTER {
            pauses = restart_pauses();
        }
        let pause = pauses.next().expect("there is no last pause");
        drain.run_until_cancelled(sleep(pause)).await;
    }
}

async fn work<H, F>(
    pool: &PgPool,
    settings: &Settings,
    handler: H,
    drain: CancellationToken,
) -> Result<(), WorkerError>
where
    H: Fn(Value) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let name = format!("{}-{}", settings.queue, Uuid::now_v7().simple());
    let config = Config::default()
        .queue(settings.queue)
        .batch_size(1)
        .heartbeat_interval(settings.heartbeat)
        .missed_heartbeats(settings.missed_heartbeats);
    let backend = PostgresStorage::<Value>::new(pool)
        .with_config(config)
        .with_pubsub()
        .poll_with_strategy(Strategy::new().interval(POLL));
    tracing::info!(queue = settings.queue, worker = name, "answering the queue");
    WorkerBuilder::new(&*name)
        .backend(backend)
        .concurrency(settings.concurrency)
        .build(move |payload: Value| answer(handler(payload)))
        .run_until(async move {
            drain.cancelled().await;
            Ok::<(), io::Error>(())
        })
        .await
}

/// Runs the work apart from apalis, which drops its futures at the first
/// database error: a photo in hand is finished through a database restart.
async fn answer(work: impl Future<Output = ()> + Send + 'static) -> Result<(), BoxDynError> {
    if let Err(error) = tokio::spawn(work).await {
        let panic = error.try_into_panic().ok();
        let message = panic
            .as_deref()
            .map_or("cancelled", |payload| panic_message(payload));
        tracing::error!(message, "a job's own code panicked");
    }
    Ok(())
}
