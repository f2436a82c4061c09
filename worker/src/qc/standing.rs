//! `qc thresholds` and `qc reset`: what is in force, and back to the table.

use std::fmt::Write;

use plumbline_documents::{Gate, TABLE_VERSION, Thresholds};
use plumbline_domain::work::refits::{self, Refit};

use crate::qc::Desk;
use crate::standard::{Standard, ignored};

/// Every gate with its threshold, and the table's where it differs.
pub async fn tell(desk: &Desk) -> anyhow::Result<String> {
    let refit = refits::in_force(&mut desk.scope().await?).await?;
    let standard = Standard::of(refit.as_ref());
    let mut said = String::new();
    writeln!(said, "{}", desk.whose())?;
    writeln!(said, "{}\n", since(refit.as_ref(), &standard))?;
    // The size's threshold is the original, not a number of the table.
    for gate in Gate::ALL.into_iter().filter(|&gate| gate != Gate::Size) {
        writeln!(said, "{}", line(gate, &standard.thresholds))?;
    }
    Ok(said)
}

/// Whatever was in force, the table is.
pub async fn reset(desk: &Desk) -> anyhow::Result<String> {
    let mut scope = desk.scope().await?;
    let in_force = refits::in_force(&mut scope).await?;
    let withdrawn = match in_force {
        Some(refit) => refits::withdraw(&mut scope, refit.id).await?,
        None => false,
    };
    let _saved = scope.commit().await?;
    Ok(match withdrawn {
        true => format!("Photos are judged by table {TABLE_VERSION} again, from now on.\n"),
        false => format!("Nothing was changed: table {TABLE_VERSION} was in force already.\n"),
    })
}

fn since(refit: Option<&Refit>, standard: &Standard) -> String {
    let Some(refit) = refit else {
        return format!("Photos are judged by table {TABLE_VERSION} as it is.");
    };
    if standard.refit.is_none() {
        return ignored(refit);
    }
    let (id, decisions, at) = (refit.id, refit.decisions, refit.adopted_at);
    let (date, hour, minute) = (at.date(), at.hour(), at.minute());
    format!(
        "Photos are judged by refit {id} of table {TABLE_VERSION}, from {decisions} decisions, since {date} {hour:02}:{minute:02} UTC."
    )
}

fn line(gate: Gate, thresholds: &Thresholds) -> String {
    let (ours, table) = (thresholds.of(gate), Thresholds::default().of(gate));
    // Where a refit put it has more decimals than anybody reads.
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
