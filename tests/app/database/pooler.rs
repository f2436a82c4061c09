//! Everything works behind a pooler that gives each transaction another connection.

use std::time::Duration;

use plumbline_tests::app::App;
use plumbline_tests::client::Client;
use plumbline_tests::database::TestDatabase;
use plumbline_tests::database::pooler::Pooler;
use plumbline_tests::pictures;
use plumbline_tests::wait::until;

async fn passes(client: &Client, photo: &str) {
    until("the photo passes", Duration::from_secs(90), async || {
        let page = client.get(&format!("/photos/{photo}")).await;
        page.text.contains("Passed").then_some(())
    })
    .await;
}

#[tokio::test]
async fn photos_pass_behind_a_pooler_that_restarts_in_the_middle() {
    let mut pooler = Pooler::start().await;
    let database = TestDatabase::create().await.behind(&pooler).await;
    let app = App::start_in(database).await;
    let worker = app.start_worker();
    let anna = app.owner("Anna").await;
    let berta = app.owner("Berta").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let photo = anna
        .add_photo(&shoot, "garden.jpg", &pictures::room(1))
        .await;
    passes(&anna, &photo).await;

    // Many at once share two connections, and nobody is taken for somebody else.
    let pages = (0..20).map(async |_| {
        anna.get("/shoots").await.shows("12 Harbour Street");
        berta.get("/shoots").await.hides("12 Harbour Street");
    });
    futures::future::join_all(pages).await;

    let second = anna
        .add_photo(&shoot, "kitchen.jpg", &pictures::room(2))
        .await;
    pooler.restart().await;
    passes(&anna, &second).await;
    let third = anna.add_photo(&shoot, "hall.jpg", &pictures::room(3)).await;
    passes(&anna, &third).await;
    worker.stop().await;
}

#[tokio::test]
async fn open_pages_hear_of_changes_past_the_pooler() {
    let pooler = Pooler::start().await;
    let database = TestDatabase::create().await.behind(&pooler).await;
    assert!(database.web.direct_url.is_some());
    let mut listener = plumbline_domain::work::live::Listener::open(&database.db)
        .await
        .unwrap();
    let app = App::start_in(database).await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    anna.add_photo(&shoot, "garden.jpg", &pictures::room(1))
        .await;
    let heard = tokio::time::timeout(Duration::from_secs(10), listener.next()).await;
    let change = heard.expect("a change is heard").unwrap().unwrap();
    assert_eq!(change.shoot.to_string(), shoot);
}
