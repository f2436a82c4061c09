//! A database per story, copied from a template that is migrated once per server.

use std::thread;

use plumbline_domain::db::{self, Db};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection, Executor};
use uuid::Uuid;

use crate::cluster;

/// Gone when dropped, with whoever is still connected.
pub struct TestDatabase {
    server: String,
    name: String,
    pub url: String,
    /// The database as the product sees it.
    pub db: Db,
    /// The database as its operator sees it: every organization's rows. For looking, and for
    /// what a story must not wait for.
    pub everything: PgPool,
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
            format!("create database {name} template {template}"),
        )
        .await;
        Self::open(server, name).await
    }

    /// The database that a dump holds, brought up to this release.
    pub async fn restored(dump: &str) -> Self {
        let server = cluster::shared_url();
        // A dump holds no roles: the template's migrations make them.
        template(server).await;
        let name = format!("story_{}", Uuid::now_v7().simple());
        let mut conn = connect(server).await;
        execute(&mut conn, format!("create database {name}")).await;
        let url = url_of(server, &name);
        execute(&mut connect(&url).await, dump.to_owned()).await;
        db::migrate(&url).await.expect("the migrations run");
        Self::open(server, name).await
    }

    async fn open(server: &str, name: String) -> Self {
        let url = url_of(server, &name);
        let db = Db::connect(&url, 4)
            .await
            .expect("a fresh database lets us in");
        let everything = db::queue_pool(&url, 2)
            .await
            .expect("a fresh database lets us in");
        Self {
            server: server.to_owned(),
            name,
            url,
            db,
            everything,
        }
    }
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
        let unfinished = format!("{name}_unfinished");
        execute(
            &mut conn,
            format!("drop database if exists {unfinished} with (force)"),
        )
        .await;
        execute(&mut conn, format!("create database {unfinished}")).await;
        db::migrate(&url_of(server, &unfinished))
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

/// The address of another database on the same server.
fn url_of(server: &str, database: &str) -> String {
    let (place, options) = server
        .split_once('?')
        .map_or((server, None), |(p, o)| (p, Some(o)));
    let (host, _) = place
        .rsplit_once('/')
        .expect("the address names a database");
    match options {
        Some(options) => format!("{host}/{database}?{options}"),
        None => format!("{host}/{database}"),
    }
}
