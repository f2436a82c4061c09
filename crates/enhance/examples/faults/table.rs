//! The printed table.

use plumbline_documents::{Gate, MeasureVerdict, Report, Thresholds};

use crate::injected::cases::Aim;
use crate::injected::damages::Promise;
use crate::injected::judged::Judged;

/// True when a pair counts for a promise.
type Belongs = &'static dyn Fn(&Judged) -> bool;

/// Rows of cases in their order, then the promises.
pub fn print(judged: &[Judged], photos: usize) {
    println!("{photos} photos of the reporting half.\n");
    println!("| what was done | pairs | held | by |\n|---|---:|---:|---|");
    for case in cases(judged) {
        let of: Vec<&Judged> = judged.iter().filter(|j| j.case == case).collect();
        let held = of.iter().filter(|j| j.held()).count();
        println!(
            "| {case} | {} | {} | {} |",
            of.len(),
            share(held, of.len()),
            by(&of)
        );
    }
    println!("\n| promise | pairs | held |\n|---|---:|---:|");
    let promises: [(&str, Belongs); 6] = [
        ("wanted edits (false alarms)", &|j| j.aim == Aim::Wanted),
        ("structure: paste, remove, warp, blur, dots", &|j| {
            j.aim == Aim::Caught(Promise::Structure)
        }),
        ("seams of 3 %", &|j| j.aim == Aim::Caught(Promise::Seam)),
        ("casts of b* + 8", &|j| j.aim == Aim::Caught(Promise::Cast)),
        ("sky halos", &|j| j.case == "sky halo"),
        ("sky leaks", &|j| j.case == "sky leak"),
    ];
    for (name, belongs) in promises {
        let of: Vec<&Judged> = judged.iter().filter(|j| belongs(j)).collect();
        let held = of.iter().filter(|j| j.held()).count();
        println!("| {name} | {} | {} |", of.len(), share(held, of.len()));
    }
    println!("\nNot as they should be:");
    for j in judged.iter().filter(|j| j.held() == (j.aim == Aim::Wanted)) {
        let gates: Vec<String> = beyond(&j.report).collect();
        println!("- {}, {}: {}", j.case, j.photo, gates.join(", "));
    }
}

/// The worst values of the wanted edits, and those of the damages that a gate is for.
pub fn print_fit(judged: &[Judged]) {
    println!(
        "| gate | wanted: 1 % beyond | worst | threshold | damages held by it |\n|---|---:|---:|---:|---:|"
    );
    for gate in Gate::ALL {
        let mut wanted: Vec<f64> = of(judged, gate, &|j| j.aim == Aim::Wanted);
        if wanted.is_empty() {
            continue;
        }
        wanted.sort_unstable_by(f64::total_cmp);
        if gate.is_floor() {
            wanted.reverse();
        }
        let worst = wanted[wanted.len() - 1];
        let percent = wanted[wanted.len() - 1 - wanted.len() / 100];
        let limits = Thresholds::default();
        let damaged = of(judged, gate, &|j| j.aim != Aim::Wanted);
        let fails = |v: &&f64| limits.judge(gate, **v) != MeasureVerdict::Passed;
        let held = damaged.iter().filter(fails).count();
        println!(
            "| {} | {percent:.3} | {worst:.3} | {:.3} | {} |",
            gate.as_str(),
            limits.of(gate).fail,
            share(held, damaged.len())
        );
    }
}

fn of(judged: &[Judged], gate: Gate, belongs: &dyn Fn(&Judged) -> bool) -> Vec<f64> {
    let reports = judged.iter().filter(|j| belongs(j)).map(|j| &j.report);
    let values = reports.filter_map(|report| report.gate(gate));
    values.map(|measure| measure.value).collect()
}

fn cases(judged: &[Judged]) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for j in judged {
        if !names.contains(&j.case) {
            names.push(j.case);
        }
    }
    names
}

/// The three gates that held most of a case's pairs.
fn by(of: &[&Judged]) -> String {
    let count = |gate: Gate| {
        let holds = |j: &&&Judged| beyond(&j.report).any(|text| text.starts_with(gate.as_str()));
        of.iter().filter(holds).count()
    };
    let mut counts: Vec<(usize, Gate)> = Gate::ALL.map(|gate| (count(gate), gate)).into();
    counts.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    let words = counts.iter().take(3).filter(|(n, _)| *n > 0);
    let words: Vec<String> = words
        .map(|(n, gate)| format!("{} {}", gate.as_str(), share(*n, of.len())))
        .collect();
    words.join(", ")
}

/// The gates a report is held by, each with its value.
fn beyond(report: &Report) -> impl Iterator<Item = String> + '_ {
    let bad = |v| matches!(v, MeasureVerdict::Failed | MeasureVerdict::Review);
    let measures = report.measures.iter().filter(move |m| bad(m.verdict));
    measures.map(|m| format!("{} {:.3}", m.name, m.value))
}

fn share(part: usize, all: usize) -> String {
    format!("{:.1} %", 100.0 * part as f64 / all.max(1) as f64)
}
