//! Closing time: told to stop, the worker takes up nothing new and finishes what
//! it has in hand; past the grace period it hands that back.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long a photo that was told to stop may take to come to the end of a stage.
const STOPPING: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Open,
    LastOrders,
    Closed,
}

/// Where the worker is between opening and closing. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Closing(watch::Receiver<Phase>);

impl Closing {
    /// Closing begins when `signal` ends, and is over `grace` later.
    pub fn on(signal: impl Future<Output = ()> + Send + 'static, grace: Duration) -> Self {
        let (phase, watched) = watch::channel(Phase::Open);
        tokio::spawn(async move {
            signal.await;
            tracing::info!(
                grace_secs = grace.as_secs(),
                "stopping: finishing what is in hand"
            );
            phase.send_replace(Phase::LastOrders);
            tokio::time::sleep(grace).await;
            phase.send_replace(Phase::Closed);
            phase.closed().await;
        });
        Self(watched)
    }

    /// Nothing new is to be taken up.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow() >= Phase::LastOrders
    }

    /// Ends when nothing new is to be taken up any more.
    pub async fn begun(&self) {
        self.reached(Phase::LastOrders).await;
    }

    /// Ends when what is in hand is to be handed back.
    pub async fn over(&self) {
        self.reached(Phase::Closed).await;
    }

    /// Ends when what could not be stopped is to be left behind.
    pub async fn out_of_time(&self) {
        self.over().await;
        tokio::time::sleep(STOPPING).await;
    }

    async fn reached(&self, phase: Phase) {
        let mut watched = self.0.clone();
        // The sender lives until every receiver is gone.
        let _ = watched.wait_for(|now| *now >= phase).await;
    }
}

/// Ends at the first SIGTERM or SIGINT. The second one ends the process at once:
/// the queue gives what it had in hand to another worker.
pub fn signals() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut next = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(async move {
        next().await;
        tokio::spawn(async move {
            next().await;
            tracing::warn!("stopping at once");
            std::process::exit(130);
        });
    })
}
