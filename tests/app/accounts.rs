//! Signing up, in and out.

use plumbline_domain::people::{accounts, sign_in_links};
use plumbline_tests::app::App;
use plumbline_tests::client::PASSWORD;
use plumbline_tests::rows;

#[tokio::test]
async fn whoever_signed_up_can_sign_out_and_in_again() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    anna.get("/shoots").await.shows("Anna").shows("studio");

    anna.post("/sign-out", &[]).await;
    assert_eq!(
        anna.get("/shoots").await.location.as_deref(),
        Some("/sign-in")
    );

    let back = anna.sign_in("ANNA@example.com", PASSWORD).await;
    assert_eq!(back.location.as_deref(), Some("/shoots"));
    anna.get("/shoots").await.shows("Anna");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_sound_the_same() {
    let app = App::start().await;
    app.owner("Anna").await;
    let stranger = app.visitor();
    let wrong = stranger
        .sign_in("anna@example.com", "not her password")
        .await;
    let unknown = stranger
        .sign_in("berta@example.com", "not her password")
        .await;

    assert_eq!(
        (wrong.status, unknown.status),
        (422.try_into().unwrap(), 422.try_into().unwrap())
    );
    wrong.shows("do not match").hides("not her password");
    assert_eq!(
        wrong.text.replace("anna@", ""),
        unknown.text.replace("berta@", ""),
        "the page tells who has an account"
    );
}

#[tokio::test]
async fn passwords_are_kept_as_argon2id() {
    let app = App::start().await;
    app.owner("Anna").await;
    let hash = rows::password_hash(&app).await;
    assert!(
        hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{hash}"
    );
}

#[tokio::test]
async fn a_form_with_mistakes_comes_back_with_a_sentence_for_each() {
    let app = App::start().await;
    let visitor = app.visitor();
    let refused = visitor
        .post(
            "/sign-up",
            &[
                ("name", "Anna <b>"),
                ("organization", " "),
                ("email", "anna"),
                ("password", "short"),
            ],
        )
        .await;
    assert_eq!(refused.status, 422);
    refused
        .shows("Please name your studio")
        .shows("anna@example.com")
        .shows("at least 10 characters")
        .shows("Anna &#60;b&#62;")
        .hides("short\"");
}

#[tokio::test]
async fn an_email_belongs_to_one_account() {
    let app = App::start().await;
    app.owner("Anna").await;
    let again = app
        .visitor()
        .post(
            "/sign-up",
            &[
                ("name", "Other Anna"),
                ("organization", "Studio"),
                ("email", "Anna@Example.com"),
                ("password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(again.status, 422);
    again.shows("There is an account with this email");
}

#[tokio::test]
async fn a_sign_in_link_works_once_and_only_when_pressed() {
    let app = App::start().await;
    app.owner("Anna").await;
    let membership = accounts::find_by_email(app.db(), "anna@example.com")
        .await
        .unwrap()
        .unwrap();
    let token = sign_in_links::create(app.db(), membership).await.unwrap();
    let link = format!("/sign-in/{token}");

    let browser = app.visitor();
    browser.get(&link).await.shows("Sign in as Anna");
    browser.get(&link).await.shows("Sign in as Anna");
    assert_eq!(
        browser.post(&link, &[]).await.location.as_deref(),
        Some("/shoots")
    );
    browser.get("/shoots").await.shows("Anna");

    let late = app.visitor();
    late.get(&link).await.shows("no longer works");
    assert_eq!(late.post(&link, &[]).await.status, 422);
}

#[tokio::test]
async fn text_that_no_database_takes_is_a_bad_form_and_not_our_fault() {
    let app = App::start().await;
    let answer = app.visitor().sign_in("anna\0@example.com", PASSWORD).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn trying_many_passwords_is_slowed_down() {
    let app = App::start().await;
    let stranger = app.visitor();
    let mut last = stranger.sign_in("anna@example.com", "guess").await;
    for _ in 0..10 {
        last = stranger.sign_in("anna@example.com", "guess").await;
    }
    assert_eq!(last.status, 429);
    last.shows("Wait a minute");
    let other = stranger.sign_in("berta@example.com", "guess").await;
    assert_eq!(
        other.status, 422,
        "another account is not locked out with it"
    );
}

#[tokio::test]
async fn a_stolen_copy_of_the_sessions_opens_nothing() {
    let app = App::start().await;
    app.owner("Anna").await;
    let stored = rows::session_hash(&app).await;
    let hex = hex::encode(stored);
    let answer = app
        .visitor()
        .request("get", "/shoots")
        .header("cookie", format!("plumbline_session={hex}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
}
