//! Prints medians over the runs: our stages with their floors, and ours beside a peer's.

use crate::bench::stages::{Run, Stage};

const STAGES: [&str; 6] = [
    "decode",
    "measure",
    "correct",
    "check",
    "ciede2000",
    "encode",
];
const MB: f64 = 1e6;

/// Stage by stage with one thread, and the wall time with all.
pub fn ours(one: &[Run], all: &[Run], threads: usize, bandwidth: f64) {
    println!(
        "\nours: medians of {} runs; CPU, memory and floor with 1 thread",
        one.len()
    );
    println!(
        "{:<12}{:>8}{:>8}{:>8}{:>8}{:>8}{:>7}{:>9}{:>9}{:>10}",
        "stage",
        "CPU s",
        "user",
        "sys",
        "wall s",
        format!("wall/{threads}"),
        "ratio",
        "peak MB",
        "floor s",
        "of floor"
    );
    for name in STAGES.iter().filter(|name| one[0].named(name).is_some()) {
        let pick = |runs: &[Run], value: fn(&Stage) -> f64| {
            median(runs, |run| run.named(name).map_or(0.0, value))
        };
        let floor = pick(one, |stage| stage.moved_bytes as f64) / bandwidth;
        let wall = pick(one, |stage| stage.wall_s);
        line(
            name,
            [
                pick(one, Stage::cpu_s),
                pick(one, |s| s.user_s),
                pick(one, |s| s.sys_s),
            ],
            [wall, pick(all, |stage| stage.wall_s)],
            pick(one, |stage| stage.peak_bytes as f64),
            floor / wall.max(1e-9),
            floor,
        );
    }
    let sum = |runs: &[Run], value: fn(&Stage) -> f64| median(runs, |run| run.total(value));
    let floor = sum(one, |stage| stage.moved_bytes as f64) / bandwidth;
    let wall = sum(one, |stage| stage.wall_s);
    line(
        "total",
        [
            sum(one, Stage::cpu_s),
            sum(one, |s| s.user_s),
            sum(one, |s| s.sys_s),
        ],
        [wall, sum(all, |stage| stage.wall_s)],
        median(one, |run| run.peak_bytes() as f64),
        floor / wall.max(1e-9),
        floor,
    );
    println!(
        "spread of total CPU s: 1 thread {}; {threads} threads {}",
        spread(one),
        spread(all)
    );
    println!(
        "peak MB with {threads} threads: {:.0}",
        median(all, |run| run.peak_bytes() as f64) / MB
    );
}

fn line(name: &str, cpu: [f64; 3], [wall, wall_all]: [f64; 2], peak: f64, share: f64, floor: f64) {
    println!(
        "{name:<12}{:>8.3}{:>8.3}{:>8.3}{wall:>8.3}{wall_all:>8.3}{:>7.2}{:>9.0}{floor:>9.4}{:>8.1} %",
        cpu[0],
        cpu[1],
        cpu[2],
        wall_all / wall.max(1e-9),
        peak / MB,
        share * 100.0
    );
}

/// Our path beside the same one decoded in its own process: the cost of a decoder without keys.
pub fn sandbox(apart: &[Run], here: &[Run]) {
    let cpu = |runs: &[Run]| median(runs, |run| run.total(Stage::cpu_s));
    let peak = |runs: &[Run]| median(runs, |run| run.peak_bytes() as f64) / MB;
    println!(
        "decoded in this process instead of one without keys: {:.3} CPU s (apart: {:+.1} %), peak {:.0} MB (apart: {:+.1} MB)",
        cpu(here),
        (cpu(apart) / cpu(here).max(1e-9) - 1.0) * 100.0,
        peak(here),
        peak(apart) - peak(here)
    );
}

