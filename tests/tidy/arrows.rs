//! Crates know only whom they may know, however many others stand between: read from `cargo tree`,
//! which sees the features that a crate is built with, and not from manifests alone.

use std::collections::BTreeSet;
use std::process::Command;

use plumbline_tests::app::root;
use serde_json::Value;

use super::crates::{ANY, CRATES, Crate};

/// For tests and benchmarks: in nothing that ships.
pub const NEVER_SHIPPED: [&str; 4] = [
    "criterion",
    "proptest",
    "plumbline-fixtures",
    "plumbline-tests",
];

#[test]
fn crates_know_only_whom_they_may_know() {
    let members = members();
    for member in CRATES
        .iter()
        .filter(|one| members.contains(&one.name.to_owned()))
    {
        // A feature may bring more than the short list, and nothing that is forbidden.
        let unlisted = Crate {
            only: &[],
            ..*member
        };
        let mut refused = offences(&unlisted, &tree(member.name, &["--all-features"]));
        if !member.only.is_empty() {
            refused.extend(offences(member, &tree(member.name, &[])));
        }
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    }
}

/// The crates that a crate's manifest names for itself, with all its features.
pub fn imports(name: &str) -> BTreeSet<String> {
    let tree = tree(name, &["--all-features"]);
    let own = chains(&tree).into_iter().filter(|chain| chain.len() == 2);
    own.map(|chain| chain[1].to_owned()).collect()
}

#[test]
fn every_crate_has_its_row() {
    let members = members();
    for name in &members {
        let has_row = CRATES.iter().any(|one| one.name == name);
        assert!(
            has_row,
            "{name} has no row in the table of who may know whom"
        );
    }
    for one in &CRATES {
        let stands = members.contains(&one.name.to_owned());
        assert!(
            stands,
            "{} has a row and is no crate of the workspace",
            one.name
        );
    }
}

fn offences(member: &Crate, tree: &str) -> Vec<String> {
    let mut found = Vec::new();
    for chain in chains(tree) {
        let (last, is_own) = (chain[chain.len() - 1], chain.len() == 2);
        let is_shipped = member.name != "plumbline-tests";
        let is_refused = member.never.contains(&last)
            || is_shipped && NEVER_SHIPPED.contains(&last)
            || is_own && member.not_itself.contains(&last)
            || is_own && !member.only.is_empty() && !member.only.contains(&last);
        if is_refused {
            found.push(format!("must not know: {}", chain.join(" → ")));
        }
    }
    found
}

/// Every crate below the first one of a tree, with those between. Lines are a depth and a name.
fn chains(tree: &str) -> Vec<Vec<&str>> {
    let mut chain = Vec::new();
    let mut chains = Vec::new();
    for line in tree.lines() {
        let digits = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        let (depth, rest) = line.split_at(digits);
        chain.truncate(depth.parse().unwrap());
        chain.push(rest.split(' ').next().unwrap_or_default());
        if chain.len() > 1 {
            chains.push(chain.clone());
        }
    }
    chains
}

fn tree(name: &str, features: &[&str]) -> String {
    let mut arguments = vec!["tree", "--offline", "--locked", "--package", name];
    arguments.extend(["--edges", "normal", "--prefix", "depth", "--format", "{p}"]);
    arguments.extend(features);
    cargo(&arguments)
}

fn members() -> Vec<String> {
    let text = cargo(&[
        "metadata",
        "--offline",
        "--no-deps",
        "--format-version",
        "1",
    ]);
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |package: &Value| package["name"].as_str().unwrap().to_owned();
    packages.iter().map(name).collect()
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var("CARGO").unwrap_or("cargo".to_owned());
    let done = Command::new(cargo)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        done.status.success(),
        "cargo {}: {said}",
        arguments.join(" ")
    );
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn a_forbidden_crate_is_found_behind_others() {
    let member = Crate {
        name: "web",
        never: &["pixels"],
        not_itself: &["sql"],
        ..ANY
    };
    let tree = "0web v1\n1domain v1 (/x)\n2sql v2\n1codec v1\n2pixels v3 (*)\n1sql v2 (*)\n";
    let found = offences(&member, tree);
    assert_eq!(
        found,
        [
            "must not know: web → codec → pixels",
            "must not know: web → sql"
        ]
    );
}

#[test]
fn a_crate_with_a_short_list_knows_nobody_else() {
    let member = Crate {
        name: "leaf",
        only: &["serde"],
        ..ANY
    };
    let found = offences(&member, "0leaf v1\n1serde v1\n2serde_core v1\n1sql v2\n");
    assert_eq!(found, ["must not know: leaf → sql"]);
}
