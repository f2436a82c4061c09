//! An operator's session: one organization, and how a command for it ends.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use plumbline_domain::db::Db;
use plumbline_domain::ids::OrganizationId;
use plumbline_domain::people::operators::Operator;
use plumbline_domain::scope::Scope;

use crate::http::config::Config;

/// Exit status of a command that changed nothing.
const REFUSED: u8 = 2;

#[derive(Debug, Args)]
pub struct Whose {
    /// The organization.
    #[arg(long, value_name = "UUID")]
    pub organization: OrganizationId,
}

/// An operator, working for one organization.
pub struct Session {
    pub organization: OrganizationId,
    db: Db,
    operator: Operator,
}

impl Session {
    pub async fn open(whose: &Whose, config: &Config) -> anyhow::Result<Self> {
        let organization = whose.organization;
        let db = config.connect(1).await;
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

    pub fn name(&self) -> &str {
        &self.operator.organization_name
    }

    pub async fn scope(&self) -> anyhow::Result<Scope> {
        Ok(self.operator.scope(&self.db).await?)
    }
}

/// The exit status of a command: 0, or 2 with a sentence.
pub fn status(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}
