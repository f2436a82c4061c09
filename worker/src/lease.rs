//! Holding on to a claim while its photo is worked on: renews the lease, and
//! says when the work is to stop, because the claim is lost or it is closing time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use plumbline_domain::work::jobs::{self, Claim};
use plumbline_domain::work::queue::EnhancePhoto;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::kitchen::Kitchen;

/// Dropped, it lets go: the lease then runs out by itself.
pub struct Hold {
    stop: Arc<AtomicBool>,
    keeper: JoinHandle<()>,
}

impl Hold {
    pub fn on(kitchen: &Arc<Kitchen>, order: EnhancePhoto, claim: &Claim) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (kitchen, claim, flag) = (kitchen.clone(), claim.clone(), stop.clone());
        let keeper = tokio::spawn(async move {
            tokio::select! {
                () = until_lost(&kitchen, order, &claim) => {
                    tracing::warn!(job.id = %claim.job, photo.id = %claim.photo.id, "job {} was taken over", claim.job);
                }
                () = kitchen.closing.over() => {}
            }
            flag.store(true, Ordering::Relaxed);
        });
        Self { stop, keeper }
    }

    /// Raised when the work is to stop. It is looked at between stages.
    pub fn stop_flag(&self) -> Arc<AtomicBool> {
        self.stop.clone()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

/// Renews four times in the span of a lease. A database that does not answer is
/// no reason to stop: while it is away nobody else can claim the photo either.
async fn until_lost(kitchen: &Kitchen, order: EnhancePhoto, claim: &Claim) {
    let mut beat = interval(Duration::from_secs(u64::from(kitchen.lease_secs)) / 4);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.tick().await; // the first tick is now, and the claim is fresh
    loop {
        beat.tick().await;
        match renew(kitchen, order, claim).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(job.id = %claim.job, %error, "job {} could not renew its lease", claim.job);
            }
        }
    }
}

async fn renew(kitchen: &Kitchen, order: EnhancePhoto, claim: &Claim) -> anyhow::Result<bool> {
    let mut scope = order.scope(&kitchen.db).await?;
    let held = jobs::renew(&mut scope, claim, kitchen.lease_secs).await?;
    let _saved = scope.commit().await?;
    Ok(held)
}
