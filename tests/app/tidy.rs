//! The rules of the house, checked on its sources.

use std::fs;
use std::path::{Path, PathBuf};

use plumbline_tests::app::root;

fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    collect(&root().join(folder), ending, &mut found);
    assert!(!found.is_empty(), "no {ending} in {folder}: has it moved?");
    found
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                collect(&path, ending, found);
            }
        } else if path.extension().is_some_and(|known| known == ending) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

/// What a crate's own manifest says it needs, without what its tests need.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(manifest)).unwrap();
    let (_, rest) = text.split_once("[dependencies]").unwrap();
    rest.split("\n[")
        .next()
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn nobody_knows_whom_they_must_not() {
    for (manifest, must_not_know) in [
        (
            "crates/enhance/Cargo.toml",
            &[
                "tokio",
                "sqlx",
                "actix-web",
                "candle-core",
                "plumbline-domain",
                "plumbline-storage",
                "plumbline-models",
            ][..],
        ),
        (
            "models/Cargo.toml",
            &[
                "tokio",
                "sqlx",
                "actix-web",
                "ureq",
                "plumbline-domain",
                "plumbline-storage",
            ],
        ),
        (
            "crates/storage/Cargo.toml",
            &[
                "sqlx",
                "actix-web",
                "plumbline-domain",
                "plumbline-enhance",
                "turbojpeg",
            ],
        ),
        (
            "crates/domain/Cargo.toml",
            &[
                "actix-web",
                "askama",
                "plumbline-storage",
                "plumbline-enhance",
            ],
        ),
        (
            "web/Cargo.toml",
            &[
                "plumbline-enhance",
                "plumbline-models",
                "plumbline-worker",
                "candle-core",
                "sqlx",
                "turbojpeg",
            ],
        ),
        (
            "worker/Cargo.toml",
            &[
                "plumbline-web",
                "plumbline-cli",
                "actix-web",
                "askama",
                "sqlx",
            ],
        ),
        (
            "crates/pipeline/Cargo.toml",
            &[
                "tokio",
                "sqlx",
                "apalis",
                "clap",
                "plumbline-domain",
                "plumbline-storage",
            ],
        ),
        (
            "crates/cli/Cargo.toml",
            &[
                "tokio",
                "sqlx",
                "apalis",
                "actix-web",
                "plumbline-domain",
                "plumbline-storage",
                "plumbline-worker",
            ],
        ),
    ] {
        for dependency in dependencies(manifest) {
            assert!(
                !must_not_know.contains(&dependency.as_str()),
                "{manifest} knows {dependency}"
            );
        }
    }
}

#[test]
fn sql_is_spoken_only_in_the_domain() {
    for folder in [
        "web/src",
        "worker/src",
        "crates/cli/src",
        "crates/enhance/src",
        "crates/pipeline/src",
        "crates/storage/src",
    ] {
        for (path, text) in files(folder, "rs") {
            assert!(
                !text.contains("sqlx::query"),
                "{} holds SQL",
                path.display()
            );
        }
    }
}

#[test]
fn every_statement_on_an_organizations_rows_names_the_organization() {
    // These run before there is a scope, to find out who is asking.
    let at_the_door = [
        "accounts.rs",
        "sessions.rs",
        "sign_in_links.rs",
        "db.rs",
        "queue.rs",
    ];
    let tables = [
        "shoots",
        "photos",
        "attempts",
        "renditions",
        "reviews",
        "galleries",
        "jobs",
        "refits",
        "skies",
        "overrides",
    ];
    let mut seen = 0;
    for (path, text) in files("crates/domain/src", "rs") {
        if at_the_door.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        for statement in text.split("sqlx::query").skip(1) {
            let statement = statement.split(".fetch").next().unwrap_or(statement);
            let statement = statement.split(".execute").next().unwrap_or(statement);
            let touches = |table: &&str| {
                ["from", "into", "update", "join"]
                    .iter()
                    .any(|verb| statement.contains(&format!("{verb} {table}")))
            };
            if tables.iter().any(touches) {
                seen += 1;
                assert!(
                    statement.contains("organization_id"),
                    "{}: {statement}",
                    path.display()
                );
            }
        }
    }
    assert!(seen > 20, "only {seen} statements were looked at");
}

#[test]
fn no_page_speaks_as_an_operator() {
    for room in ["http", "pages", "uploads", "downloads", "live"] {
        for (path, text) in files(&format!("web/src/{room}"), "rs") {
            assert!(!text.contains("operators::"), "{} does", path.display());
        }
    }
}

#[test]
fn templates_take_their_urls_from_one_place_and_escape_everything() {
    for (path, text) in files("templates", "html") {
        for literal in ["href=\"/", "action=\"/", "src=\"/"] {
            assert!(!text.contains(literal), "{} spells a URL", path.display());
        }
        assert!(
            !text.contains("|safe"),
            "{} does not escape",
            path.display()
        );
        assert!(
            !text.contains("style=\""),
            "{} has inline style",
            path.display()
        );
        assert!(
            !text.contains("<script>"),
            "{} has inline script",
            path.display()
        );
    }
}

#[test]
fn no_test_sleeps() {
    for folder in ["tests/app", "tests/cli", "tests/worker", "tests/browser"] {
        for (path, text) in files(folder, "rs") {
            let calls = ["time::sleep", "thread::sleep"].map(|name| format!("{name}("));
            for call in calls {
                assert!(!text.contains(&call), "{} sleeps", path.display());
            }
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    for folder in ["web/src", "worker/src", "crates", "tests/src", "static/js"] {
        let ending = if folder == "static/js" { "js" } else { "rs" };
        for (path, text) in files(folder, ending) {
            for word in ["TODO", "FIXME", "XXX"] {
                assert!(!text.contains(word), "{} says {word}", path.display());
            }
        }
    }
}

#[test]
fn a_file_holds_one_idea() {
    for folder in ["web/src", "worker/src", "crates"] {
        for (path, text) in files(folder, "rs") {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = code.lines().count();
            assert!(lines <= 400, "{} has {lines} lines", path.display());
        }
    }
}
