//! `qc thresholds`: the thresholds that photos are judged by.

use anyhow::Context;
use plumbline_documents::{Gate, TABLE_VERSION, Thresholds};
use plumbline_domain::work::refits::{self, Refit};

use crate::operators::qc::Session;

/// Prints every gate with its threshold, and the table's where it differs.
pub async fn print(session: &Session) -> anyhow::Result<()> {
    let refit = refits::in_force(&mut session.scope().await?).await?;
    println!("{}", session.name());
    println!("{}\n", heading(refit.as_ref()));
    let thresholds = in_force(refit.as_ref())?;
    // The size's threshold is the original, not a number of the table.
    for gate in Gate::ALL.into_iter().filter(|&gate| gate != Gate::Size) {
        println!("{}", line(gate, &thresholds));
    }
    Ok(())
}

/// A refit of another table is ignored: the numbers of its gates mean something else now.
fn in_force(refit: Option<&Refit>) -> anyhow::Result<Thresholds> {
    let Some(refit) = refit.filter(|refit| is_of_this_table(refit)) else {
        return Ok(Thresholds::default());
    };
    let bounds = serde_json::from_value(refit.bounds.clone());
    let bounds = bounds.context("The refit in force is damaged")?;
    Ok(Thresholds::restored(&bounds))
}

fn is_of_this_table(refit: &Refit) -> bool {
    u32::try_from(refit.table_version) == Ok(TABLE_VERSION)
}

fn heading(refit: Option<&Refit>) -> String {
    let Some(refit) = refit else {
        return format!("Photos are judged by table {TABLE_VERSION} as it is.");
    };
    let (id, made_for) = (refit.id, refit.table_version);
    if !is_of_this_table(refit) {
        return format!(
            "Refit {id} was made for table {made_for} and is ignored: photos are judged by table {TABLE_VERSION}."
        );
    }
    let (decisions, at) = (refit.decisions, refit.adopted_at);
    let (date, hour, minute) = (at.date(), at.hour(), at.minute());
    format!(
        "Photos are judged by refit {id} of table {TABLE_VERSION}, from {decisions} decisions, since {date} {hour:02}:{minute:02} UTC."
    )
}

fn line(gate: Gate, thresholds: &Thresholds) -> String {
    let (ours, table) = (thresholds.of(gate), Thresholds::default().of(gate));
    // A refit has more decimals than anybody reads.
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
