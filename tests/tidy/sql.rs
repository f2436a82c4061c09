//! SQL is spoken in the domain alone, and names the organization whose rows it touches.

use super::sources::{code, files, is_of_word, rust};

/// Files of tests that look past the domain, each with its reason.
const TESTS: [(&str, &str); 10] = [
    ("tests/src/app.rs", "waits until no job is left"),
    ("tests/src/by_hand.rs", "makes rows that no page can make"),
    ("tests/src/database.rs", "makes a database for each test"),
    (
        "tests/src/house.rs",
        "reads rows as the database holds them",
    ),
    ("tests/src/rows.rs", "reads rows as the database holds them"),
    (
        "tests/app/previous_release.rs",
        "speaks as the release before",
    ),
    ("tests/app/tenancy.rs", "tries the database's own rules"),
    ("tests/worker/panics.rs", "moves the queue's clock"),
    ("tests/worker/queue.rs", "spoils the queue's rows"),
    ("tests/worker/twice.rs", "compares every row there is"),
];

/// Whatever takes SQL as a string: sqlx's functions and macros, under any path.
const SPEAKERS: [&str; 15] = [
    "query",
    "query_as",
    "query_scalar",
    "query_with",
    "query_as_with",
    "query_scalar_with",
    "query_unchecked",
    "query_as_unchecked",
    "query_scalar_unchecked",
    "query_file",
    "query_file_as",
    "query_file_scalar",
    "raw_sql",
    "migrate",
    "QueryBuilder",
];

#[test]
fn sql_is_spoken_only_in_the_domain() {
    let mut offences = Vec::new();
    for source in rust() {
        let is_allowed = source.path.starts_with("crates/domain/")
            || TESTS.iter().any(|(path, _)| source.path == *path);
        if let Some(word) = spoken(&source.text).filter(|_| !is_allowed) {
            offences.push(format!("{} speaks SQL: {word}", source.path));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// The first of the words that is used as a macro, or as something of sqlx's.
fn spoken(text: &str) -> Option<&'static str> {
    let code = code(text);
    let is_spoken = |word: &&str| {
        let mut places = code.match_indices(*word);
        places.any(|(at, _)| is_a_word(&code, at, word) && is_sqlx(&code, at, word))
    };
    SPEAKERS.into_iter().find(is_spoken)
}

fn is_a_word(code: &str, at: usize, word: &str) -> bool {
    !code[..at].ends_with(is_of_word) && !code[at + word.len()..].starts_with(is_of_word)
}

/// A macro's call, a path that begins with `sqlx::`, or part of a list that does.
fn is_sqlx(code: &str, at: usize, word: &str) -> bool {
    let before = code[..at].trim_end_matches(|c: char| is_of_word(c) || ":{, \n".contains(c));
    let path = &code[before.len()..at];
    code[at + word.len()..].starts_with('!') || path.contains("sqlx::")
}

#[test]
fn every_statement_on_an_organizations_rows_names_the_organization() {
    // These run before there is a scope, to find out who is asking.
    let at_the_door = [
        "/accounts.rs",
        "/sessions.rs",
        "/sign_in_links.rs",
        "/db.rs",
        "/queue.rs",
    ];
    let mut seen = 0;
    for source in files("crates/domain/src", "rs") {
        if at_the_door.iter().any(|name| source.path.ends_with(name)) {
            continue;
        }
        for statement in statements(&source.text).filter(|one| touches_an_organizations_rows(one)) {
            seen += 1;
            let is_named = statement.contains("organization_id");
            assert!(is_named, "{}: {statement}", source.path);
        }
    }
    assert!(seen > 20, "only {seen} statements were looked at");
}

fn statements(text: &str) -> impl Iterator<Item = &str> {
    let end = |statement: &str| {
        let ends = [".fetch", ".execute"].map(|verb| statement.find(verb));
        ends.into_iter().flatten().min().unwrap_or(statement.len())
    };
    let parts = text.split("sqlx::query").skip(1);
    parts.map(move |statement| &statement[..end(statement)])
}

fn touches_an_organizations_rows(statement: &str) -> bool {
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
    let verbs = ["from", "into", "update", "join"];
    let mut pairs = tables
        .iter()
        .flat_map(|table| verbs.map(|verb| format!("{verb} {table}")));
    pairs.any(|pair| statement.contains(&pair))
}

#[test]
fn sql_is_found_in_any_words() {
    let found = [
        "sqlx::query(\"select 1\")",
        "query_as!(Row, \"select 1\")",
        "sqlx::raw_sql(\"select 1\")",
        "use sqlx::{PgPool, QueryBuilder};",
        "use sqlx::postgres::{PgPool, types::X}; use sqlx::{\n    migrate,\n};",
        "static M: Migrator = sqlx::migrate!();",
        "sqlx::query_file!(\"a.sql\")",
    ];
    for text in found {
        assert!(spoken(text).is_some(), "{text}");
    }
    for text in [
        "url.query()",
        "let query = 1;",
        "// sqlx::query(",
        "\"sqlx::query\"",
        "my_query!()",
    ] {
        assert_eq!(spoken(text), None, "{text}");
    }
}
