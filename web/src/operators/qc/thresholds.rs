//! `qc thresholds`: every gate with its threshold, and the table's where it differs.

use std::fmt::Write;

use anyhow::Context;
use plumbline_documents::{Gate, RefitInForce, TABLE_VERSION, Thresholds};
use plumbline_domain::work::refits::{self, Refit};

use crate::operators::qc::Session;

/// Prints the thresholds in force.
pub async fn print(session: &Session) -> anyhow::Result<()> {
    let refit = refits::in_force(&mut session.scope().await?).await?;
    println!("{}", session.name());
    print!("{}", text(refit.as_ref())?);
    Ok(())
}

fn text(refit: Option<&Refit>) -> anyhow::Result<String> {
    let document = refit.map(|refit| refit.document().context("The refit in force is damaged"));
    let document = document.transpose()?;
    let in_force = document.as_ref().filter(|one| !is_ignored(one));
    let thresholds = in_force.map(|one| Thresholds::restored(&one.bounds));
    let thresholds = thresholds.unwrap_or_default();
    let mut text = String::new();
    writeln!(text, "{}\n", heading(refit, document.as_ref()))?;
    // The size's threshold is the original, not a number of the table.
    for gate in Gate::ALL.into_iter().filter(|&gate| gate != Gate::Size) {
        writeln!(text, "{}", line(gate, &thresholds))?;
    }
    Ok(text)
}

/// A refit of another table has no effect.
fn is_ignored(refit: &RefitInForce) -> bool {
    refit.table_version != TABLE_VERSION
}

fn heading(refit: Option<&Refit>, document: Option<&RefitInForce>) -> String {
    let (Some(refit), Some(document)) = (refit, document) else {
        return format!("Photos are judged by table {TABLE_VERSION} as it is.");
    };
    let (id, decisions, at) = (refit.id, refit.decisions, refit.adopted_at);
    if is_ignored(document) {
        let made_for = document.table_version;
        return format!(
            "Refit {id} was made for table {made_for} and is ignored: photos are judged by table {TABLE_VERSION}."
        );
    }
    let (date, hour, minute) = (at.date(), at.hour(), at.minute());
    format!(
        "Photos are judged by refit {id} of table {TABLE_VERSION}, from {decisions} decisions, since {date} {hour:02}:{minute:02} UTC."
    )
}

fn line(gate: Gate, thresholds: &Thresholds) -> String {
    let (ours, table) = (thresholds.of(gate), Thresholds::default().of(gate));
    // Refits have more decimals than anybody reads.
    let fail = (ours.fail * 1e4).round() / 1e4;
    let side = if gate.is_floor() { "below" } else { "above" };
    let moved = match ours.fail == table.fail {
        true => String::new(),
        false => format!(" (table {})", table.fail),
    };
    let review = ours.review.map_or_else(String::new, |review| {
        format!("; a person looks {side} {review}")
    });
    let name = gate.as_str();
    format!("  {name:<16} fails {side} {fail}{moved}{review}")
}
