//! One claimed photo and what is at hand for it: bytes from storage, threads for
//! pixels, scopes for the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use plumbline_documents::Step;
use plumbline_domain::ids::PhotoId;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::Shoot;
use plumbline_domain::shoots::photos::measurements;
use plumbline_domain::work::jobs::Claim;
use plumbline_domain::work::queue::EnhancePhoto;
use plumbline_domain::work::refits;
use plumbline_enhance::shoot_reference::ShootReference;
use plumbline_enhance::{Measured, Preset, SkyChoice};
use plumbline_storage::key::Key;
use tokio::sync::watch;

use crate::develop::{GoOn, Studio};
use crate::failure::Failure;
use crate::kitchen::Kitchen;
use crate::standard::Standard;

pub struct Workplace<'a> {
    pub kitchen: &'a Arc<Kitchen>,
    pub order: EnhancePhoto,
    pub claim: &'a Claim,
    pub step: watch::Sender<Option<Step>>,
    pub stop: Arc<AtomicBool>,
}

impl Workplace<'_> {
    pub async fn scope(&self) -> Result<Scope, Failure> {
        let scope = self.order.scope(&self.kitchen.db).await;
        scope.map_err(Failure::trouble)
    }

    /// An uploaded file as it came.
    pub async fn original(&self, photo: PhotoId) -> Result<Bytes, Failure> {
        let key = Key::original(self.order.organization().uuid(), photo.uuid());
        Ok(self.kitchen.storage.get(&key).await?)
    }

    /// Runs pixel work on a thread of its own, until it is done or it is closing time.
    pub async fn work<T: Send + 'static>(
        &self,
        pixels: impl FnOnce(&mut GoOn<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (step, stop) = (self.step.clone(), self.stop.clone());
        let thread = tokio::task::spawn_blocking(move || {
            pixels(&mut |entered| {
                step.send_replace(Some(entered));
                !stop.load(Ordering::Relaxed)
            })
        });
        tokio::select! {
            joined = thread => joined.unwrap_or_else(|error| Err(Failure::broken_off(error))),
            () = self.kitchen.closing.out_of_time() => Err(Failure::Stopped),
        }
    }

    /// The kitchen's studio with this shoot's taste: its look, its engine, its skies, and what
    /// its other rooms have in common; and with its organization's standard.
    pub async fn studio(&self, shoot: Option<&Shoot>, sky: SkyChoice) -> Result<Studio, Failure> {
        let mut scope = self.scope().await?;
        let beside = measurements::of_other_photos(&mut scope, self.claim).await;
        let beside = beside.map_err(Failure::trouble)?;
        let refit = refits::in_force(&mut scope).await;
        let refit = refit.map_err(Failure::trouble)?;
        let rooms: Vec<Measured> = beside
            .into_iter()
            .filter_map(|document| serde_json::from_value(document).ok())
            .collect();
        let preset = Preset {
            look: shoot.map(|shoot| shoot.look).unwrap_or_default(),
            shoot_reference: ShootReference::of(&rooms),
            sky,
            engine: shoot.map(|shoot| shoot.engine).unwrap_or_default(),
            ..self.kitchen.studio.preset.clone()
        };
        let standard = Standard::of(refit.as_ref());
        Ok(self.kitchen.studio.with(preset, standard))
    }
}
