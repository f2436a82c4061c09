//! The daemon's settings. Nothing else reads the environment.

use std::path::PathBuf;

use clap::{Args, value_parser};

/// Each flag can be given as the environment variable beside it. Everything but database and
/// storage has a default that fits a small machine.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Postgres, as a URL with the login plumbline_worker.
    #[arg(long, env = "PLUMBLINE_DATABASE_URL", hide_env_values = true)]
    pub database_url: String,

    /// Postgres itself, where PLUMBLINE_DATABASE_URL leads to a pooler of transactions such as
    /// PgBouncer: the queue listens, and does not hear through one.
    #[arg(long, env = "PLUMBLINE_DATABASE_DIRECT_URL", hide_env_values = true)]
    pub database_direct_url: Option<String>,

    /// Folder that holds the photos.
    #[arg(long, env = "PLUMBLINE_STORAGE")]
    pub storage: PathBuf,

    /// Megabytes of memory for photos; half of the machine's or container's unless it is said. A
    /// photo waits until its part is free, however many could be worked on at the same time.
    #[arg(long, env = "PLUMBLINE_MEMORY_MB", value_parser = value_parser!(u32).range(64..))]
    pub memory_mb: Option<u32>,

    /// Photos worked on at the same time, 1 to 64. One photo uses all cores by itself.
    #[arg(long, env = "PLUMBLINE_CONCURRENCY", default_value_t = 1, value_parser = value_parser!(u32).range(1..=64))]
    pub concurrency: u32,

    /// Seconds between two heartbeats to the queue.
    #[arg(long, env = "PLUMBLINE_HEARTBEAT_SECS", default_value_t = 5, value_parser = value_parser!(u64).range(1..=600))]
    pub heartbeat_secs: u64,

    /// Missed heartbeats after which the queue gives the deliveries to others.
    #[arg(long, env = "PLUMBLINE_MISSED_HEARTBEATS", default_value_t = 4, value_parser = value_parser!(u32).range(2..=100))]
    pub missed_heartbeats: u32,

    /// Seconds that a claim on a photo lasts when it is not renewed.
    #[arg(long, env = "PLUMBLINE_LEASE_SECS", default_value_t = 20, value_parser = value_parser!(u32).range(2..=3600))]
    pub lease_secs: u32,

    /// Seconds that a photo in hand may take to finish when the program is told to stop.
    #[arg(long, env = "PLUMBLINE_GRACE_SECS", default_value_t = 25, value_parser = value_parser!(u64).range(0..=3600))]
    pub grace_secs: u64,

    /// Seconds without any progress after which a run is ended, and its photo tried once more, alone.
    #[arg(long, env = "PLUMBLINE_STALL_SECS", default_value_t = 900, value_parser = value_parser!(u64).range(1..=86_400))]
    pub stall_secs: u64,

    /// Seconds that a shoot must be quiet before its exposures are grouped: uploads of one bracket
    /// come in one after the other.
    #[arg(long, env = "PLUMBLINE_BRACKET_QUIET_SECS", default_value_t = 15, value_parser = value_parser!(u32).range(0..=600))]
    pub bracket_quiet_secs: u32,

    /// Program that decodes strangers' files, in a process of its own: this one.
    #[arg(
        long,
        env = "PLUMBLINE_DECODER",
        hide = true,
        default_value = "/proc/self/exe"
    )]
    pub decoder: PathBuf,

    /// Filters of the log, as `tracing` reads them.
    #[arg(long, env = "PLUMBLINE_LOG", default_value = "info")]
    pub log: String,
}

impl Config {
    /// The database's notices ("already exists, skipping") are noise.
    pub fn log_filter(&self) -> String {
        format!("{},sqlx::postgres::notice=off", self.log)
    }
}
