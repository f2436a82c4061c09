//! Deliveries of the queue: each says that a job may be due. It is sent in the transaction
//! of the rows it is about, may arrive twice, and holds ids only; the state of a job is in
//! [`jobs`](crate::work::jobs).

use serde::{Deserialize, Serialize};
use sqlx::{PgPool, Postgres};

use crate::db::Db;
use crate::ids::{JobId, OrganizationId};
use crate::scope::Scope;

pub const ENHANCE_PHOTO: &str = "enhance_photo";

/// A delivery goes back to the queue when its worker dies, however often; how
/// often a job may run is counted by [`jobs::begin`](crate::work::jobs::begin).
const MAX_DELIVERIES: i32 = 1_000;

/// Orders one run of the pipeline.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct EnhancePhoto {
    organization: OrganizationId,
    pub job: JobId,
}

impl EnhancePhoto {
    /// A scope of the organization that ordered the job.
    pub async fn scope(&self, db: &Db) -> sqlx::Result<Scope> {
        Scope::open(db, self.organization).await
    }

    pub fn organization(&self) -> OrganizationId {
        self.organization
    }
}

/// Delivers `job`, `after_secs` seconds from the commit.
pub(crate) async fn deliver(scope: &mut Scope, job: JobId, after_secs: u32) -> sqlx::Result<()> {
    let order = EnhancePhoto {
        organization: scope.organization(),
        job,
    };
    enqueue(scope.conn(), order, after_secs).await
}

/// Enqueues as apalis does, but by Postgres' clock instead of this machine's.
async fn enqueue<'c>(
    conn: impl sqlx::Executor<'c, Database = Postgres>,
    order: EnhancePhoto,
    after_secs: u32,
) -> sqlx::Result<()> {
    let payload = serde_json::to_vec(&order).expect("ids always serialise");
    sqlx::query(ENQUEUE)
        .bind(ENHANCE_PHOTO)
        .bind(payload)
        .bind(MAX_DELIVERIES)
        .bind(f64::from(after_secs))
        .execute(conn)
        .await?;
    Ok(())
}

/// Numbers of what [`tidy`] removed and requeued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tidied {
    pub deliveries: u64,
    pub workers: u64,
    pub requeued: u64,
}

/// Deletes what the queue would keep for ever: deliveries that were answered more than an
/// hour ago, and workers that have been silent for as long. Requeues jobs that no worker has
/// and no delivery names. `pool` is [`queue_pool`](crate::db::queue_pool)'s, which sees no
/// organization's rows.
pub async fn tidy(pool: &PgPool) -> sqlx::Result<Tidied> {
    let deliveries = sqlx::query(DELETE_ANSWERED)
        .execute(pool)
        .await?
        .rows_affected();
    let workers = sqlx::query(DELETE_SILENT)
        .execute(pool)
        .await?
        .rows_affected();
    let lost: Vec<(OrganizationId, JobId)> = sqlx::query_as(FIND_LOST).fetch_all(pool).await?;
    for &(organization, job) in &lost {
        enqueue(pool, EnhancePhoto { organization, job }, 0).await?;
    }
    Ok(Tidied {
        deliveries,
        workers,
        requeued: lost.len() as u64,
    })
}

// Not checked macros: .sqlx is made without the queue's tables.

const ENQUEUE: &str = "
    insert into apalis.jobs (
        id, job_type, job, status, attempts, max_attempts, run_at, priority, metadata
    ) values (
        apalis.generate_ulid(), $1, $2, 'Pending', 0, $3, now() + make_interval(secs => $4), 0, ''
    )";

const DELETE_ANSWERED: &str = "
    delete from apalis.jobs
    where done_at < now() - interval '1 hour'
      and (status in ('Done', 'Killed') or status = 'Failed' and attempts >= max_attempts)";

const DELETE_SILENT: &str = "
    delete from apalis.workers
    where last_seen < now() - interval '1 hour'
      and not exists (select from apalis.jobs where lock_by = workers.id)";

const FIND_LOST: &str = "select organization_id, job_id from lost_jobs()";
