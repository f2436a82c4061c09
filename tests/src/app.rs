//! The whole product in one story: a database, a folder of blobs, the real site
//! on a port of its own, and the real worker when the story says so.

use std::ffi::OsStr;
pub mod site_process;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use clap::{Args, FromArgMatches};
use plumbline_domain::db::Db;
use plumbline_enhance::{GenerativeModel, NoAnalyzer, SceneAnalyzer};
use plumbline_storage::Storage;
use plumbline_web::http::config::Config;
use plumbline_web::http::state::State;
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::Client;
use crate::database::TestDatabase;
use crate::house::files_below;
use crate::wait;
use crate::worker_process::program;

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
        Self::start_as(database, |_| {}).await
    }

    /// A site with other settings.
    pub async fn start_with(adjust: impl FnOnce(&mut Config)) -> Self {
        Self::start_as(TestDatabase::create().await, adjust).await
    }

    async fn start_as(database: TestDatabase, adjust: impl FnOnce(&mut Config)) -> Self {
        let blobs = tempfile::tempdir().expect("a temporary folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let mut config = config_of(&database, blobs.path(), &address);
        adjust(&mut config);
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

    /// Number of files in storage, those that are still being written too.
    pub fn stored_files(&self) -> usize {
        files_below(self.blobs()).len()
    }

    /// Waits until this is so.
    pub async fn until(&self, words: &str, is_so: impl Fn() -> bool) {
        let limit = Duration::from_secs(20);
        wait::until(words, limit, async || is_so().then_some(())).await;
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
        let no_job_left = no_job_left(self.database.everything.clone());
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
            stall_secs: 900,
            memory_mb: None,
            bracket_quiet_secs: 0,
            decoder: program("plumbline-worker"),
            log: String::new(),
        }
    }
}

/// Ends when every job is done. Each one has its own time.
async fn no_job_left(everything: PgPool) {
    let open = async || -> i64 {
        let count = "select count(*) from jobs where status in ('queued', 'running')";
        let count = sqlx::query_scalar(count).fetch_one(&everything).await;
        count.expect("the database answers")
    };
    let mut last = open().await;
    while last > 0 {
        last = wait::until(
            "another job to be done",
            Duration::from_secs(120),
            || async {
                let now = open().await;
                (now != last).then_some(now)
            },
        )
        .await;
    }
}

pub struct Worker {
    stop: oneshot::Sender<()>,
    task: JoinHandle<anyhow::Result<plumbline_worker::Ended>>,
}

impl Worker {
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let ended = self.task.await.expect("the worker did not panic");
        ended.expect("the worker ran");
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

/// The settings that the program has where nobody sets any, but for the places of things.
fn config_of(database: &TestDatabase, blobs: &Path, address: &str) -> Config {
    let command = Config::augment_args(clap::Command::new("site"));
    let arguments = ["site", "--behind-proxy", "--connections", "4"];
    let places = ["--storage".as_ref(), blobs.as_os_str()];
    let direct_url = database.web.direct_url.iter();
    let direct_url =
        direct_url.flat_map(|url| ["--database-direct-url", url.as_str()].map(OsStr::new));
    let database = ["--database-url", &database.web.url, "--public-url", address];
    let arguments = arguments.map(OsStr::new).into_iter().chain(places);
    let arguments = arguments.chain(direct_url);
    let arguments = arguments.chain(database.map(OsStr::new));
    let matches = command.get_matches_from(arguments);
    Config {
        static_dir: root().join("static"),
        ..Config::from_arg_matches(&matches).expect("it has what it needs")
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
