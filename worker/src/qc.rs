//! `qc fit`, `qc thresholds`, `qc reset`: where quality control fails one organization's photos,
//! re-fitted from its own review decisions. An operator's work, at the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use plumbline_domain::db::Db;
use plumbline_domain::ids::OrganizationId;
use plumbline_domain::people::operators::Operator;
use plumbline_domain::scope::Scope;

use crate::config;

mod fit;
mod standing;

/// Nothing was changed.
const REFUSED: u8 = 2;

/// Exit status: 0 done, 2 refused with a sentence, and nothing is changed.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// Tells what thresholds the review decisions ask for, and what would have changed.
    Fit(Fit),
    /// Tells what photos are judged by.
    Thresholds(Of),
    /// Goes back to the table.
    Reset(Of),
}

#[derive(Debug, Args)]
pub struct Of {
    /// Whose photos.
    #[arg(long, value_name = "UUID")]
    organization: OrganizationId,
}

#[derive(Debug, Args)]
pub struct Fit {
    #[command(flatten)]
    of: Of,
    /// Judges photos by these thresholds from now on.
    #[arg(long)]
    adopt: bool,
    /// Where to write the same as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub fn run(order: &Order) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let done = runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(obey(order)));
    match done {
        Ok(said) => {
            print!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

async fn obey(order: &Order) -> anyhow::Result<String> {
    match order {
        Order::Fit(fit) => fit::run(&Desk::of(&fit.of).await?, fit).await,
        Order::Thresholds(of) => standing::tell(&Desk::of(of).await?).await,
        Order::Reset(of) => standing::reset(&Desk::of(of).await?).await,
    }
}

/// An operator and the database.
struct Desk {
    db: Db,
    operator: Operator,
}

impl Desk {
    async fn of(order: &Of) -> anyhow::Result<Self> {
        let db = Db::connect(&config::database_url()?, 1).await;
        let db = db.context("The database cannot be reached")?;
        let operator = Operator::at_the_command_line(&db, order.organization).await?;
        let operator = operator
            .with_context(|| format!("There is no organization {}.", order.organization))?;
        Ok(Self { db, operator })
    }

    fn whose(&self) -> &str {
        &self.operator.organization_name
    }

    async fn scope(&self) -> anyhow::Result<Scope> {
        Ok(self.operator.scope(&self.db).await?)
    }
}
