//! One claimed photo and what is at hand for it: bytes from storage, threads for
//! pixels, scopes for the database.

use std::sync::Arc;

use bytes::Bytes;
use plumbline_documents::Step;
use plumbline_domain::ids::PhotoId;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::Shoot;
use plumbline_domain::shoots::photos::measurements;
use plumbline_domain::work::jobs::Claim;
use plumbline_domain::work::queue::EnhancePhoto;
use plumbline_domain::work::refits::{self, Refit};
use plumbline_enhance::ShootReference;
use plumbline_enhance::{Measured, Preset, SkyChoice};
use plumbline_pipeline::config::PipelineConfig;
use plumbline_pipeline::failure::Failure;
use plumbline_pipeline::qc_policy::QcPolicy;
use plumbline_pipeline::step::StepFn;
use plumbline_storage::key::Key;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::daemon::Daemon;
use crate::failure;

pub struct JobContext<'a> {
    pub daemon: &'a Arc<Daemon>,
    pub job: EnhancePhoto,
    pub claim: &'a Claim,
    pub step: watch::Sender<Option<Step>>,
    pub stop: CancellationToken,
}

impl JobContext<'_> {
    pub async fn scope(&self) -> Result<Scope, Failure> {
        let scope = self.job.scope(&self.daemon.db).await;
        scope.map_err(Failure::retry)
    }

    /// An uploaded file as it came.
    pub async fn original(&self, photo: PhotoId) -> Result<Bytes, Failure> {
        let key = Key::original(self.job.organization().uuid(), photo.uuid());
        let bytes = self.daemon.storage.get(&key).await;
        bytes.map_err(failure::of_storage)
    }

    /// Runs pixel work on a thread of its own, until it is done or the daemon is out of time.
    pub async fn work<T: Send + 'static>(
        &self,
        pixels: impl FnOnce(&mut StepFn<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (step, stop) = (self.step.clone(), self.stop.clone());
        let thread = tokio::task::spawn_blocking(move || {
            pixels(&mut |entered| {
                step.send_replace(Some(entered));
                !stop.is_cancelled()
            })
        });
        tokio::select! {
            joined = thread => joined.unwrap_or_else(|error| Err(failure::of_thread(error))),
            () = self.daemon.shutdown.out_of_time() => Err(Failure::Stopped),
        }
    }

    /// The pipeline with this shoot's preset: its look, its engine, its skies, and what its other
    /// rooms have in common; and with its organization's policy.
    pub async fn pipeline(
        &self,
        shoot: Option<&Shoot>,
        sky: SkyChoice,
    ) -> Result<PipelineConfig, Failure> {
        let mut scope = self.scope().await?;
        let beside = measurements::of_other_photos(&mut scope, self.claim).await;
        let beside = beside.map_err(Failure::retry)?;
        let refit = refits::in_force(&mut scope).await;
        let refit = refit.map_err(Failure::retry)?;
        let rooms: Vec<Measured> = beside
            .into_iter()
            .filter_map(|document| serde_json::from_value(document).ok())
            .collect();
        let preset = Preset {
            look: shoot.map(|shoot| shoot.look).unwrap_or_default(),
            shoot_reference: ShootReference::of(&rooms),
            sky,
            engine: shoot.map(|shoot| shoot.engine).unwrap_or_default(),
            ..self.daemon.pipeline.preset.clone()
        };
        let policy = refit.as_ref().map(qc_policy).unwrap_or_default();
        Ok(self.daemon.pipeline.with(preset, policy))
    }
}

/// The table where the refit has no effect.
fn qc_policy(refit: &Refit) -> QcPolicy {
    let document = refit.document();
    QcPolicy::of(&document).unwrap_or_else(|| {
        tracing::warn!(refit.id = %refit.id, "{}", document.ignored());
        QcPolicy::default()
    })
}
