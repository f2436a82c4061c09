//! Statements and transactions that take too long end, with a sentence, and by the login's own settings:
//! those hold behind a pooler too.

use std::time::Duration;

use plumbline_domain::db::Login;
use plumbline_tests::app::App;
use plumbline_tests::database::{OWNER, TestDatabase};
use plumbline_tests::wait::until;
use reqwest::StatusCode;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

async fn setting(database: &TestDatabase, login: &str, name: &str) -> String {
    let mut conn = PgConnection::connect(&database.url_as(login))
        .await
        .unwrap();
    let sql = "select current_setting($1)";
    let shown = sqlx::query_scalar(sql).bind(name).fetch_one(&mut conn);
    shown.await.unwrap()
}

#[tokio::test]
async fn each_login_has_its_time_outs_and_the_owner_has_none() {
    let database = TestDatabase::create().await;
    for (login, statement, lock, idle) in [
        (Login::Web.name(), "30s", "10s", "30s"),
        (Login::Worker.name(), "1min", "30s", "1min"),
        (OWNER, "0", "0", "0"),
    ] {
        for (name, expected) in [
            ("statement_timeout", statement),
            ("lock_timeout", lock),
            ("idle_in_transaction_session_timeout", idle),
        ] {
            let shown = setting(&database, login, name).await;
            assert_eq!(shown, expected, "{name} of {login}");
        }
    }
}

/// Stories do not wait half a minute.
async fn impatient(database: &TestDatabase, setting: &str) {
    let mut conn = PgConnection::connect(&database.url_as("plumbline"))
        .await
        .unwrap();
    let sql = "select current_database()::text";
    let name: String = sqlx::query_scalar(sql).fetch_one(&mut conn).await.unwrap();
    let sql = format!("alter role plumbline_web in database {name} set {setting}");
    let set = sqlx::query(AssertSqlSafe(sql)).execute(&mut conn);
    set.await.unwrap();
}

#[tokio::test]
async fn a_page_that_waits_for_a_locked_table_says_that_we_are_busy() {
    for setting in ["lock_timeout = '300ms'", "statement_timeout = '300ms'"] {
        let database = TestDatabase::create().await;
        impatient(&database, setting).await;
        let app = App::start_in(database).await;
        let anna = app.owner("Anna").await;
        let shoot = anna.create_shoot("12 Harbour Street").await;
        let page = format!("/shoots/{shoot}");

        let mut locked = app.database.everything.begin().await.unwrap();
        sqlx::query("lock table shoots in access exclusive mode")
            .execute(&mut *locked)
            .await
            .unwrap();
        let answer = anna.get(&page).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{setting}");
        answer
            .shows("We are busy right now")
            .shows("Nothing you uploaded is lost.")
            .shows("Try again in a minute.");
        locked.rollback().await.unwrap();

        anna.get(&page).await.shows("12 Harbour Street");
    }
}

#[tokio::test]
async fn a_transaction_that_its_program_forgot_lets_go_of_its_locks() {
    let database = TestDatabase::create().await;
    impatient(&database, "idle_in_transaction_session_timeout = '200ms'").await;
    let mut forgetful = PgConnection::connect(&database.web.url).await.unwrap();
    let mut transaction = forgetful.begin().await.unwrap();
    sqlx::query("lock table sessions in row exclusive mode")
        .execute(&mut *transaction)
        .await
        .unwrap();

    until("the lock is free", Duration::from_secs(10), async || {
        let mut other = database.everything.begin().await.unwrap();
        let sql = "lock table sessions in access exclusive mode nowait";
        sqlx::query(sql).execute(&mut *other).await.ok()
    })
    .await;
}
