//! The site's settings. Nothing else reads the environment.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use plumbline_domain::db::{self, Db, Login};

use crate::http::traffic::connections::Patience;

/// Time that a connection is kept for a further request.
pub const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// Each flag can be given as the environment variable beside it.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Postgres, as a URL with the login plumbline_web.
    #[arg(long, env = "PLUMBLINE_DATABASE_URL", hide_env_values = true)]
    pub database_url: String,

    /// Postgres itself, where PLUMBLINE_DATABASE_URL leads to a pooler of transactions such as
    /// PgBouncer: notifications do not come through one.
    #[arg(long, env = "PLUMBLINE_DATABASE_DIRECT_URL", hide_env_values = true)]
    pub database_direct_url: Option<String>,

    /// Folder that holds the photos.
    #[arg(long, env = "PLUMBLINE_STORAGE")]
    pub storage: PathBuf,

    /// Address to listen on.
    #[arg(long, env = "PLUMBLINE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: String,

    /// Address at which people reach this site. With https, cookies are sent over https only.
    #[arg(
        long,
        env = "PLUMBLINE_PUBLIC_URL",
        default_value = "http://localhost:8080"
    )]
    pub public_url: String,

    /// Folder with style sheets, scripts and icons.
    #[arg(long, env = "PLUMBLINE_STATIC", default_value = "static")]
    pub static_dir: PathBuf,

    /// The site stands behind a proxy that sets X-Forwarded-For.
    #[arg(long, env = "PLUMBLINE_BEHIND_PROXY")]
    pub behind_proxy: bool,

    /// Filters of the log, as `tracing` reads them.
    #[arg(
        long,
        env = "PLUMBLINE_LOG",
        default_value = "info,sqlx::postgres::notice=warn"
    )]
    pub log: String,

    /// Database connections.
    #[arg(long, env = "PLUMBLINE_WEB_CONNECTIONS", default_value_t = 16)]
    pub connections: u32,

    /// Passwords that are hashed at once; each takes 19 MiB and a core. The next ones wait.
    #[arg(long, env = "PLUMBLINE_HASHES_AT_ONCE", default_value_t = 4)]
    pub hashes_at_once: usize,

    /// Seconds that somebody who signs in waits for that at most.
    #[arg(long, env = "PLUMBLINE_HASH_WAIT_SECS", default_value = "10", value_parser = seconds)]
    pub hash_wait: Duration,

    /// Seconds in which a request's head must arrive.
    #[arg(long, env = "PLUMBLINE_HEAD_SECS", default_value = "15", value_parser = seconds)]
    pub head_wait: Duration,

    /// Seconds that an answer waits for its client to read on.
    #[arg(long, env = "PLUMBLINE_READ_SECS", default_value = "60", value_parser = seconds)]
    pub read_wait: Duration,

    #[command(flatten)]
    pub pace: Pace,

    #[command(flatten)]
    pub slots: Slots,
}

/// The slowest that a form or an upload may arrive.
#[derive(Debug, Clone, Copy, Args)]
pub struct Pace {
    /// Seconds of waiting for a body after which its pace is judged.
    #[arg(long = "body-secs", env = "PLUMBLINE_BODY_SECS", default_value = "20", value_parser = seconds)]
    pub window: Duration,

    /// Bytes a second that a body brings at least, on average of that time.
    #[arg(
        long = "body-bytes-per-sec",
        env = "PLUMBLINE_BODY_BYTES_PER_SEC",
        default_value_t = 4096
    )]
    pub bytes_per_sec: u64,
}

impl Pace {
    pub fn bytes_per_window(&self) -> u64 {
        (self.bytes_per_sec as f64 * self.window.as_secs_f64()) as u64
    }
}

/// The requests that last and may be open at once. A network is an IPv4 address, or the first half
/// of an IPv6 address.
#[derive(Debug, Clone, Args)]
pub struct Slots {
    /// Uploads by one account. Our own page sends three at a time.
    #[arg(long, env = "PLUMBLINE_UPLOADS_PER_ACCOUNT", default_value_t = 12)]
    pub uploads_per_account: u32,

    /// Uploads from one network: an office has several accounts.
    #[arg(long, env = "PLUMBLINE_UPLOADS_PER_NETWORK", default_value_t = 36)]
    pub uploads_per_network: u32,

    /// Open pages that hear of changes, of one account.
    #[arg(long, env = "PLUMBLINE_STREAMS_PER_ACCOUNT", default_value_t = 24)]
    pub streams_per_account: u32,

    /// Open pages that hear of changes, in one network.
    #[arg(long, env = "PLUMBLINE_STREAMS_PER_NETWORK", default_value_t = 120)]
    pub streams_per_network: u32,

    /// Downloads of full-size files by one account.
    #[arg(long, env = "PLUMBLINE_DOWNLOADS_PER_ACCOUNT", default_value_t = 12)]
    pub downloads_per_account: u32,

    /// Downloads of full-size files and zips by everybody who has one share link.
    #[arg(long, env = "PLUMBLINE_DOWNLOADS_PER_LINK", default_value_t = 24)]
    pub downloads_per_link: u32,

    /// Downloads of full-size files and zips to one network.
    #[arg(long, env = "PLUMBLINE_DOWNLOADS_PER_NETWORK", default_value_t = 24)]
    pub downloads_per_network: u32,
}

/// A number of seconds above zero: "15", "0.5".
fn seconds(text: &str) -> Result<Duration, String> {
    let read = text.parse().ok().map(Duration::try_from_secs_f64);
    let read = read.and_then(Result::ok).filter(|time| !time.is_zero());
    read.ok_or_else(|| "a number of seconds above zero, such as 15".to_owned())
}

impl Config {
    pub async fn connect(&self, connections: u32) -> Result<Db, db::Error> {
        let direct_url = self.database_direct_url.as_deref();
        Db::connect(Login::Web, &self.database_url, direct_url, connections).await
    }

    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    pub fn patience(&self) -> Patience {
        Patience {
            head: self.head_wait + KEEP_ALIVE,
            read: self.read_wait,
        }
    }

    /// An absolute link to a path of this site.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.trim_end_matches('/'))
    }
}
