//! SQL is spoken in the domain alone, and names the organization whose rows it touches.

use std::ops::Range;

use super::sources::{code, files, is_of_word, rust, strings};

/// Files of tests that look past the domain, each with its reason.
const TESTS: [(&str, &str); 20] = [
    ("tests/src/app.rs", "waits until no job is left"),
    ("tests/src/by_hand.rs", "makes rows that no page can make"),
    ("tests/src/database.rs", "makes a database for each test"),
    (
        "tests/src/house.rs",
        "reads rows as the database holds them",
    ),
    ("tests/src/invariants.rs", "checks every row there is"),
    ("tests/src/rows.rs", "reads rows as the database holds them"),
    (
        "tests/app/previous_release.rs",
        "speaks as the release before",
    ),
    (
        "tests/app/database/logins.rs",
        "tries the database's own rules",
    ),
    (
        "tests/app/database/logins/story.rs",
        "makes rows of two organizations",
    ),
    (
        "tests/app/database/logins/tables.rs",
        "tries every statement",
    ),
    (
        "tests/app/database/tenancy.rs",
        "tries the database's own rules",
    ),
    (
        "tests/app/database/timeouts.rs",
        "locks a table for too long",
    ),
    ("tests/app/database/tls.rs", "encrypts a server"),
    ("tests/app/database/upgrade.rs", "spoils the roles"),
    ("tests/worker/clocks.rs", "reads the queue's clock"),
    ("tests/worker/newer.rs", "orders what no release does yet"),
    ("tests/tidy/sql.rs", "shows what is found"),
    ("tests/worker/panics.rs", "moves the queue's clock"),
    ("tests/worker/queue.rs", "spoils the queue's rows"),
    ("tests/worker/twice.rs", "compares every row there is"),
];

/// What takes SQL as a string, beside all that is called `query`. Without `Executor` in scope no
/// connection has an `execute` or a `fetch_one` that does.
const SPEAKERS: [&str; 5] = ["raw_sql", "migrate", "QueryBuilder", "Executor", "prelude"];

/// What may follow `query`, as in `query_file_as_unchecked`.
const KINDS: [&str; 5] = ["as", "scalar", "with", "file", "unchecked"];

/// How a statement begins, and what must follow somewhere: sentences begin with these words, too.
const BEGINNINGS: [(&str, &str); 14] = [
    ("select", ""),
    ("insert", "into "),
    ("update", " set "),
    ("delete", "from "),
    ("with", " as ("),
    ("create", "table "),
    ("create", "database "),
    ("alter", "table "),
    ("alter", "database "),
    ("drop", "if exists "),
    ("truncate", ""),
    ("set", "local "),
    ("set", "role "),
    ("lock", "table "),
];

#[test]
fn sql_is_spoken_only_in_the_domain() {
    let mut offences = Vec::new();
    for source in rust() {
        let is_allowed = source.path.starts_with("crates/domain/")
            || TESTS.iter().any(|(path, _)| source.path == *path);
        if let Some(sql) = spoken(&source.text).filter(|_| !is_allowed) {
            offences.push(format!("{} speaks SQL: {sql}", source.path));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// The first use of something of sqlx's that takes SQL; else the first statement in a string.
fn spoken(text: &str) -> Option<&str> {
    let code = code(text);
    let mut at = 0;
    for word in code.split_inclusive(|c| !is_of_word(c)) {
        let end = at + word.trim_end_matches(|c| !is_of_word(c)).len();
        if is_speaker(&code[at..end]) && is_sqlx(&code, at..end) {
            return Some(&text[at..end]);
        }
        at += word.len();
    }
    statements(text).next()
}

fn is_speaker(word: &str) -> bool {
    let mut parts = word.split('_');
    let is_query = parts.next() == Some("query") && parts.all(|part| KINDS.contains(&part));
    is_query || SPEAKERS.contains(&word)
}

/// A macro's call, a path that begins with `sqlx::`, or part of a list that does.
fn is_sqlx(code: &str, word: Range<usize>) -> bool {
    let to_path = |c: char| is_of_word(c) || ":{, \n".contains(c);
    let before = code[..word.start].trim_end_matches(to_path);
    let path = &code[before.len()..word.start];
    code[word.end..].starts_with('!') || path.contains("sqlx::")
}

/// Strings that are SQL, wherever they stand.
fn statements(text: &str) -> impl Iterator<Item = &str> {
    strings(text).into_iter().filter(|text| is_statement(text))
}

/// A sentence's first word has one capital, a statement's none or nothing else.
fn is_statement(text: &str) -> bool {
    let Some((first, _)) = text.trim_start().split_once(char::is_whitespace) else {
        return false;
    };
    let text = plain(text);
    let is_begun = |(word, other): &(&str, &str)| {
        (first == *word || first == word.to_uppercase()) && text.contains(other)
    };
    BEGINNINGS.iter().any(is_begun)
}

/// In lower case, with one space between words.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
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
    let mut check = |path: &str, statement: &str| {
        let statement = plain(statement);
        if touches_an_organizations_rows(&statement) {
            seen += 1;
            let is_named = statement.contains("organization_id");
            assert!(is_named, "{path}: {statement}");
        }
    };
    for source in files("crates/domain/src", "rs") {
        if !at_the_door.iter().any(|name| source.path.ends_with(name)) {
            statements(&source.text).for_each(|statement| check(&source.path, statement));
        }
    }
    for query in files("crates/domain/queries", "sql") {
        check(&query.path, &query.text);
    }
    assert!(seen > 50, "only {seen} statements were looked at");
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
    let verbs = ["from", "into", "update", "join", "using"];
    let mut pairs = tables
        .iter()
        .flat_map(|table| verbs.map(|verb| format!("{verb} {table}")));
    pairs.any(|pair| statement.contains(&pair))
}

#[test]
fn sql_is_found_in_any_words() {
    for text in [
        "sqlx::query(\"select 1\")",
        "query_as!(Row, \"select 1\")",
        "sqlx::raw_sql(\"vacuum\")",
        "use sqlx::{PgPool, QueryBuilder};",
        "use sqlx::postgres::{PgPool, types::X}; use sqlx::{\n    migrate,\n};",
        "static M: Migrator = sqlx::migrate!();",
        "sqlx::query_file!(\"a.sql\")",
        "query_file_scalar_unchecked!(\"a.sql\")",
        "use sqlx::{Connection, Executor as _}; door.execute(\"vacuum\")",
        "use sqlx::prelude::*;",
        "door.fetch_one(\"select 1\")",
        "const A: &str = r#\"UPDATE photos\n SET name = ''\"#;",
        "format!(\"delete\n from {table}\")",
    ] {
        assert!(spoken(text).is_some(), "{text}");
    }
    for text in [
        "url.query()",
        "let query = 1;",
        "// sqlx::query(",
        "\"sqlx::query\"",
        "my_query!()",
        "queries!()",
        "page.execute(\"return 1\")",
        "\"Select a photo from the list.\"",
        "\"update the photo\"",
        "// \"select 1\"",
    ] {
        assert_eq!(spoken(text), None, "{text}");
    }
}
