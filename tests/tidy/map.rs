//! The table of who may know whom, as `ARCHITECTURE.md` shows it to people: it agrees with the one
//! that is checked (`crates.rs`), which may be stricter about crates that are not ours.

use std::collections::BTreeSet;
use std::fs;

use plumbline_tests::app::root;

use super::arrows::{NEVER_SHIPPED, imports};
use super::crates::{CRATES, Crate};

/// Words of the column of what a crate must never know, and the crates that they stand for.
const KNOWLEDGE: [(&str, &[&str]); 13] = [
    ("async", &["tokio"]),
    ("SQL", &["sqlx"]),
    ("the queue", &["apalis"]),
    ("HTTP", &["actix-web", "ureq"]),
    ("HTTP handlers", &["actix-web"]),
    ("templates", &["askama"]),
    ("pixels", &["turbojpeg"]),
    (
        "networks",
        &["candle-core", "plumbline-nn", "plumbline-models"],
    ),
    // Not in any crate: `clippy.toml` bans the calls.
    ("files", &[]),
    ("files of photos", &[]),
    ("clocks", &[]),
    ("the time of day", &[]),
    ("the environment", &[]),
];

/// Below the drawing it says who knows these.
const EVERYBODYS: [&str; 2] = ["plumbline-documents", "plumbline-settings"];

/// A row of the table.
struct Row {
    name: String,
    may: String,
    never: String,
}

#[test]
fn the_map_and_the_table_say_the_same() {
    let rows = rows();
    let on_map: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(on_map, CRATES.iter().map(|one| one.name).collect());
    for (row, table) in pairs(&rows) {
        if row.never.starts_with("everything else") {
            let may = row.may.split([';', ':']).next().unwrap_or_default();
            assert_eq!(set(may.split(", ")), set(table.only.iter()), "{}", row.name);
        } else {
            let never = [table.never, table.not_itself].concat();
            assert_eq!(
                disagreement(&never_known(row), &set(never)),
                [""; 0],
                "{}",
                row.name
            );
        }
    }
}

#[test]
fn the_map_shows_every_arrow() {
    let rows = rows();
    for (row, table) in pairs(&rows).filter(|(row, _)| row.may != "everybody") {
        let mut may = quoted(&row.may);
        if row.may.contains("`pipeline` and below") {
            let pipeline = rows.iter().find(|row| row.name == "plumbline-pipeline");
            may.extend(quoted(&pipeline.expect("the pipeline has a row").may));
        }
        let hidden = imports(table.name);
        let hidden = hidden.iter().filter(|name| name.starts_with("plumbline-"));
        let hidden: Vec<_> = hidden
            .filter(|name| !may.contains(*name) && !EVERYBODYS.contains(&name.as_str()))
            .collect();
        assert_eq!(hidden, [""; 0], "{}", row.name);
    }
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let head = "| crate | may import | must never know |\n|---|---|---|\n";
    let (_, table) = text.split_once(head).expect("the table has this head");
    let lines = table.lines().take_while(|line| line.starts_with('|'));
    lines.map(row).collect()
}

fn row(line: &str) -> Row {
    let columns: Vec<&str> = line.split('|').map(str::trim).collect();
    let folder = columns[1].trim_matches('`');
    Row {
        name: ours(folder.rsplit('/').next().unwrap_or_default()),
        may: columns[2].to_owned(),
        never: columns[3].to_owned(),
    }
}

fn pairs(rows: &[Row]) -> impl Iterator<Item = (&Row, &Crate)> {
    let row = |table: &Crate| rows.iter().find(|row| row.name == table.name);
    CRATES
        .iter()
        .filter_map(move |table| Some((row(table)?, table)))
}

/// The crates that a row says must never be known.
fn never_known(row: &Row) -> BTreeSet<String> {
    let never = row.never.replace(", but through `domain`", "");
    let never = never.replace(" and ", ", ");
    let phrases = never.split([',', ';']).map(str::trim);
    phrases
        .flat_map(|phrase| crates(phrase, &row.name))
        .collect()
}

fn crates(phrase: &str, of: &str) -> Vec<String> {
    if phrase == "every other crate of ours" {
        let ours = CRATES.iter().map(|one| one.name.to_owned());
        return ours
            .filter(|name| name != of && !NEVER_SHIPPED.contains(&name.as_str()))
            .collect();
    }
    if phrase.is_empty() || phrase.starts_with('`') {
        return quoted(phrase).into_iter().collect();
    }
    let known = KNOWLEDGE.iter().find(|(word, _)| *word == phrase);
    let (_, crates) = known.unwrap_or_else(|| panic!("{of}: which crates are \"{phrase}\"?"));
    crates.iter().map(|name| (*name).to_owned()).collect()
}

/// Refusals that only the map has, and refusals of our own crates that only the table has.
fn disagreement(map: &BTreeSet<String>, table: &BTreeSet<String>) -> Vec<String> {
    let of_map = map
        .difference(table)
        .map(|name| format!("{name} on the map"));
    let of_table = table
        .difference(map)
        .filter(|name| name.starts_with("plumbline-"));
    of_map
        .chain(of_table.map(|name| format!("{name} in the table")))
        .collect()
}

/// The crates of ours in backticks.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(ours).collect()
}

fn ours(name: &str) -> String {
    format!("plumbline-{name}")
}

fn set(names: impl IntoIterator<Item = impl ToString>) -> BTreeSet<String> {
    names.into_iter().map(|name| name.to_string()).collect()
}

#[test]
fn a_row_is_read_and_compared() {
    let row = row("| `crates/a` | `b`, c | `d`; SQL and the queue, but through `domain`, clocks |");
    assert_eq!(row.name, "plumbline-a");
    let never = never_known(&row);
    assert_eq!(never, set(["plumbline-d", "sqlx", "apalis"]));
    assert_eq!(quoted(&row.may), set(["plumbline-b"]));
    let table = set(["sqlx", "apalis", "tokio", "plumbline-e"]);
    assert_eq!(
        disagreement(&never, &table),
        ["plumbline-d on the map", "plumbline-e in the table"]
    );
}
