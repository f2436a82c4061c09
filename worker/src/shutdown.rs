//! Shutdown in two phases. Drain: the daemon takes up nothing new and finishes the photos in hand.
//! Stop: past the grace period it hands them back. A thread that cannot be stopped shuts the daemon
//! down, too: only a new process is rid of it.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Time for a photo that was told to stop to come to the end of a stage.
const STOPPING: Duration = Duration::from_secs(5);

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown {
    drain: CancellationToken,
    stop: CancellationToken,
    /// A thread hangs: the process is to be replaced.
    spent: CancellationToken,
}

impl Shutdown {
    /// Drains when `signal` ends or a thread hangs, and stops `grace` later.
    pub fn on(signal: impl Future<Output = ()> + Send + 'static, grace: Duration) -> Self {
        let shutdown = Self {
            drain: CancellationToken::new(),
            stop: CancellationToken::new(),
            spent: CancellationToken::new(),
        };
        let Self { drain, stop, spent } = shutdown.clone();
        // In a task of its own: a signal that panics is one.
        let signal = tokio::spawn(signal);
        tokio::spawn(async move {
            tokio::select! {
                _ = signal => {}
                () = spent.cancelled() => tracing::warn!("a thread hangs: this process will be replaced"),
            }
            tracing::info!(
                grace_secs = grace.as_secs(),
                "stopping: finishing what is in hand"
            );
            drain.cancel();
            sleep(grace).await;
            stop.cancel();
        });
        shutdown
    }

    /// Cancelled when nothing new is to be taken up.
    pub fn drain(&self) -> &CancellationToken {
        &self.drain
    }

    /// Cancelled when the photos in hand are to be handed back.
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Shuts down, unless a thread that was told to stop ends soon.
    pub async fn unless_it_ends<T>(&self, thread: JoinHandle<T>) {
        if timeout(STOPPING, thread).await.is_err() {
            self.spent.cancel();
        }
    }

    /// True when a thread hangs.
    pub fn is_spent(&self) -> bool {
        self.spent.is_cancelled()
    }

    /// Ends when work that could not be stopped is to be abandoned.
    pub async fn out_of_time(&self) {
        self.stop.cancelled().await;
        sleep(STOPPING).await;
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

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn it_drains_at_the_signal_and_stops_after_the_grace() {
        let patient = Shutdown::on(ready(()), Duration::from_secs(3600));
        patient.drain().cancelled().await;
        assert!(!patient.stop().is_cancelled());

        let impatient = Shutdown::on(ready(()), Duration::ZERO);
        impatient.stop().cancelled().await;
        assert!(impatient.drain().is_cancelled());

        let open = Shutdown::on(pending(), Duration::ZERO);
        assert!(!open.drain().is_cancelled() && !open.stop().is_cancelled());
    }

    #[tokio::test]
    async fn a_signal_that_panics_is_one() {
        let broken = Shutdown::on(async { panic!("whoever listens is gone") }, Duration::ZERO);
        broken.stop().cancelled().await;
    }
}
