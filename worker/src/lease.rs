//! The lease on a claimed photo while it is worked on: renewed in time, with a token that is
//! cancelled when the work is to stop, because the claim is lost or the daemon stops.

use std::sync::Arc;
use std::time::Duration;

use plumbline_domain::work::jobs::{self, Claim};
use plumbline_domain::work::queue::EnhancePhoto;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::daemon::Daemon;

/// Dropped, it is no longer renewed and runs out by itself.
pub struct Lease {
    stop: CancellationToken,
    keeper: JoinHandle<()>,
}

impl Lease {
    pub fn keep(daemon: &Arc<Daemon>, job: EnhancePhoto, claim: &Claim) -> Self {
        let stop = daemon.shutdown.stop().child_token();
        let (daemon, claim, lost) = (daemon.clone(), claim.clone(), stop.clone());
        let keeper = tokio::spawn(async move {
            let kept = lost.run_until_cancelled(until_lost(&daemon, job, &claim));
            if kept.await.is_some() {
                tracing::warn!(job.id = %claim.job, photo.id = %claim.photo.id, "job {} was taken over", claim.job);
                lost.cancel();
            }
        });
        Self { stop, keeper }
    }

    /// Cancelled when the work is to stop. It is checked between stages.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

/// Renews four times in the span of a lease. A database that does not answer is
/// no reason to stop: while it is away nobody else can claim the photo either.
async fn until_lost(daemon: &Daemon, job: EnhancePhoto, claim: &Claim) {
    let mut beat = interval(Duration::from_secs(u64::from(daemon.lease_secs)) / 4);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.tick().await; // the first tick is now, and the claim is fresh
    loop {
        beat.tick().await;
        match renew(daemon, job, claim).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(job.id = %claim.job, %error, "job {} could not renew its lease", claim.job);
            }
        }
    }
}

async fn renew(daemon: &Daemon, job: EnhancePhoto, claim: &Claim) -> anyhow::Result<bool> {
    let mut scope = job.scope(&daemon.db).await?;
    let held = jobs::renew(&mut scope, claim, daemon.lease_secs).await?;
    let _saved = scope.commit().await?;
    Ok(held)
}
