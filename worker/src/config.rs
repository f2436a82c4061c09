//! What the worker is told from outside. The only place that reads the environment.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;

#[derive(Debug, Clone)]
pub struct Config {
    pub database_url: String,
    /// The folder where blobs are kept.
    pub storage: PathBuf,
    /// Photos worked on at the same time. One photo uses all cores by itself.
    pub concurrency: usize,
    /// How often this worker tells the queue that it is alive.
    pub heartbeat: Duration,
    /// After how many missed heartbeats the queue gives its deliveries to others.
    pub missed_heartbeats: usize,
    /// How long a claim on a photo lasts when it is not renewed.
    pub lease_secs: u32,
    /// How long a photo in hand may take to finish once we are told to stop.
    pub grace: Duration,
    /// How long a shoot must be quiet before its exposures are grouped: uploads of
    /// one bracket come in one after the other.
    pub bracket_quiet_secs: u32,
}

impl Config {
    /// Everything but the database and the storage has a default that fits a
    /// small machine.
    pub fn from_env() -> anyhow::Result<Self> {
        Ok(Self {
            database_url: database_url()?,
            storage: required("PLUMBLINE_STORAGE")?.into(),
            concurrency: number("PLUMBLINE_CONCURRENCY", 1, 1..=64)?,
            heartbeat: Duration::from_secs(number("PLUMBLINE_HEARTBEAT_SECS", 5, 1..=600)?),
            missed_heartbeats: number("PLUMBLINE_MISSED_HEARTBEATS", 4, 2..=100)?,
            lease_secs: number("PLUMBLINE_LEASE_SECS", 20, 2..=3600)?,
            grace: Duration::from_secs(number("PLUMBLINE_GRACE_SECS", 25, 0..=3600)?),
            bracket_quiet_secs: number("PLUMBLINE_BRACKET_QUIET_SECS", 15, 0..=600)?,
        })
    }
}

/// All that a program needs which only asks the database.
pub fn database_url() -> anyhow::Result<String> {
    required("PLUMBLINE_DATABASE_URL")
}

/// The folder where weights of networks lie.
pub fn models_folder() -> PathBuf {
    let usual = || ".data/models".to_owned();
    read("PLUMBLINE_MODELS_DIR").unwrap_or_else(usual).into()
}

/// A model for the model in the layout of diffusers, instead of the installed one.
pub fn diffusion_folder() -> Option<PathBuf> {
    read("PLUMBLINE_DIFFUSION_DIR").map(PathBuf::from)
}

/// Steps that this model was distilled for.
pub fn diffusion_steps() -> usize {
    let steps = read("PLUMBLINE_DIFFUSION_STEPS");
    steps.and_then(|steps| steps.parse().ok()).unwrap_or(8)
}

/// A folder or an address that holds copies of them.
pub fn models_mirror() -> Option<String> {
    read("PLUMBLINE_MODELS_MIRROR")
}

/// What to log. The database's notices ("already exists, skipping") are noise.
pub fn log_filter() -> String {
    let asked = read("PLUMBLINE_LOG").unwrap_or_else(|| "info".to_owned());
    format!("{asked},sqlx::postgres::notice=off")
}

fn required(name: &str) -> anyhow::Result<String> {
    read(name).with_context(|| format!("{name} is not set"))
}

fn number<N>(name: &str, default: N, range: std::ops::RangeInclusive<N>) -> anyhow::Result<N>
where
    N: FromStr + PartialOrd + std::fmt::Display,
{
    let Some(text) = read(name) else {
        return Ok(default);
    };
    text.parse()
        .ok()
        .filter(|n| range.contains(n))
        .with_context(|| {
            format!(
                "{name} is '{text}', not a whole number from {} to {}",
                range.start(),
                range.end()
            )
        })
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
fn read(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
