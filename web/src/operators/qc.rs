//! `qc decisions`, `qc adopt`, `qc thresholds`, `qc reset`: the database's side of fitting
//! quality control to one organization's review decisions. The fit itself is made from the
//! documents that these commands write and read, by a program without a database.

mod decisions;
mod refits;
mod thresholds;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::http::config::Config;
use crate::operators::session::{self, Session, Whose};

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
pub struct Adopt {
    #[command(flatten)]
    whose: Whose,
    /// The refit document; `-` reads standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
}

pub async fn run(command: &Command, config: &Config) -> ExitCode {
    session::status(execute(command, config).await)
}

async fn execute(command: &Command, config: &Config) -> anyhow::Result<()> {
    let session = Session::open(command.whose(), config).await?;
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
