//! The database of the release before, and logins that are not what they should be.

use plumbline_domain::db::{self, Db, Login};
use plumbline_tests::app::{App, root};
use plumbline_tests::client::PASSWORD;
use plumbline_tests::database::{OWNER, TestDatabase};

#[tokio::test]
async fn a_database_is_upgraded_by_the_login_that_made_it() {
    let dump = std::fs::read_to_string(root().join("tests/stored/2026-11-29.sql")).unwrap();
    // bin/dev's own login was its server's superuser; a customer's owns the database and no more.
    for owner in ["plumbline", OWNER] {
        let app = App::start_in(TestDatabase::restored(&dump, owner).await).await;
        let anna = app.visitor();
        let fields = [("email", "anna@example.com"), ("password", PASSWORD)];
        anna.post("/sign-in", &fields).await;
        anna.get("/shoots").await.shows("9 Ivy Close");
        app.run_jobs().await;
    }
}

#[tokio::test]
async fn a_login_that_sees_everything_is_refused_with_a_sentence() {
    let database = TestDatabase::create().await;
    let connect = async |url: &str, login: Login| {
        let db = Db::connect(login, url, None, 1).await;
        db.map(drop).unwrap_err().to_string()
    };
    for login in ["plumbline", OWNER] {
        let error = connect(&database.url_as(login), Login::Web).await;
        let sentence = format!("The login {login} sees every organization's rows.");
        assert!(error.contains(&sentence), "{error}");
        assert!(error.contains("Log in as plumbline_web"), "{error}");
    }
    let error = connect(&database.worker.url, Login::Web).await;
    assert!(error.contains("has no rights here"), "{error}");
    let error = connect(&database.web.url, Login::Worker).await;
    assert!(error.contains("Log in as plumbline_worker"), "{error}");
    let queue = db::queue_pool(&database.url_as(OWNER), 1).await;
    let error = queue.unwrap_err().to_string();
    assert!(error.contains("Log in as plumbline_worker"), "{error}");
}

#[tokio::test]
async fn a_migration_by_a_program_says_whose_it_is() {
    let database = TestDatabase::create().await;
    let error = db::migrate(&database.web.url).await.unwrap_err();
    let error = format!("{error:#}");
    assert!(error.contains("PLUMBLINE_MIGRATE_URL"), "{error}");
}
