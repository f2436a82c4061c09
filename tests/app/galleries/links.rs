//! Share links, as the organization that makes them sees them.

use plumbline_tests::app::App;
use plumbline_tests::client::PASSWORD;
use plumbline_tests::rows;

#[tokio::test]
async fn a_link_is_shown_once_and_kept_by_nobody() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let page = format!("/shoots/{shoot}");
    anna.get(&page)
        .await
        .shows("value=\"90\" selected")
        .shows("Create share link");

    let form = [("label", "For the agent"), ("expires", "30")];
    anna.post(&format!("{page}/galleries"), &form).await;
    let shown = anna.get(&page).await;
    shown
        .shows("Copy this link now")
        .shows("For the agent")
        .shows("Make a new link");
    let at = shown.text.find("/g/").expect("the link") + 3;
    let token = shown.text[at..at + 64].to_owned();
    assert_eq!(app.visitor().get(&format!("/g/{token}")).await.status, 200);

    anna.get(&page)
        .await
        .hides(&token)
        .hides("Copy this link now")
        .shows("For the agent")
        .shows("works until");
    let stored = rows::galleries_as_text(&app).await;
    assert!(!stored.contains(&token), "{stored}");
    let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(token.as_bytes()));
    assert!(stored.contains(&hash), "{stored}");
}

#[tokio::test]
async fn a_link_is_shown_to_nobody_but_the_browser_that_made_it() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let other = anna.create_shoot("1 Elsewhere").await;
    anna.post(
        &format!("/shoots/{shoot}/galleries"),
        &[("expires", "never")],
    )
    .await;
    anna.get(&format!("/shoots/{other}"))
        .await
        .hides("Copy this link now");
    let elsewhere = app.visitor();
    elsewhere.sign_in("anna@example.com", PASSWORD).await;
    elsewhere
        .get(&format!("/shoots/{shoot}"))
        .await
        .shows("does not expire")
        .hides("Copy this link now");

    let closed = [("label", "x".repeat(121)), ("expires", "7".into())];
    let closed = closed
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let refused = anna
        .post(&format!("/shoots/{shoot}/galleries"), &closed)
        .await;
    assert_eq!(refused.status, 422);
    refused.shows("120 characters");
}
