//! The site's settings. Nothing else reads the environment.

use std::path::PathBuf;

use clap::Args;
use plumbline_domain::db::{self, Db, Login};

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
}

impl Config {
    pub async fn connect(&self, connections: u32) -> Result<Db, db::Error> {
        let direct_url = self.database_direct_url.as_deref();
        Db::connect(Login::Web, &self.database_url, direct_url, connections).await
    }

    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// An absolute link to a path of this site.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.trim_end_matches('/'))
    }
}