/// Ours beside a peer's, one thread each.
pub fn beside(ours: &[Run], ours_all: &[Run], theirs: &[Run], theirs_all: &[Run]) {
    println!(
        "\nbeside {}: medians, 1 thread each; ratios are theirs / ours",
        theirs[0].peer
    );
    println!(
        "{:<12}{:>9}{:>9}{:>8}{:>9}{:>9}{:>8}{:>9}{:>9}{:>8}",
        "stage",
        "CPU s",
        "theirs",
        "ratio",
        "user",
        "theirs",
        "ratio",
        "peak MB",
        "theirs",
        "ratio"
    );
    for name in STAGES {
        let pick = |runs: &[Run], value: fn(&Stage) -> f64| {
            median(runs, |run| run.named(name).map_or(f64::NAN, value))
        };
        let both = |value: fn(&Stage) -> f64| [pick(ours, value), pick(theirs, value)];
        pairs(
            name,
            both(Stage::cpu_s),
            both(|s| s.user_s),
            both(|s| s.peak_bytes as f64),
        );
    }
    let sum = |runs: &[Run], value: fn(&Stage) -> f64| median(runs, |run| run.total(value));
    let both = |value: fn(&Stage) -> f64| [sum(ours, value), sum(theirs, value)];
    let peaks = [ours, theirs].map(|runs| median(runs, |run| run.peak_bytes() as f64));
    pairs("total", both(Stage::cpu_s), both(|s| s.user_s), peaks);
    let rest = |runs: &[Run], value: fn(&Stage) -> f64| {
        median(runs, |run| {
            run.total(value) - run.named("ciede2000").map_or(0.0, value)
        })
    };
    let both = |value: fn(&Stage) -> f64| [rest(ours, value), rest(theirs, value)];
    pairs("- CIEDE2000", both(Stage::cpu_s), both(|s| s.user_s), peaks);
    if ours[0].named("ciede2000").is_none() {
        println!("(theirs without CIEDE2000, ours with whatever of it is in \"check\")");
    }
    let ratios: Vec<f64> = ours
        .iter()
        .zip(theirs)
        .map(|(o, t)| t.total(Stage::cpu_s) / o.total(Stage::cpu_s))
        .collect();
    let (low, high) = range(&ratios);
    println!(
        "run by run the ratio of CPU was {low:.2} to {high:.2}; theirs took {} CPU s",
        spread(theirs)
    );
    println!(
        "wall s with all threads: ours {:.2}, theirs {:.2}; peak MB {:.0}, {:.0}",
        sum(ours_all, |s| s.wall_s),
        sum(theirs_all, |s| s.wall_s),
        median(ours_all, |run| run.peak_bytes() as f64) / MB,
        median(theirs_all, |run| run.peak_bytes() as f64) / MB
    );
}

fn pairs(name: &str, cpu: [f64; 2], user: [f64; 2], peak: [f64; 2]) {
    // A stage that had nothing to do has no ratio.
    let ratio = |[ours, theirs]: [f64; 2]| if ours < 1e-3 { f64::NAN } else { theirs / ours };
    let row = format!(
        "{name:<12}{:>9.3}{:>9.3}{:>8.2}{:>9.3}{:>9.3}{:>8.2}{:>9.0}{:>9.0}{:>8.2}",
        cpu[0],
        cpu[1],
        ratio(cpu),
        user[0],
        user[1],
        ratio(user),
        peak[0] / MB,
        peak[1] / MB,
        ratio(peak)
    );
    println!("{}", row.replace("NaN", "  -"));
}

fn spread(runs: &[Run]) -> String {
    let totals: Vec<f64> = runs.iter().map(|run| run.total(Stage::cpu_s)).collect();
    let (low, high) = range(&totals);
    format!("{low:.2} to {high:.2}")
}

fn range(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::MAX, f64::min);
    (low, values.iter().copied().fold(f64::MIN, f64::max))
}

/// Median of the runs' values.
pub fn median(runs: &[Run], value: impl Fn(&Run) -> f64) -> f64 {
    median_of(runs.iter().map(value).collect())
}

/// The mean of the middle two of an even number. Of none there is no median.
pub fn median_of(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        let run = |size_bytes| Run {
            size_bytes,
            ..Run::default()
        };
        let runs = [run(9), run(1), run(4), run(2)];
        assert_eq!(median(&runs, |run| run.size_bytes as f64), 3.0);
        assert_eq!(median(&runs[..3], |run| run.size_bytes as f64), 4.0);
    }
}
