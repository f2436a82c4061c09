//! The rules of the house, checked on its sources.

mod arrows;
mod crates;
mod habits;
mod layers;
mod pages;
mod sizes;
mod sources;
mod sql;
mod summaries;
mod words;

/// Where a rule does not hold yet: its name, and how the paths or names begin.
const PLANNED: &[(&str, &str)] = &[];

fn is_planned(rule: &str, subject: &str) -> bool {
    let mut planned = PLANNED.iter();
    planned.any(|(name, beginning)| *name == rule && subject.starts_with(beginning))
}
