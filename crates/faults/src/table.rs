//! The printed table: each kind and strength, then the totals, every share with its interval.

use plumbline_documents::Gate;

use crate::cases::Aim;
use crate::damages::Promise;
use crate::interval::wilson;
use crate::judged::Judged;
use crate::looks::Strength;

/// Markdown of all pairs.
pub fn markdown(judged: &[Judged]) -> String {
    let mut text = String::new();
    for has_plan in [false, true] {
        let of: Vec<&Judged> = judged.iter().filter(|j| j.has_plan == has_plan).collect();
        if of.is_empty() {
            continue;
        }
        let title = if has_plan {
            "With the plan"
        } else {
            "Without a plan"
        };
        text += &format!("### {title}\n\n{}\n{}\n", totals(&of), rows(&of));
    }
    text
}

/// The promises, and all wanted looks.
fn totals(judged: &[&Judged]) -> String {
    let mut text = "| promise | pairs | held | 95 % interval |\n|---|---:|---:|---|\n".to_owned();
    let aims = [("wanted (false alarms)", Aim::Wanted)];
    let promises = Promise::ALL.map(|promise| (promise.as_str(), Aim::Caught(promise)));
    for (name, aim) in aims.into_iter().chain(promises) {
        let of: Vec<&&Judged> = judged.iter().filter(|j| j.aim == aim).collect();
        if of.iter().any(|j| j.report.is_some()) {
            text += &format!("| {name} | {} |\n", counted(&of));
        }
    }
    text
}

/// One row for each kind and strength, in the order of the list. Damages have no strength, and count
/// over all copies that they were planted into.
fn rows(judged: &[&Judged]) -> String {
    let head = "| kind | strength or copy | promise | pairs | held | 95 % interval | without | held by |\n\
                |---|---|---|---:|---:|---|---:|---|\n";
    let mut text = head.to_owned();
    for row in names(judged) {
        let of: Vec<&&Judged> = judged.iter().filter(|j| name(j) == row).collect();
        let without = of.iter().filter(|j| j.report.is_none()).count();
        let without = Some(without).filter(|n| *n > 0);
        text += &format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            row.0,
            row.1,
            of[0].aim.as_str(),
            counted(&of),
            without.map_or(String::new(), |n| n.to_string()),
            held_by(&of)
        );
    }
    text
}

/// Kind, and strength or copy.
type Name = (&'static str, &'static str);

fn name(judged: &Judged) -> Name {
    let is_wanted = judged.aim == Aim::Wanted;
    (judged.kind, if is_wanted { judged.variant } else { "" })
}

/// Kinds as they come, weak before strong.
fn names(judged: &[&Judged]) -> Vec<Name> {
    let mut kinds: Vec<&str> = Vec::new();
    let mut names: Vec<Name> = Vec::new();
    for j in judged {
        if !kinds.contains(&j.kind) {
            kinds.push(j.kind);
        }
        if !names.contains(&name(j)) {
            names.push(name(j));
        }
    }
    let strength = |variant: &str| Strength::ALL.iter().position(|s| s.as_str() == variant);
    names.sort_by_key(|(kind, variant)| {
        let place = kinds.iter().position(|one| one == kind);
        (place, strength(variant))
    });
    names
}

/// Pairs, share held and its interval: three columns.
fn counted(of: &[&&Judged]) -> String {
    let all = of.iter().filter(|j| j.report.is_some()).count();
    let held = of.iter().filter(|j| j.held()).count();
    let (low, high) = wilson(held, all);
    let share = if all == 0 {
        "-".to_owned()
    } else {
        percent(held as f64 / all as f64)
    };
    format!("{all} | {share} | {} – {}", percent(low), percent(high))
}

/// The three gates that held most of a row's pairs.
fn held_by(of: &[&&Judged]) -> String {
    let held: Vec<Gate> = of
        .iter()
        .filter_map(|j| j.report.as_ref())
        .flat_map(|report| report.held().filter_map(|measure| measure.name.gate()))
        .collect();
    let count = |gate: Gate| held.iter().filter(|one| **one == gate).count();
    let mut counts: Vec<(usize, Gate)> = Gate::ALL.map(|gate| (count(gate), gate)).into();
    counts.retain(|(n, _)| *n > 0);
    counts.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    let words = counts.iter().take(3);
    let words: Vec<String> = words
        .map(|(n, gate)| format!("{} {n}", gate.as_str()))
        .collect();
    words.join(", ")
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
