//! The connection to Postgres, and the migrations.

use sha2::{Digest, Sha256};
use sqlx::Executor;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use std::time::Duration;

pub use sqlx::Error;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// The database as the web and the worker use it. Its connections have the role
/// `plumbline_door`: they can find out who is asking, and see no organization's rows. Those
/// are reached through a [`Scope`](crate::scope::Scope).
#[derive(Clone)]
pub struct Db {
    pub(crate) pool: PgPool,
}

impl Db {
    /// Opens a pool of at most `connections`, each with the role `plumbline_door`.
    pub async fn connect(url: &str, connections: u32) -> sqlx::Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(|conn, _| {
                Box::pin(async move {
                    conn.execute("set role plumbline_door").await?;
                    Ok(())
                })
            })
            .connect_with(options(url)?)
            .await?;
        Ok(Self { pool })
    }

    /// `true`: the database answers.
    pub async fn is_up(&self) -> bool {
        sqlx::query_scalar!("select 1 as one")
            .fetch_one(&self.pool)
            .await
            .is_ok()
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// True for errors that are about the database and not about what it was asked: it is away, cut the
/// connection, is out of something, or was too busy. The same statement may succeed later.
pub fn is_passing(error: &Error) -> bool {
    match error {
        Error::Io(_)
        | Error::Tls(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed
        | Error::BeginFailed => true,
        Error::Database(said) => said.code().is_some_and(|code| {
            // Connection, resources, operator intervention; serialization, deadlock, lock timeout.
            let classes = ["08", "53", "57", "58"];
            let codes = ["40001", "40P01", "55P03"];
            classes.iter().any(|class| code.starts_with(class)) || codes.contains(&&*code)
        }),
        _ => false,
    }
}

/// The queue's own pool: its tables belong to the login's role.
pub async fn queue_pool(url: &str, connections: u32) -> sqlx::Result<PgPool> {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options(url)?)
        .await
}

/// Before 15, a view sees every organization's rows: it cannot ask as its user.
const OLDEST_POSTGRES: u32 = 150_000;

/// Brings the database up to this release: the queue's tables, then ours.
pub async fn migrate(url: &str) -> anyhow::Result<()> {
    let pool = queue_pool(url, 2).await?;
    let version = pool.acquire().await?.server_version_num();
    anyhow::ensure!(
        version.is_none_or(|version| version >= OLDEST_POSTGRES),
        "This is Postgres {}; Plumbline needs 15 or newer. Nothing was changed.",
        version.unwrap_or_default() / 10_000
    );
    apalis_postgres::PostgresStorage::setup(&pool).await?;
    MIGRATIONS.run(&pool).await?;
    pool.close().await;
    Ok(())
}

/// A name for the schema that [`migrate`] makes: another release, another name.
pub fn schema_fingerprint() -> String {
    let mut hash = Sha256::new();
    for migration in apalis_postgres::PostgresStorage::migrations()
        .iter()
        .chain(MIGRATIONS.iter())
    {
        hash.update(&migration.checksum);
    }
    hex::encode(&hash.finalize()[..8])
}

fn options(url: &str) -> sqlx::Result<PgConnectOptions> {
    let options: PgConnectOptions = url.parse()?;
    Ok(options.application_name("plumbline"))
}
