//! `qc decisions`: every stored report with its decision, as JSON lines.

use std::io::{BufWriter, Write};

use plumbline_documents::{DecidedReport, DecisionsEnd, DecisionsHeader, REFIT_VERSION};
use plumbline_domain::scope::Scope;
use plumbline_domain::work::attempts::{self, Undecided};
use plumbline_domain::work::refits::{self, Refit};
use plumbline_domain::work::reviews::{self, Decided};
use serde::Serialize;

use crate::operators::session::Session;

/// Number of reports read at a time, of some kilobytes each.
const PAGE: i64 = 500;

/// Writes the header, the decided reports, then the undecided ones, each first to last, and how
/// many there were: whoever reads them knows that nothing was cut off.
pub async fn write(session: &Session, output: impl Write) -> anyhow::Result<()> {
    let mut output = BufWriter::new(output);
    // Before the decisions: a refit that is adopted meanwhile makes `qc adopt` refuse.
    let mut scope = session.scope().await?;
    let in_force = refits::in_force(&mut scope).await?;
    let header = DecisionsHeader {
        version: REFIT_VERSION,
        organization: session.organization.uuid(),
        organization_name: session.name().to_owned(),
        in_force: in_force.as_ref().map(Refit::document),
    };
    write_line(&mut output, &header)?;
    let mut reports = 0;
    for one in reviews::decided(&mut scope).await? {
        write_line(&mut output, &decided(one))?;
        reports += 1;
    }
    reports += write_undecided(&mut scope, &mut output).await?;
    write_line(&mut output, &DecisionsEnd { reports })?;
    Ok(output.flush()?)
}

/// Returns how many there were.
async fn write_undecided(scope: &mut Scope, output: &mut impl Write) -> anyhow::Result<u64> {
    let (mut after, mut reports) = (None, 0);
    loop {
        let page = attempts::undecided(scope, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(reports);
        };
        after = Some(last.id);
        for one in page {
            write_line(output, &undecided(one))?;
            reports += 1;
        }
    }
}

fn write_line(output: &mut impl Write, document: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *output, document)?;
    Ok(output.write_all(b"\n")?)
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
