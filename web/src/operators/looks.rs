//! `looks add`, `looks list`, `looks use`, `looks remove`: an organization's personal looks, which
//! `plumbline train finish` made, and the photos that are finished in them.

mod additions;
mod choices;
mod file;
mod names;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use plumbline_domain::ids::ShootId;

use crate::http::config::Config;
use crate::operators::looks::names::{Version, Wanted, look_name, note};
use crate::operators::session::{self, Session, Whose};

/// Exit status: 0 done; 2 refused with a sentence, and nothing was changed.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Store a look that `plumbline train finish` made, as the next version of its name.
    Add(Add),
    /// Print the looks there are, and who is finished in them.
    List(Whose),
    /// Finish photos in a look from now on.
    Use(Use),
    /// Stop offering a version that nobody uses.
    Remove(Remove),
}

#[derive(Debug, Args)]
pub struct Add {
    #[command(flatten)]
    whose: Whose,
    /// Name of the look; a file under a name that exists is its next version.
    #[arg(long, value_parser = look_name)]
    name: String,
    /// Words to remember it by: its score, the pairs that it was trained on.
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = note)]
    note: String,
    /// The look.
    file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Use {
    #[command(flatten)]
    whose: Whose,
    /// The shoot; else all of the organization's that have no choice of their own.
    #[arg(long, value_name = "UUID")]
    shoot: Option<ShootId>,
    /// NAME (its newest version), NAME@VERSION, house, or for a shoot organization.
    look: Wanted,
}

#[derive(Debug, Args)]
pub struct Remove {
    #[command(flatten)]
    whose: Whose,
    /// NAME@VERSION.
    look: Version,
}

pub async fn run(command: &Command, config: &Config) -> ExitCode {
    session::status(execute(command, config).await)
}

async fn execute(command: &Command, config: &Config) -> anyhow::Result<()> {
    let session = Session::open(command.whose(), config).await?;
    match command {
        Command::Add(add) => additions::add(&session, &config.storage, add).await,
        Command::List(_) => choices::print(&session).await,
        Command::Use(Use { shoot, look, .. }) => choices::choose(&session, *shoot, look).await,
        Command::Remove(Remove { look, .. }) => choices::remove(&session, look).await,
    }
}

impl Command {
    fn whose(&self) -> &Whose {
        match self {
            Self::Add(add) => &add.whose,
            Self::List(whose) => whose,
            Self::Use(one) => &one.whose,
            Self::Remove(remove) => &remove.whose,
        }
    }
}
