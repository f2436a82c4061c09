//! The connection to Postgres: who logs in, transactions, migrations.

mod connection;
mod login;
mod migrations;
mod types;

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Executor, Postgres};

pub(crate) use connection::Connection;
pub use login::Login;
pub use migrations::{migrate, schema_fingerprint};
pub use sqlx::Error;

/// Time to wait for one of the pool's connections.
const ACQUIRE: Duration = Duration::from_secs(10);

/// The database as a program uses it. Whatever is asked of it is asked in a [`Transaction`], so
/// that a pooler between here and Postgres may give each one another connection: no connection
/// remembers anything. An organization's rows are reached through a
/// [`Scope`](crate::scope::Scope).
#[derive(Clone)]
pub struct Db {
    pool: PgPool,
    /// For what a pooler cannot pass on: notifications.
    direct: PgPool,
    login: Login,
    /// Statements keep their names, and Postgres its plans. Behind a pooler another client may
    /// have the name.
    named: bool,
}

impl Db {
    /// Opens a pool of at most `connections`. A `direct_url` says that a pooler answers at `url`.
    /// A login that could see every organization's rows is refused.
    pub async fn connect(
        login: Login,
        url: &str,
        direct_url: Option<&str>,
        connections: u32,
    ) -> sqlx::Result<Self> {
        let named = direct_url.is_none();
        let mut pool = pool(connections);
        if !named {
            pool = pool.after_connect(|conn, _| Box::pin(types::look_up(conn)));
        }
        let pool = pool.connect_with(options(url)?).await?;
        check(login, &pool).await?;
        let direct = pool_for_one().connect_lazy_with(options(direct_url.unwrap_or(url))?);
        Ok(Self {
            pool,
            direct,
            login,
            named,
        })
    }

    /// `true`: the database answers.
    pub async fn is_up(&self) -> bool {
        self.pool.execute("select 1").await.is_ok()
    }

    pub async fn close(&self) {
        self.pool.close().await;
        self.direct.close().await;
    }

    pub(crate) async fn begin(&self) -> sqlx::Result<Transaction> {
        Ok(Transaction {
            inner: self.pool.begin().await?,
            named: self.named,
        })
    }

    pub(crate) fn login(&self) -> Login {
        self.login
    }

    pub(crate) fn direct(&self) -> &PgPool {
        &self.direct
    }
}

/// Dropped without [`commit`](Transaction::commit), everything in it is undone.
pub(crate) struct Transaction {
    inner: sqlx::Transaction<'static, Postgres>,
    named: bool,
}

impl Transaction {
    pub(crate) fn conn(&mut self) -> Connection<'_> {
        Connection::new(&mut self.inner, self.named)
    }

    pub(crate) async fn commit(self) -> sqlx::Result<()> {
        self.inner.commit().await
    }
}

/// The queue's own pool, of the worker's login. Not through a pooler: the queue listens.
pub async fn queue_pool(url: &str, connections: u32) -> sqlx::Result<PgPool> {
    let pool = pool(connections).connect_with(options(url)?).await?;
    check(Login::Worker, &pool).await?;
    Ok(pool)
}

async fn check(login: Login, pool: &PgPool) -> sqlx::Result<()> {
    let mut transaction = pool.begin().await?;
    login.check(Connection::new(&mut transaction, false)).await
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
        Error::Database(error) => error.code().is_some_and(|code| is_passing_code(&code)),
        _ => false,
    }
}

/// Cancelled by a time-out, an administrator or a deadlock; connections refused or broken; too
/// little of something; its disk in trouble; a transaction that was idle for too long.
fn is_passing_code(code: &str) -> bool {
    let classes = ["08", "53", "57", "58"];
    classes.iter().any(|class| code.starts_with(class))
        || ["55P03", "40P01", "40001", "25P03"].contains(&code)
}

fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
}

/// One connection for a listener, for as long as it listens.
fn pool_for_one() -> PgPoolOptions {
    pool(1).max_lifetime(None).idle_timeout(None)
}

/// `extra_float_digits` is for numbers as text, which nothing here reads, and poolers refuse it.
fn options(url: &str) -> sqlx::Result<PgConnectOptions> {
    let options: PgConnectOptions = url.parse()?;
    let options = options.application_name("plumbline");
    Ok(options.extra_float_digits(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_busy_or_away_is_told_from_one_that_refuses() {
        assert!(is_passing(&Error::PoolTimedOut));
        for code in ["57014", "57P01", "55P03", "53300", "08006", "25P03"] {
            assert!(is_passing_code(code), "{code}");
        }
        for code in ["23505", "42501", "42P01"] {
            assert!(!is_passing_code(code), "{code}");
        }
        assert!(!is_passing(&Error::RowNotFound));
    }
}
