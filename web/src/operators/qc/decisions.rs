//! `qc decisions`: every stored report with its decision, as JSON lines.

use std::io::{BufWriter, Write};

use anyhow::Context;
use plumbline_documents::{DecidedReport, DecisionsHeader, REFIT_VERSION, RefitInForce};
use plumbline_domain::scope::Scope;
use plumbline_domain::work::attempts::{self, Undecided};
use plumbline_domain::work::refits::{self, Refit};
use plumbline_domain::work::reviews::{self, Decided};
use serde::Serialize;

use crate::operators::qc::Session;

/// Number of reports read at a time, of some kilobytes each.
const PAGE: i64 = 500;

/// Writes the header, the decided reports, and then the undecided ones, each first to last.
pub async fn write(session: &Session, output: impl Write) -> anyhow::Result<()> {
    let mut output = BufWriter::new(output);
    // One transaction: the refit in force is the one at the time of the decisions.
    let mut scope = session.scope().await?;
    let in_force = refits::in_force(&mut scope).await?;
    let header = DecisionsHeader {
        version: REFIT_VERSION,
        organization: session.organization.uuid(),
        organization_name: session.name().to_owned(),
        in_force: in_force.map(refit_in_force).transpose()?,
    };
    write_line(&mut output, &header)?;
    for one in reviews::decided(&mut scope).await? {
        write_line(&mut output, &decided(one))?;
    }
    write_undecided(&mut scope, &mut output).await?;
    Ok(output.flush()?)
}

async fn write_undecided(scope: &mut Scope, output: &mut impl Write) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = attempts::undecided(scope, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for one in page {
            write_line(output, &undecided(one))?;
        }
    }
}

fn write_line(output: &mut impl Write, document: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *output, document)?;
    Ok(output.write_all(b"\n")?)
}

fn refit_in_force(refit: Refit) -> anyhow::Result<RefitInForce> {
    Ok(RefitInForce {
        id: refit.id.uuid(),
        table_version: u32::try_from(refit.table_version)?,
        bounds: serde_json::from_value(refit.bounds).context("The refit in force is damaged")?,
    })
}

fn decided(one: Decided) -> DecidedReport {
    DecidedReport {
        attempt: one.attempt.uuid(),
        photo: one.photo.uuid(),
        verdict: one.verdict,
        decision: Some(one.decision),
        waits: false,
        report: one.report,
    }
}

fn undecided(one: Undecided) -> DecidedReport {
    DecidedReport {
        attempt: one.id.uuid(),
        photo: one.photo.uuid(),
        verdict: one.verdict,
        decision: None,
        waits: one.waits,
        report: one.report,
    }
}
