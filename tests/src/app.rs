//! The whole product in one story: a database, a folder of blobs, the real site
//! on a port of its own, and the real worker when the story says so.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use plumbline_domain::db::Db;
use plumbline_enhance::{GenerativeModel, NoAnalyzer, SceneAnalyzer};
use plumbline_storage::Storage;
use plumbline_web::http::config::Config;
use plumbline_web::http::state::State;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::Client;
use crate::database::TestDatabase;
use crate::wait;

/// Gone when dropped.
pub struct App {
    pub address: String,
    pub database: TestDatabase,
    blobs: TempDir,
    site: Option<(ServerHandle, thread::JoinHandle<()>)>,
}

impl App {
    pub async fn start() -> Self {
        Self::start_in(TestDatabase::create().await).await
    }

    pub async fn start_in(database: TestDatabase) -> Self {
        let blobs = tempfile::tempdir().expect("a temporary folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let config = Config {
            database_url: database.web.url.clone(),
            database_direct_url: database.web.direct_url.clone(),
            storage: blobs.path().to_owned(),
            listen: String::new(),
            public_url: address.clone(),
            static_dir: root().join("static"),
            behind_proxy: true,
            log: String::new(),
            connections: 4,
        };
        let site = serve(listener, config).await;
        Self {
            address,
            database,
            blobs,
            site: Some(site),
        }
    }

    pub fn db(&self) -> &Db {
        &self.database.db
    }

    pub fn storage(&self) -> Storage {
        Storage::folder(self.blobs.path()).expect("the folder is there")
    }

    pub fn blobs(&self) -> &Path {
        self.blobs.path()
    }

    /// A browser that nobody has used yet.
    pub fn visitor(&self) -> Client {
        Client::new(&self.address)
    }

    /// Somebody who has just signed up, and is the owner of their organization.
    pub async fn owner(&self, name: &str) -> Client {
        let client = self.visitor();
        client.sign_up(name).await;
        client
    }

    /// Lets the real worker run until no job is left.
    pub async fn run_jobs(&self) {
        self.run_jobs_with(None).await;
    }

    /// The same with an analyzer that sees.
    pub async fn run_jobs_analyzing(&self, analyzer: Arc<dyn SceneAnalyzer>) {
        self.run_jobs_of(analyzer, None).await;
    }

    /// The same with a model: corrections are guided, and natural when they fail.
    pub async fn run_jobs_with(&self, model: Option<Arc<dyn GenerativeModel>>) {
        self.run_jobs_of(Arc::new(NoAnalyzer), model).await;
    }

    async fn run_jobs_of(
        &self,
        analyzer: Arc<dyn SceneAnalyzer>,
        model: Option<Arc<dyn GenerativeModel>>,
    ) {
        let everything = self.database.everything.clone();
        let no_job_left = async move {
            wait::until("the jobs to be done", Duration::from_secs(120), || async {
                let open: i64 = sqlx::query_scalar(
                    "select count(*) from jobs where status in ('queued', 'running')",
                )
                .fetch_one(&everything)
                .await
                .expect("the database answers");
                (open == 0).then_some(())
            })
            .await;
        };
        plumbline_worker::run(self.worker_config(), analyzer, model, no_job_left)
            .await
            .expect("the worker runs");
    }

    /// The real worker in the background, until it is told to stop.
    pub fn start_worker(&self) -> Worker {
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let config = self.worker_config();
        let task = tokio::spawn(async move {
            plumbline_worker::run(config, Arc::new(NoAnalyzer), None, shutdown).await
        });
        Worker { stop, task }
    }

    fn worker_config(&self) -> plumbline_worker::config::Config {
        plumbline_worker::config::Config {
            database_url: self.database.worker.url.clone(),
            database_direct_url: self.database.worker.direct_url.clone(),
            storage: self.blobs.path().to_owned(),
            concurrency: 1,
            heartbeat_secs: 5,
            missed_heartbeats: 4,
            lease_secs: 20,
            grace_secs: 25,
            bracket_quiet_secs: 0,
            log: String::new(),
        }
    }
}

pub struct Worker {
    stop: oneshot::Sender<()>,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Worker {
    pub async fn stop(self) {
        let _ = self.stop.send(());
        self.task
            .await
            .expect("the worker did not panic")
            .expect("the worker ran");
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let Some((handle, thread)) = self.site.take() else {
            return;
        };
        // Sent at once; the thread ends when the site has.
        drop(handle.stop(false));
        let _ = thread.join();
    }
}

/// The site has a thread of its own, as it has a process of its own in life.
async fn serve(listener: TcpListener, config: Config) -> (ServerHandle, thread::JoinHandle<()>) {
    let (sender, receiver) = oneshot::channel();
    let thread = thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let state = State::open(config).await.expect("the site opens");
            let server =
                plumbline_web::http::server::serve(listener, state).expect("the site serves");
            let _ = sender.send(server.handle());
            let _ = server.await;
        });
    });
    (receiver.await.expect("the site started"), thread)
}

/// The ids of all attempts on a photo, first to last.
pub async fn attempts(app: &App, photo: &str) -> Vec<String> {
    sqlx::query_scalar("select id::text from attempts where photo_id = $1::uuid order by number")
        .bind(photo)
        .fetch_all(&app.database.everything)
        .await
        .expect("the database answers")
}

/// The checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in it")
        .to_owned()
}
