//! `qc decisions`, `qc adopt`, `qc thresholds`, `qc reset`: the database's side of fitting
//! quality control to one organization's review decisions. The fit itself is made from the
//! documents that these commands write and read, by a program without a database.

mod decisions;
mod refits;
mod thresholds;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use plumbline_domain::db::Db;
use plumbline_domain::ids::OrganizationId;
use plumbline_domain::people::operators::Operator;
use plumbline_domain::scope::Scope;

use crate::http::config::Config;

/// Exit status of a command that changed nothing.
const REFUSED: u8 = 2;

/// Exit status: 0 done; 2 refused with a sentence, and nothing was changed.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write every stored report with its decision, as JSON lines.
    Decisions(Whose),
    /// Judge photos by a fitted refit from now on.
    Adopt(Adopt),
    /// Print the thresholds in force.
    Thresholds(Whose),
    /// Go back to the thresholds of the table.
    Reset(Whose),
}

#[derive(Debug, Args)]
pub struct Whose {
    /// The organization.
    #[arg(long, value_name = "UUID")]
    organization: OrganizationId,
}

#[derive(Debug, Args)]
pub struct Adopt {
    #[command(flatten)]
    whose: Whose,
    /// The refit document; `-` reads standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
}

pub async fn run(command: &Command, config: &Config) -> ExitCode {
    match execute(command, config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

async fn execute(command: &Command, config: &Config) -> anyhow::Result<()> {
    let session = Session::open(command.whose().organization, config).await?;
    match command {
        Command::Decisions(_) => decisions::write(&session, std::io::stdout().lock()).await,
        Command::Adopt(Adopt { file, .. }) => refits::adopt(&session, file).await,
        Command::Thresholds(_) => thresholds::print(&session).await,
        Command::Reset(_) => refits::reset(&session).await,
    }
}

impl Command {
    fn whose(&self) -> &Whose {
        match self {
            Self::Decisions(whose) | Self::Thresholds(whose) | Self::Reset(whose) => whose,
            Self::Adopt(adopt) => &adopt.whose,
        }
    }
}

/// An operator, working for one organization.
struct Session {
    db: Db,
    organization: OrganizationId,
    operator: Operator,
}

impl Session {
    async fn open(organization: OrganizationId, config: &Config) -> anyhow::Result<Self> {
        let db = Db::connect(&config.database_url, 1).await;
        let db = db.context("The database cannot be reached")?;
        let operator = Operator::at_the_command_line(&db, organization).await?;
        let operator =
            operator.with_context(|| format!("There is no organization {organization}."))?;
        Ok(Self {
            db,
            organization,
            operator,
        })
    }

    fn name(&self) -> &str {
        &self.operator.organization_name
    }

    async fn scope(&self) -> anyhow::Result<Scope> {
        Ok(self.operator.scope(&self.db).await?)
    }
}
