//! The doorbell of the queue: a delivery says that a job may be due. It is sent
//! in the transaction of the rows it speaks of, may arrive twice, and holds ids
//! only; what is true about a job is in [`jobs`](crate::jobs).

use apalis::prelude::TaskBuilder;
use serde::{Deserialize, Serialize};

use crate::db::Db;
use crate::ids::{JobId, OrganizationId};
use crate::scope::Scope;

pub const ENHANCE_PHOTO: &str = "enhance_photo";

/// A delivery goes back to the queue when its worker dies, however often; how
/// often a job may run is counted by [`jobs::begin`](crate::jobs::begin).
const MAX_DELIVERIES: usize = 1_000;

/// Orders one run of the pipeline.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct EnhancePhoto {
    organization: OrganizationId,
    pub job: JobId,
}

impl EnhancePhoto {
    /// A job speaks for the organization that ordered it.
    pub async fn scope(&self, db: &Db) -> sqlx::Result<Scope> {
        Scope::open(db, self.organization).await
    }

    pub fn organization(&self) -> OrganizationId {
        self.organization
    }
}

/// Rings for `job`, `after_secs` seconds from the commit.
pub(crate) async fn deliver(scope: &mut Scope, job: JobId, after_secs: u32) -> sqlx::Result<()> {
    let order = EnhancePhoto { organization: scope.organization(), job };
    let payload = serde_json::to_vec(&order).expect("ids always serialise");
    let mut task = TaskBuilder::new(payload).max_attempts(MAX_DELIVERIES);
    if after_secs > 0 {
        task = task.run_in_seconds(u64::from(after_secs));
    }
    apalis_postgres::queries::push_tasks(scope.conn(), ENHANCE_PHOTO, vec![task.build()])
        .await
        .map_err(|error| sqlx::Error::Protocol(format!("enqueueing: {error}")))
}
