//! Rows that an earlier release stored open on every page of this one.

use std::collections::HashMap;

use plumbline_tests::app::{App, root};
use plumbline_tests::client::{Client, PASSWORD};
use plumbline_tests::database::{OWNER, TestDatabase};
use plumbline_tests::rows;
use plumbline_web::http::routes::{Audience, Route, TABLE};

/// Routes of members that `pages.tsv` does not open, each with its reason.
const NOT_OPENED: [(&str, &str); 8] = [
    ("/shoots/{shoot}/live", "never ends"),
    ("/photos/{photo}/live", "never ends"),
    ("/skies/{sky}/picture", "its file is not stored"),
    (
        "/photos/{photo}/renditions/{kind}",
        "its file is not stored",
    ),
    ("/photos/{photo}/original", "its file is not stored"),
    (
        "/photos/{photo}/original-code",
        "made when the photo is first shared, which no release before did",
    ),
    (
        "/photos/{photo}/attempts/{attempt}/renditions/{kind}",
        "its file is not stored",
    ),
    ("/photos/{photo}/mask", "its file is not stored"),
];

/// One line of `pages.tsv`.
struct Visit {
    status: u16,
    who: String,
    path: String,
    texts: Vec<String>,
}

fn visits() -> Vec<Visit> {
    let list = std::fs::read_to_string(root().join("tests/stored/pages.tsv")).unwrap();
    list.lines().skip(1).map(visit).collect()
}

fn visit(line: &str) -> Visit {
    let mut columns = line.split('\t').map(str::to_owned);
    let mut next = || columns.next().expect("status, who and path");
    Visit {
        status: next().parse().expect("a status"),
        who: next(),
        path: next(),
        texts: columns.collect(),
    }
}

async fn sign_in(app: &App, who: &str) -> Client {
    let client = app.visitor();
    if who != "guest" {
        let fields = [("email", who), ("password", PASSWORD)];
        client.post("/sign-in", &fields).await;
    }
    client
}

#[tokio::test]
async fn rows_of_the_release_before_open_on_every_page() {
    let dump = std::fs::read_to_string(root().join("tests/stored/2026-11-29.sql")).unwrap();
    let app = App::start_in(TestDatabase::restored(&dump, OWNER).await).await;
    let mut clients: HashMap<String, Client> = HashMap::new();
    let mut wrong = Vec::new();
    let visits = visits();
    assert!(visits.len() >= 300, "only {} pages", visits.len());
    for visit in visits {
        if !clients.contains_key(&visit.who) {
            clients.insert(visit.who.clone(), sign_in(&app, &visit.who).await);
        }
        let answer = clients[&visit.who].get(&visit.path).await;
        let is_missing = |text: &&String| {
            let location = answer.location.as_deref().unwrap_or_default();
            !answer.text.contains(*text) && !location.contains(*text)
        };
        let missing: Vec<&String> = visit.texts.iter().filter(is_missing).collect();
        if answer.status.as_u16() != visit.status || !missing.is_empty() {
            let (path, who, status) = (&visit.path, &visit.who, answer.status);
            wrong.push(format!("{path} for {who}: {status}, without {missing:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn share_links_that_were_stored_in_clear_work_and_are_not_any_more() {
    let dump = std::fs::read_to_string(root().join("tests/stored/2026-11-29.sql")).unwrap();
    let app = App::start_in(TestDatabase::restored(&dump, OWNER).await).await;
    let stored = rows::galleries_as_text(&app).await;
    let links = visits().into_iter().filter(|visit| visit.status == 200);
    let tokens: Vec<String> = links
        .filter_map(|visit| Some(visit.path.strip_prefix("/g/")?.into()))
        .collect();
    assert!(!tokens.is_empty());
    for token in &tokens {
        assert!(dump.contains(&token[..64]) && !stored.contains(&token[..64]));
        assert_eq!(app.visitor().get(&format!("/g/{token}")).await.status, 200);
    }
}

#[test]
fn every_page_of_members_is_opened() {
    let visits = visits();
    for route in TABLE.iter().filter(|route| is_of_members(route)) {
        let is_opened = visits.iter().any(|visit| leads_to(&visit.path, route.path));
        let is_left_out = NOT_OPENED.iter().any(|(path, _)| *path == route.path);
        assert_ne!(is_opened, is_left_out, "{}", route.path);
    }
}

fn is_of_members(route: &Route) -> bool {
    let of_others = [Audience::Anyone, Audience::Guest, Audience::Onlooker];
    route.method == "get" && !of_others.contains(&route.audience)
}

fn leads_to(path: &str, pattern: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (path, pattern) = (path.split('/'), pattern.split('/'));
    path.clone().count() == pattern.clone().count()
        && path
            .zip(pattern)
            .all(|(part, wanted)| part == wanted || wanted.starts_with('{'))
}
