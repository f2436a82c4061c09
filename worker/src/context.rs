//! What a job needs to work, and how many may work at the same time.

use std::sync::Arc;
use std::time::Duration;

use plumbline_domain::db::Db;
use plumbline_enhance::{GenerativeModel, Preset, SceneAnalyzer};
use plumbline_nn::malloc_tuning;
use plumbline_storage::Storage;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::sleep;

use crate::closing::Closing;
use crate::config::Config;
use crate::develop::Studio;
use crate::standard::Standard;

/// How long memory waits for the next photo.
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

pub struct Kitchen {
    pub db: Db,
    pub storage: Storage,
    pub studio: Studio,
    pub lease_secs: u32,
    pub bracket_quiet_secs: u32,
    pub closing: Closing,
    slots: Semaphore,
    slot_count: u32,
}

impl Kitchen {
    pub fn new(
        db: Db,
        storage: Storage,
        analyzer: Arc<dyn SceneAnalyzer>,
        model: Option<Arc<dyn GenerativeModel>>,
        config: &Config,
        closing: Closing,
    ) -> Self {
        let slot_count = u32::try_from(config.concurrency).unwrap_or(u32::MAX);
        Self {
            db,
            storage,
            studio: Studio {
                analyzer,
                model,
                preset: Preset::default(),
                standard: Standard::default(),
            },
            lease_secs: config.lease_secs,
            bracket_quiet_secs: config.bracket_quiet_secs,
            closing,
            slots: Semaphore::new(config.concurrency),
            slot_count,
        }
    }

    /// A place for one photo. The queue counts, too, but starts anew after a
    /// database restart while photos are still in hand.
    pub async fn slot(&self) -> Slot<'_> {
        let permit = self.slots.acquire().await;
        Slot {
            _permit: permit.expect("the slots are never closed"),
            memory: Some(malloc_tuning::retain_freed()),
        }
    }

    /// Ends when no photo is in hand.
    pub async fn empty(&self) {
        let _all = self.slots.acquire_many(self.slot_count).await;
    }
}
