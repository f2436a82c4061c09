//! The daemon: takes jobs from the queue, runs the pipeline over their photos, and records the
//! outcome. It decides nothing about pixels (that is `pipeline` and `enhance`) and holds no SQL
//! (that is `domain`).

pub mod config;
mod daemon;
mod decoding;
mod deliveries;
mod failure;
mod job_context;
mod jobs;
mod lease;
mod look_cache;
mod memory;
pub mod networks;
mod queue;
mod retry;
mod shutdown;
mod trouble;

use std::future::Future;
use std::io::IsTerminal;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use plumbline_domain::db::{self, Db, Login};
use plumbline_enhance::{GenerativeModel, SceneAnalyzer};
use plumbline_storage::Storage;
use tracing_subscriber::EnvFilter;

use crate::config::Config;
use crate::daemon::Daemon;
use crate::shutdown::Shutdown;

/// Connections of each slot: the job, its lease, its steps.
const CONNECTIONS_PER_SLOT: u32 = 3;
/// Time for handing back once the grace is over.
const HANDING_BACK: Duration = Duration::from_secs(5);

/// Decodes a file and is over, where this process was started for that. To be asked first of all.
pub fn decode_for_parent() -> Option<ExitCode> {
    let first = std::env::args_os().nth(1)?;
    if first != plumbline_sandbox::COMMAND {
        return None;
    }
    plumbline_nn::malloc_tuning::use_one_arena();
    Some(plumbline_sandbox::serve())
}

/// Works until `signal` ends, and then until the jobs in hand are done or handed back.
pub async fn run(
    config: Config,
    analyzer: Arc<dyn SceneAnalyzer>,
    model: Option<Arc<dyn GenerativeModel>>,
    signal: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<Ended> {
    let slots = config.concurrency;
    let (url, direct_url) = (&config.database_url, config.database_direct_url.as_deref());
    let connections = slots * CONNECTIONS_PER_SLOT + 1;
    let db = Db::connect(Login::Worker, url, direct_url, connections).await?;
    let direct_url = direct_url.unwrap_or(url);
    let pool = db::queue_pool(direct_url, queue::connections(1, slots)).await?;
    let storage = Storage::set_up_elsewhere(&config.storage)?;
    let shutdown = Shutdown::on(signal, Duration::from_secs(config.grace_secs));
    let daemon = Daemon::new(db, storage, analyzer, model, &config, shutdown.clone());
    let daemon = Arc::new(daemon);
    let decoder = daemon.decoder.clone();
    tokio::task::spawn_blocking(move || decoding::check(&decoder)).await??;

    let tidying = tokio::spawn(jobs::tidy(pool.clone()));
    let shared = daemon.clone();
    let delivering = tokio::spawn(async move { deliveries::make_missing(&shared).await });
    let serving = async {
        jobs::serve(&daemon, &pool, &config).await;
        daemon.idle().await;
    };
    let abandoned = async {
        shutdown.out_of_time().await;
        tokio::time::sleep(HANDING_BACK).await;
    };
    tokio::select! {
        () = serving => tracing::info!("stopped"),
        () = abandoned => tracing::warn!("stopped with work in hand: the queue will pass it on"),
    }
    tidying.abort();
    delivering.abort();
    Ok(match shutdown.is_spent() {
        true => Ended::Spent,
        false => Ended::Asked,
    })
}

/// The reason for which a daemon ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Asked,
    /// One of its threads hangs, and only a new process is rid of it.
    Spent,
}

/// Starts the logs, listens to signals and runs. Ends the process's threads, whatever they are
/// doing. Analyzer and model are opened once there is a log for what they have to say.
pub fn start(
    config: Config,
    open_analyzer: impl FnOnce() -> Arc<dyn SceneAnalyzer>,
    open_model: impl FnOnce() -> Option<Arc<dyn GenerativeModel>>,
) -> anyhow::Result<()> {
    start_logging(&config)?;
    let (analyzer, model) = (open_analyzer(), open_model());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(async { run(config, analyzer, model, shutdown::signals()?).await });
    runtime.shutdown_background();
    match done? {
        Ended::Asked => Ok(()),
        Ended::Spent => Err(begin_again().into()),
    }
}

/// Puts a new process in this one's place, under its number, with its arguments. Comes back only if
/// that fails.
fn begin_again() -> std::io::Error {
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    Command::new("/proc/self/exe")
        .arg0(name)
        .args(arguments)
        .exec()
}

fn start_logging(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(config.log_filter());
    tracing_subscriber::fmt()
        .with_env_filter(filter.context("PLUMBLINE_LOG is not a filter of tracing")?)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    Ok(())
}
