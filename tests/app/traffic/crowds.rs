//! More at once than one account, one link or one network may have.

use std::time::Duration;

use plumbline_documents::Verdict;
use plumbline_tests::app::App;
use plumbline_tests::by_hand;
use plumbline_tests::client::{Client, PASSWORD};
use plumbline_tests::pictures;
use plumbline_tests::wait::until;
use plumbline_web::http::config::Config;
use reqwest::Response;

const AT_MOST: Duration = Duration::from_secs(20);

fn one_of_each(config: &mut Config) {
    config.slots.streams_per_account = 2;
    config.slots.downloads_per_account = 1;
    config.slots.downloads_per_link = 1;
}

struct Story {
    app: App,
    anna: Client,
    shoot: String,
    photo: String,
}

/// A shoot with one photo, whose full file is too large for the buffers on the way.
async fn a_large_photo(adjust: impl FnOnce(&mut Config)) -> Story {
    let app = App::start_with(adjust).await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let room = pictures::room(1);
    let photo = anna.add_photo(&shoot, "kitchen.jpg", &room).await;
    by_hand::finish(&app, &photo, Verdict::Passed).await;
    by_hand::files::set_delivered(&app, &photo, vec![7; 60_000_000]).await;
    Story {
        app,
        anna,
        shoot,
        photo,
    }
}

/// A request whose body nobody reads yet.
async fn begun(client: &Client, path: &str) -> Response {
    let response = client.request("get", path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response
}

async fn is_refused(client: &Client, path: &str, sentence: &str) {
    let refused = client.get(path).await;
    assert_eq!(refused.status, 429, "{path}");
    assert_eq!(refused.headers["retry-after"], "30", "{path}");
    refused.shows(sentence).shows("then try again");
}

async fn is_let_in(client: &Client, path: &str) {
    until("the slot is free", AT_MOST, async || {
        let status = client.request("get", path).send().await.unwrap().status();
        (status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_link_has_so_many_downloads_at_once_and_a_client_that_leaves_frees_its_own() {
    let Story {
        app,
        anna,
        shoot,
        photo,
    } = a_large_photo(one_of_each).await;
    let link = anna.share(&shoot).await;
    let other = anna.share(&shoot).await;
    let (zip, full) = (
        format!("{link}/download"),
        format!("{link}/photos/{photo}/full"),
    );
    let (customer, colleague) = (app.visitor(), app.visitor());

    let download = begun(&customer, &zip).await;
    is_refused(&colleague, &full, "being downloaded").await;
    is_refused(&colleague, &zip, "being downloaded").await;
    let looked_at = colleague.get(&format!("{link}/photos/{photo}/thumb")).await;
    assert_eq!(looked_at.status, 200, "pictures of pages are not counted");
    begun(&colleague, &format!("{other}/download")).await;

    drop(download);
    is_let_in(&colleague, &full).await;
    let (status, whole) = colleague.bytes(&full, None).await;
    assert_eq!((status.as_u16(), whole.len()), (200, 60_000_000));
    is_let_in(&colleague, &zip).await;
}

#[tokio::test]
async fn an_account_has_so_many_open_pages_at_once() {
    let Story {
        app, anna, shoot, ..
    } = a_large_photo(one_of_each).await;
    let events = format!("/shoots/{shoot}/live");

    let pages = [begun(&anna, &events).await, begun(&anna, &events).await];
    is_refused(&anna, &events, "open pages").await;
    let berta = app.owner("Berta").await;
    let hers = berta.create_shoot("1 Elsewhere").await;
    begun(&berta, &format!("/shoots/{hers}/live")).await;
    drop(pages);
    is_let_in(&anna, &events).await;
}

#[tokio::test]
async fn an_account_has_so_many_uploads_at_once() {
    let app = App::start_with(|config| config.slots.uploads_per_account = 0).await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let refused = anna.upload(&shoot, "a.jpg", &pictures::room(2)).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.headers["retry-after"], "10");
    let said = refused.json()["detail"].to_string();
    assert!(said.contains("uploading as many files"), "{said}");
}

#[tokio::test]
async fn a_network_has_so_many_downloads_at_once_whatever_its_addresses() {
    let Story {
        app: _app,
        anna,
        shoot,
        photo,
    } = a_large_photo(|config| config.slots.downloads_per_network = 1).await;
    let link = anna.share(&shoot).await;
    let path = format!("{link}/photos/{photo}/full");
    let from = |address: &str| {
        let request = anna.request("get", &path);
        request.header("x-forwarded-for", address).send()
    };
    let first = from("2001:db8:1:2::1").await.unwrap();
    assert_eq!(first.status(), 200);
    let same_home = from("2001:db8:1:2:aaaa::99").await.unwrap();
    assert_eq!(same_home.status(), 429);
    let next_door = from("2001:db8:1:3::1").await.unwrap();
    assert_eq!(next_door.status(), 200);
}

#[tokio::test]
async fn many_who_sign_in_at_once_wait_for_each_other() {
    let app = App::start_with(|config| config.hashes_at_once = 1).await;
    app.owner("Anna").await;
    let attempt = async || {
        let visitor = app.visitor();
        visitor.sign_in("anna@example.com", PASSWORD).await.status
    };
    let statuses = tokio::join!(attempt(), attempt(), attempt(), attempt(), attempt());
    let statuses = <[_; 5]>::from(statuses);
    assert!(statuses.iter().all(|status| *status == 303), "{statuses:?}");
}

#[tokio::test]
async fn whoever_would_wait_too_long_is_told_when_to_come_back() {
    let app = App::start_with(|config| {
        config.hashes_at_once = 0;
        config.hash_wait = Duration::from_millis(50);
    })
    .await;
    let answer = app.visitor().sign_in("anna@example.com", PASSWORD).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.headers["retry-after"], "5");
    answer
        .shows("Many people are signing in")
        .shows("Try again");
}
