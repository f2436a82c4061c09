//! A database per story, copied from a template that is migrated once per server.

pub mod pooler;

use std::thread;

use plumbline_domain::db::{self, Db, Login};
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor};
use url::Url;
use uuid::Uuid;

use crate::cluster;
use crate::database::pooler::Pooler;

/// The tables' owner: no superuser, whom nothing would hold back.
pub const OWNER: &str = "plumbline_owner";

/// Gone when dropped, with whoever is still connected.
pub struct TestDatabase {
    server: String,
    name: String,
    /// Addresses for the programs.
    pub web: Address,
    pub worker: Address,
    /// The database as the site sees it.
    pub db: Db,
    /// The database as its operator sees it: every organization's rows. For looking, and for
    /// what a story must not wait for.
    pub everything: PgPool,
}

/// The place at which a program finds the database.
#[derive(Debug, Clone)]
pub struct Address {
    pub url: String,
    /// Set where a pooler answers at `url`.
    pub direct_url: Option<String>,
}

impl TestDatabase {
    /// On the server that all stories share.
    pub async fn create() -> Self {
        Self::create_on(cluster::shared_url()).await
    }

    pub async fn create_on(server: &str) -> Self {
        let template = template(server).await;
        let name = format!("story_{}", Uuid::now_v7().simple());
        let mut conn = connect(server).await;
        execute(
            &mut conn,
            format!("create database {name} template {template} owner {OWNER}"),
        )
        .await;
        Self::open(server, name).await
    }

    /// The database that a dump holds, made by `owner` and brought up to this release.
    pub async fn restored(dump: &str, owner: &str) -> Self {
        let server = cluster::shared_url();
        // A dump holds no roles: the template's migrations make them.
        template(server).await;
        let name = format!("story_{}", Uuid::now_v7().simple());
        let mut conn = connect(server).await;
        execute(&mut conn, format!("create database {name} owner {owner}")).await;
        let url = url_of(server, &name, Some(owner));
        execute(&mut connect(&url).await, dump.to_owned()).await;
        db::migrate(&url).await.expect("the migrations run");
        Self::open(server, name).await
    }

    async fn open(server: &str, name: String) -> Self {
        let address = |login: Login| Address {
            url: url_of(server, &name, Some(login.name())),
            direct_url: None,
        };
        let (web, worker) = (address(Login::Web), address(Login::Worker));
        let db = connect_as(Login::Web, &web, 4).await;
        let everything = PgPoolOptions::new()
            .max_connections(2)
            .connect(&url_of(server, &name, None))
            .await
            .expect("a fresh database lets us in");
        Self {
            server: server.to_owned(),
            name,
            web,
            worker,
            db,
            everything,
        }
    }

    /// The same, and every program asks through this pooler.
    pub async fn behind(mut self, pooler: &Pooler) -> Self {
        for (login, address) in [
            (Login::Web, &mut self.web),
            (Login::Worker, &mut self.worker),
        ] {
            let url = pooler.url(login.name(), &self.name);
            address.direct_url = Some(std::mem::replace(&mut address.url, url));
        }
        self.db = connect_as(Login::Web, &self.web, 4).await;
        self
    }

    /// The database as the worker sees it.
    pub async fn worker_db(&self) -> Db {
        connect_as(Login::Worker, &self.worker, 2).await
    }

    /// The address for somebody else.
    pub fn url_as(&self, login: &str) -> String {
        url_of(&self.server, &self.name, Some(login))
    }
}

async fn connect_as(login: Login, address: &Address, connections: u32) -> Db {
    let direct_url = address.direct_url.as_deref();
    let db = Db::connect(login, &address.url, direct_url, connections).await;
    db.expect("the database lets us in")
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A runtime of its own: ours may be blocked by this very drop.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime starts").block_on(async {
                let Ok(mut conn) = PgConnection::connect(&server).await else {
                    return;
                };
                let drop = format!("drop database if exists {name} with (force)");
                let _ = conn.execute(AssertSqlSafe(drop)).await;
            });
        });
        let _ = dropping.join();
    }
}

/// The template's name. It holds the schema's fingerprint, so an outdated one is
/// never used. Stories are processes of their own: the lock lets one of them make
/// it, and it gets its name when it is complete.
async fn template(server: &str) -> String {
    let name = format!("template_{}", db::schema_fingerprint());
    let mut conn = connect(server).await;
    execute(&mut conn, "select pg_advisory_lock(727001)".to_owned()).await;
    let there: bool =
        sqlx::query_scalar("select exists(select from pg_database where datname = $1)")
            .bind(&name)
            .fetch_one(&mut conn)
            .await
            .expect("the server answers");
    if !there {
        let make = format!("create role {OWNER} login createrole");
        let made = conn.execute(AssertSqlSafe(make)).await;
        // Another release's template may have needed the role before.
        let is_there = |error: &sqlx::Error| error.to_string().contains("already exists");
        assert!(made.as_ref().err().is_none_or(is_there), "{made:?}");
        let unfinished = format!("{name}_unfinished");
        execute(
            &mut conn,
            format!("drop database if exists {unfinished} with (force)"),
        )
        .await;
        let make = format!("create database {unfinished} owner {OWNER}");
        execute(&mut conn, make).await;
        db::migrate(&url_of(server, &unfinished, Some(OWNER)))
            .await
            .expect("the migrations run");
        execute(
            &mut conn,
            format!("alter database {unfinished} rename to {name}"),
        )
        .await;
    }
    name
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url)
        .await
        .expect("the test server lets us in")
}

async fn execute(conn: &mut PgConnection, statement: String) {
    let said = statement.clone();
    conn.execute(AssertSqlSafe(statement))
        .await
        .unwrap_or_else(|error| panic!("{said:.200}: {error}"));
}

/// The address of another database on the same server, for another login if one is named.
fn url_of(server: &str, database: &str, login: Option<&str>) -> String {
    let mut url = Url::parse(server).expect("the server's address is a URL");
    url.set_path(database);
    if let Some(login) = login {
        url.set_username(login).expect("a URL with a host");
    }
    url.into()
}
