//! Resources that all jobs share: database, storage, networks, shutdown; and the slots that limit how
//! many photos are in hand at the same time.

use std::sync::Arc;
use std::time::Duration;

use plumbline_domain::db::Db;
use plumbline_enhance::{GenerativeModel, Preset, SceneAnalyzer};
use plumbline_nn::malloc_tuning;
use plumbline_pipeline::config::PipelineConfig;
use plumbline_pipeline::finishes;
use plumbline_pipeline::qc_policy::QcPolicy;
use plumbline_sandbox::Decoder;
use plumbline_storage::Storage;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::sleep;

use crate::config::Config;
use crate::look_cache::LookCache;
use crate::memory::{self, Budget};
use crate::shutdown::Shutdown;
use crate::trouble::Gate;

/// Time that freed memory is kept for the next photo.
const UNTIL_NEXT: Duration = Duration::from_secs(10);

/// One photo's place, with the memory it needs: what the photo frees stays for the next one, if that
/// comes soon.
pub struct Slot<'a> {
    _permit: SemaphorePermit<'a>,
    memory: Option<malloc_tuning::RetainFreed>,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let memory = self.memory.take();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                sleep(UNTIL_NEXT).await;
                drop(memory);
            });
        }
    }
}

pub struct Daemon {
    pub db: Db,
    pub storage: Storage,
    pub decoder: Decoder,
    /// Networks, with the house look and the product's own preset and policy.
    pub pipeline: PipelineConfig,
    pub looks: LookCache,
    pub gate: Gate,
    pub memory: Budget,
    pub lease_secs: u32,
    /// Time that a run may stand still.
    pub stall: Duration,
    pub bracket_quiet_secs: u32,
    pub shutdown: Shutdown,
    slots: Semaphore,
    slot_count: u32,
}

impl Daemon {
    pub fn new(
        db: Db,
        storage: Storage,
        analyzer: Arc<dyn SceneAnalyzer>,
        model: Option<Arc<dyn GenerativeModel>>,
        config: &Config,
        shutdown: Shutdown,
    ) -> Self {
        Self {
            db,
            storage,
            decoder: Decoder::new(&config.decoder),
            pipeline: PipelineConfig {
                analyzer,
                model,
                finish: Some(finishes::shipped()),
                preset: Preset::default(),
                qc_policy: QcPolicy::default(),
            },
            looks: LookCache::default(),
            gate: Gate::default(),
            memory: Budget::of(config.memory_mb.unwrap_or_else(memory::half_of_all_mb)),
            lease_secs: config.lease_secs,
            stall: Duration::from_secs(config.stall_secs),
            bracket_quiet_secs: config.bracket_quiet_secs,
            shutdown,
            slots: Semaphore::new(config.concurrency as usize),
            slot_count: config.concurrency,
        }
    }

    /// A place for one photo. The queue counts, too, but starts anew after a
    /// database restart while photos are still in hand.
    pub async fn slot(&self) -> Slot<'_> {
        self.slots(1).await
    }

    /// The place for a photo that has to be alone: all of them.
    pub async fn whole(&self) -> Slot<'_> {
        self.slots(self.slot_count).await
    }

    async fn slots(&self, count: u32) -> Slot<'_> {
        let permit = self.slots.acquire_many(count).await;
        Slot {
            _permit: permit.expect("the slots are never closed"),
            memory: Some(malloc_tuning::retain_freed()),
        }
    }

    /// Ends when no photo is in hand.
    pub async fn idle(&self) {
        let _all = self.slots.acquire_many(self.slot_count).await;
    }
}
