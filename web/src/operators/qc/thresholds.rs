//! `qc thresholds`: the thresholds that photos are judged by.

use plumbline_documents::{Gate, TABLE_VERSION, Thresholds};
use plumbline_domain::work::refits::{self, Refit};

use crate::operators::session::Session;

/// Prints every gate with its threshold, and the table's where it differs.
pub async fn print(session: &Session) -> anyhow::Result<()> {
    let refit = refits::in_force(&mut session.scope().await?).await?;
    let thresholds = refit
        .as_ref()
        .and_then(|refit| refit.document().thresholds());
    println!("{}", session.name());
    println!("{}\n", heading(refit.as_ref(), thresholds.is_some()));
    let thresholds = thresholds.unwrap_or_default();
    // The size's threshold is the original, not a number of the table.
    for gate in Gate::ALL.into_iter().filter(|&gate| gate != Gate::Size) {
        println!("{}", line(gate, &thresholds));
    }
    Ok(())
}

fn heading(refit: Option<&Refit>, has_effect: bool) -> String {
    let Some(refit) = refit else {
        return format!("Photos are judged by table {TABLE_VERSION} as it is.");
    };
    if !has_effect {
        return refit.document().ignored();
    }
    let (id, decisions, at) = (refit.id, refit.decisions, refit.adopted_at);
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
