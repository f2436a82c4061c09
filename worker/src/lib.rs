//! The job shell: takes orders from the queue, cooks photos, and records what
//! came of them. It decides nothing about pixels (that is `enhance`) and holds
//! no SQL (that is `domain`).

pub mod analyzers;
pub mod bench;
pub mod closing;
pub mod config;
pub mod develop;
pub mod enhance_file;
mod exposures;
pub mod failure;
mod files;
pub mod generative_models;
mod hold;
pub mod inspect_files;
mod jobs;
mod kitchen;
pub mod look;
pub mod merge;
pub mod models;
mod overrides;
mod painting;
mod patience;
mod progress;
pub mod qc;
mod queue;
mod record;
mod renditions;
mod seeing;
mod sight;
pub mod standard;
pub mod train;
mod workplace;

use std::future::Future;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use plumbline_domain::db::{self, Db};
use plumbline_enhance::{GenerativeModel, SceneAnalyzer};
use plumbline_storage::Storage;
use tracing_subscriber::EnvFilter;

use crate::closing::Closing;
use crate::config::Config;
use crate::kitchen::Kitchen;

/// Connections for scopes, for each photo in hand: the job, its heartbeat, its stages.
const CONNECTIONS_PER_SLOT: u32 = 3;
/// How long handing back may take when the time is over.
const HANDING_BACK: Duration = Duration::from_secs(5);

/// Works until `shutdown` ends, and then as long as closing takes.
pub async fn run(
    config: Config,
    analyzer: Arc<dyn SceneAnalyzer>,
    model: Option<Arc<dyn GenerativeModel>>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let slots = u32::try_from(config.concurrency).context("too many slots")?;
    let db = Db::connect(&config.database_url, slots * CONNECTIONS_PER_SLOT + 1).await?;
    let pool = db::queue_pool(&config.database_url, queue::connections(1, slots)).await?;
    let storage = Storage::folder(&config.storage)?;
    let closing = Closing::on(shutdown, config.grace);
    let kitchen = Arc::new(Kitchen::new(
        db,
        storage,
        analyzer,
        model,
        &config,
        closing.clone(),
    ));

    let tidying = tokio::spawn(jobs::tidy(pool.clone()));
    let serving = async {
        jobs::serve(&kitchen, &pool, &config).await;
        kitchen.empty().await;
    };
    let closed = async {
        closing.out_of_time().await;
        tokio::time::sleep(HANDING_BACK).await;
    };
    tokio::select! {
        () = serving => tracing::info!("stopped"),
        () = closed => tracing::warn!("stopped with work in hand: the queue will pass it on"),
    }
    tidying.abort();
    Ok(())
}

/// What a worker's `main` is: reads the environment, starts the logs, listens
/// to signals and runs. Ends the process's threads, whatever they are doing. SceneAnalyzer and
/// model are opened once there is a log for what they have to say.
pub fn start(
    open_analyzer: impl FnOnce() -> Arc<dyn SceneAnalyzer>,
    open_model: impl FnOnce() -> Option<Arc<dyn GenerativeModel>>,
) -> anyhow::Result<()> {
    log();
    let (analyzer, model) = (open_analyzer(), open_model());
    let config = Config::from_env()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(async { run(config, analyzer, model, closing::signals()?).await });
    runtime.shutdown_background();
    done
}

fn log() {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(config::log_filter()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
