//! Progress of a photo, for the database and through it for open pages.
//! It is written in passing: a step that comes late is left out, and one that
//! cannot be written harms nothing.

use std::sync::Arc;

use plumbline_documents::Step;
use plumbline_domain::shoots::photos;
use plumbline_domain::work::jobs::Claim;
use plumbline_domain::work::queue::EnhancePhoto;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::daemon::Daemon;

/// Writes steps as they are entered, until it is dropped.
pub struct Progress {
    step: watch::Sender<Option<Step>>,
    writer: JoinHandle<()>,
}

impl Progress {
    pub fn start(daemon: &Arc<Daemon>, job: EnhancePhoto, claim: &Claim) -> Self {
        let (step, mut entered) = watch::channel(None);
        let (daemon, claim) = (daemon.clone(), claim.clone());
        let writer = tokio::spawn(async move {
            while entered.changed().await.is_ok() {
                let Some(step) = *entered.borrow_and_update() else {
                    continue;
                };
                if let Err(error) = write(&daemon, job, &claim, step).await {
                    tracing::debug!(photo.id = %claim.photo.id, %error, "a step was not written");
                }
            }
        });
        Self { step, writer }
    }

    /// Sender for the thread that works on the pixels; never waits.
    pub fn sender(&self) -> watch::Sender<Option<Step>> {
        self.step.clone()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.writer.abort();
    }
}

async fn write(
    daemon: &Daemon,
    job: EnhancePhoto,
    claim: &Claim,
    step: Step,
) -> anyhow::Result<()> {
    let mut scope = job.scope(&daemon.db).await?;
    photos::enter_step(&mut scope, claim, step).await?;
    let _saved = scope.commit().await?;
    Ok(())
}
