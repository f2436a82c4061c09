//! The migrations: the queue's tables, then ours.

use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;

use crate::db::{options, pool};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Before 15, a view sees every organization's rows: it cannot ask as its user.
const OLDEST_POSTGRES: u32 = 150_000;

/// A migration takes the time it takes, and sees the rows that it changes.
const AS_OWNER: [(&str, &str); 4] = [
    ("statement_timeout", "0"),
    ("lock_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("plumbline.owner", "on"),
];

/// Brings the database up to this release. `url` is the owner's, and no pooler's.
pub async fn migrate(url: &str) -> anyhow::Result<()> {
    let options = options(url)?.options(AS_OWNER);
    let pool = pool(2).connect_with(options).await?;
    let version = pool.acquire().await?.server_version_num();
    anyhow::ensure!(
        version.is_none_or(|version| version >= OLDEST_POSTGRES),
        "This is Postgres {}; Plumbline needs 15 or newer. Nothing was changed.",
        version.unwrap_or_default() / 10_000
    );
    apalis_postgres::PostgresStorage::setup(&pool)
        .await
        .map_err(say_who)?;
    MIGRATIONS.run(&pool).await.map_err(say_who)?;
    pool.close().await;
    Ok(())
}

/// A login that lacks rights is most likely another program's.
fn say_who(error: impl Into<anyhow::Error>) -> anyhow::Error {
    let error = error.into();
    let denied = error.chain().any(|cause| {
        let cause = cause.downcast_ref::<sqlx::Error>();
        let code = cause
            .and_then(sqlx::Error::as_database_error)
            .and_then(|e| e.code());
        code.is_some_and(|code| code == INSUFFICIENT_PRIVILEGE)
    });
    if denied {
        error.context(NOT_OWNER)
    } else {
        error
    }
}

const INSUFFICIENT_PRIVILEGE: &str = "42501";

const NOT_OWNER: &str = "The migrations run as the owner of the database, who may make roles \
    (PLUMBLINE_MIGRATE_URL; deploy/README.md, \"Three logins\")";

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
