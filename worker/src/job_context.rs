//! One claimed photo and what is at hand for it: bytes from storage, decoders and threads for
//! pixels, scopes for the database.

use std::sync::Arc;

use plumbline_documents::Step;
use plumbline_domain::ids::PhotoId;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::Shoot;
use plumbline_domain::shoots::photos::measurements;
use plumbline_domain::work::jobs::Claim;
use plumbline_domain::work::queue::EnhancePhoto;
use plumbline_domain::work::refits::{self, Refit};
use plumbline_enhance::ShootReference;
use plumbline_enhance::{Decoded, Limits, Measured, Preset, SkyChoice};
use plumbline_pipeline::config::PipelineConfig;
use plumbline_pipeline::failure::Failure as PipelineFailure;
use plumbline_pipeline::qc_policy::QcPolicy;
use plumbline_pipeline::step::StepFn;
use plumbline_sandbox::InputFile;
use plumbline_storage::key::Key;
use tokio::sync::{Mutex, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::daemon::Daemon;
use crate::decoding;
use crate::failure::Failure;
use crate::memory::{self, Share};

pub struct JobContext<'a> {
    pub daemon: &'a Arc<Daemon>,
    pub job: EnhancePhoto,
    pub claim: &'a Claim,
    pub step: watch::Sender<Option<Step>>,
    pub stop: CancellationToken,
    pub share: Mutex<Option<Share>>,
}

impl JobContext<'_> {
    pub async fn scope(&self) -> Result<Scope, Failure> {
        let scope = self.job.scope(&self.daemon.db).await;
        Ok(scope?)
    }

    /// Waits for the memory that this photo needs, made of so many exposures; what it had before is
    /// free again.
    pub async fn takes_memory(&self, exposures: usize) -> Result<(), Failure> {
        let mut share = self.share.lock().await;
        *share = None;
        let needed = memory::needed(&self.claim.photo, exposures);
        let free = self.daemon.memory.share(needed);
        *share = self.stop.run_until_cancelled(free).await;
        share.as_ref().map(|_| ()).ok_or(Failure::Stopped)
    }

    /// An uploaded file as it came.
    pub async fn original(&self, photo: PhotoId) -> Result<InputFile, Failure> {
        let key = Key::original(self.job.organization().uuid(), photo.uuid());
        let bytes = self.daemon.storage.get(&key).await;
        InputFile::of(&bytes.map_err(Failure::of_storage)?).map_err(Failure::retry)
    }

    /// Decodes a stranger's picture that is no photo.
    pub async fn decode(&self, file: &[u8], limits: Limits) -> Result<Decoded, Failure> {
        let file = InputFile::of(file).map_err(Failure::retry)?;
        let decoder = self.daemon.decoder.clone();
        self.work(move |on_step| decoding::decode(&decoder, &file, "", &limits, on_step))
            .await
    }

    /// Runs pixel work on a thread of its own, until it is done, makes no progress any more, or the
    /// daemon is out of time.
    pub async fn work<T: Send + 'static>(
        &self,
        pixels: impl FnOnce(&mut StepFn<'_>) -> Result<T, PipelineFailure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (step, stop) = (self.step.clone(), self.stop.clone());
        let mut thread = tokio::task::spawn_blocking(move || {
            pixels(&mut |entered| {
                step.send_if_modified(|known| known.replace(entered) != Some(entered));
                !stop.is_cancelled()
            })
        });
        tokio::select! {
            joined = &mut thread => match joined {
                Ok(done) => done.map_err(Failure::from),
                Err(error) => Err(Failure::of_thread(error)),
            },
            () = self.daemon.shutdown.out_of_time() => Err(Failure::Abandoned),
            () = self.stands_still() => {
                self.stop.cancel();
                self.daemon.shutdown.unless_it_ends(thread).await;
                Err(Failure::Stalled(self.daemon.stall.as_secs()))
            }
        }
    }

    /// Ends when nothing has changed for as long as a run may stand still.
    async fn stands_still(&self) {
        let mut steps = self.step.subscribe();
        while timeout(self.daemon.stall, steps.changed()).await.is_ok() {}
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
        let beside = beside?;
        let refit = refits::in_force(&mut scope).await;
        let refit = refit?;
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
