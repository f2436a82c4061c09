//! Commands of an operator, who has the database's own address. No page uses them.

mod demo;
mod looks;
mod qc;
mod session;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use plumbline_domain::db;

use crate::http::config::Config;
use crate::http::state::State;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the database up to this release.
    Migrate {
        /// Postgres, as a URL with the login of the database's owner, and no pooler's. Unset:
        /// the URL that every command has.
        #[arg(long, env = "PLUMBLINE_MIGRATE_URL", hide_env_values = true)]
        migrate_url: Option<String>,
    },
    /// Make a demo organization with a shoot, and print a link that signs in once.
    Demo {
        /// Folder whose photos go into the demo shoot.
        #[arg(long)]
        photos: Option<PathBuf>,
    },
    /// Quality control: an organization's decisions, and thresholds fitted to them.
    #[command(subcommand)]
    Qc(qc::Command),
    /// Personal looks: an organization's own versions of the finish, and who is finished in them.
    #[command(subcommand)]
    Looks(looks::Command),
}

impl Command {
    pub async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        match self {
            Self::Migrate { migrate_url } => {
                db::migrate(&migrate_url.unwrap_or(config.database_url)).await?;
            }
            Self::Demo { photos } => {
                let state = State::open(config).await?;
                println!("{}", demo::create(&state, photos.as_deref()).await?);
            }
            Self::Qc(command) => return Ok(qc::run(&command, &config).await),
            Self::Looks(command) => return Ok(looks::run(&command, &config).await),
        }
        Ok(ExitCode::SUCCESS)
    }
}
