//! The release before this one may still run while the database is already this one's.

use plumbline_documents::Verdict;
use plumbline_tests::app::App;
use plumbline_tests::by_hand;
use plumbline_tests::client::Client;
use plumbline_tests::database::OWNER;
use plumbline_tests::pictures;
use sqlx::{Connection, PgConnection, Postgres, Transaction};

/// An override as the release before wrote it, under the old name of its table.
const OLD_UPSERT: &str = "insert into corrections (
        photo_id, organization_id, place, sky, own_sky_id, corrected_by
    ) values ($1::uuid, $2::uuid, 'exterior', 'clear', null, null)
    on conflict (photo_id) do update
    set place = excluded.place, sky = excluded.sky, own_sky_id = excluded.own_sky_id,
        corrected_by = excluded.corrected_by, corrected_at = now()";

const OLD_DELETE: &str = "delete from corrections where photo_id = $1::uuid";

async fn finished_photo() -> (App, Client, String) {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let photo = anna
        .add_photo(&shoot, "garden.jpg", &pictures::room(1))
        .await;
    by_hand::finish(&app, &photo, Verdict::Passed).await;
    (app, anna, photo)
}

async fn tenant(app: &App, organization: &str) -> Transaction<'static, Postgres> {
    let mut transaction = app.database.everything.begin().await.unwrap();
    sqlx::query(
        "select set_config('role', 'plumbline_tenant', true),
                set_config('app.organization', $1, true)",
    )
    .bind(organization)
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction
}

async fn organization_of(app: &App, photo: &str) -> String {
    sqlx::query_scalar("select organization_id::text from photos where id = $1::uuid")
        .bind(photo)
        .fetch_one(&app.database.everything)
        .await
        .unwrap()
}

#[tokio::test]
async fn overrides_are_written_under_their_old_name_and_only_by_their_organization() {
    let (app, anna, photo) = finished_photo().await;
    let hers = organization_of(&app, &photo).await;
    let page = format!("/photos/{photo}");

    for _ in 0..2 {
        let mut old = tenant(&app, &hers).await;
        let upsert = sqlx::query(OLD_UPSERT).bind(&photo).bind(&hers);
        upsert.execute(&mut *old).await.unwrap();
        old.commit().await.unwrap();
    }
    anna.get(&page)
        .await
        .shows("Scene: exterior.")
        .shows("Sky: Clear.");

    let berta = app.owner("Berta").await;
    let other = berta.create_shoot("1 Elsewhere").await;
    let other = berta.add_photo(&other, "a.jpg", &pictures::room(2)).await;
    let mut stranger = tenant(&app, &organization_of(&app, &other).await).await;
    let seen: i64 = sqlx::query_scalar("select count(*) from corrections")
        .fetch_one(&mut *stranger)
        .await
        .unwrap();
    assert_eq!(seen, 0);
    let deleted = sqlx::query(OLD_DELETE).bind(&photo);
    let deleted = deleted.execute(&mut *stranger).await.unwrap();
    assert_eq!(deleted.rows_affected(), 0);

    let mut old = tenant(&app, &hers).await;
    let deleted = sqlx::query(OLD_DELETE).bind(&photo);
    assert_eq!(deleted.execute(&mut *old).await.unwrap().rows_affected(), 1);
    old.commit().await.unwrap();
    anna.get(&page).await.hides("Scene: exterior.");
}

#[tokio::test]
async fn a_page_opened_before_the_release_saves_its_override() {
    let (app, anna, photo) = finished_photo().await;
    let page = format!("/photos/{photo}");

    let said = [("place", "seen"), ("sky", "clear")];
    anna.post(&format!("{page}/correction"), &said).await;
    anna.get(&page)
        .await
        .shows("Sky: Clear.")
        .hides("Scene: exterior.");

    by_hand::finish(&app, &photo, Verdict::Passed).await;
    anna.post(&format!("{page}/correction/withdrawal"), &[])
        .await;
    anna.get(&page).await.hides("Sky: Clear.");
}

/// An attempt as the release before inserted it: the place stands in its report alone.
const OLD_INSERT: &str = "insert into attempts (
        id, organization_id, photo_id, number, engine, strength, plan, done, report, verdict, took_ms
    )
    select gen_random_uuid(), organization_id, photo_id, number + 1, engine, strength, plan, done,
           jsonb_set(report, '{scene}', jsonb_build_object('place', $2::text)), verdict, took_ms
    from attempts where photo_id = $1::uuid order by number desc limit 1
    returning place::text";

#[tokio::test]
async fn an_attempt_of_the_release_before_has_its_place() {
    let (app, _, photo) = finished_photo().await;
    let hers = organization_of(&app, &photo).await;

    for (said, stored) in [
        ("exterior", Some("exterior")),
        ("interior", Some("interior")),
        ("unknown", None),
    ] {
        let mut old = tenant(&app, &hers).await;
        let inserted = sqlx::query_scalar(OLD_INSERT).bind(&photo).bind(said);
        let place: Option<String> = inserted.fetch_one(&mut *old).await.unwrap();
        old.commit().await.unwrap();
        assert_eq!(place.as_deref(), stored);
    }
}

/// A share link as the release before made it, in clear beside its hash.
const OLD_LINK: &str = "insert into galleries (
        id, organization_id, shoot_id, token, token_hash, created_by, expires_at
    ) select gen_random_uuid(), organization_id, shoot_id, $2, sha256($2::bytea), null,
             now() + make_interval(days => null::integer)
    from photos where id = $1::uuid";

#[tokio::test]
async fn a_link_of_the_release_before_opens_and_its_page_lists_it() {
    let (app, anna, photo) = finished_photo().await;
    let hers = organization_of(&app, &photo).await;
    let token = "5".repeat(64);
    let mut old = tenant(&app, &hers).await;
    let made = sqlx::query(OLD_LINK).bind(&photo).bind(&token);
    made.execute(&mut *old).await.unwrap();
    old.commit().await.unwrap();

    let customer = app.visitor();
    customer
        .get(&format!("/g/{token}"))
        .await
        .shows("garden.jpg");
    let shoots = anna.get("/shoots").await.text;
    let at = shoots.find("/shoots/").expect("her shoot");
    anna.get(&shoots[at..at + "/shoots/".len() + 36])
        .await
        .shows("does not expire")
        .hides(&token);
}

/// The login of the release before, which owned the tables and became every role there was.
async fn old_login(app: &App) -> PgConnection {
    PgConnection::connect(&app.database.url_as(OWNER))
        .await
        .unwrap()
}

async fn run(conn: &mut PgConnection, statement: &'static str) -> u64 {
    let done = sqlx::query(statement).execute(conn).await;
    let done = done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    done.rows_affected()
}

/// Statements of its sites at the door: sign up, sign in, sign out, by a link, share.
const AT_THE_DOOR: [(&str, u64); 10] = [
    ("set role plumbline_door", 0),
    (
        "insert into accounts (id, email, name, password_hash)
      values ('00000000-0000-7000-8000-00000000000a', 'old@example.com', 'Old', 'x')",
        1,
    ),
    (
        "insert into organizations (id, name)
      values ('00000000-0000-7000-8000-00000000000b', 'Old studio')",
        1,
    ),
    (
        "insert into members (organization_id, account_id, role)
      values ('00000000-0000-7000-8000-00000000000b',
              '00000000-0000-7000-8000-00000000000a', 'owner')",
        1,
    ),
    (
        "insert into sessions (id, token_hash, account_id, organization_id, expires_at)
      select gen_random_uuid(), 'x', account_id, organization_id, now() + interval '1 day'
      from members where account_id = '00000000-0000-7000-8000-00000000000a'",
        1,
    ),
    (
        "update sessions set last_seen_at = now() where token_hash = 'x'",
        1,
    ),
    ("delete from sessions where token_hash = 'x'", 1),
    (
        "insert into sign_in_links (id, token_hash, account_id, organization_id, expires_at)
      select gen_random_uuid(), 'x', account_id, organization_id, now() + interval '1 day'
      from members where account_id = '00000000-0000-7000-8000-00000000000a'",
        1,
    ),
    (
        "update sign_in_links set used_at = now() where token_hash = 'x'",
        1,
    ),
    (
        "select id, organization_id, shoot_id from galleries where token_hash = 'x'",
        0,
    ),
];

#[tokio::test]
async fn programs_of_the_release_before_go_on_with_their_one_login() {
    let (app, _, photo) = finished_photo().await;
    let hers = organization_of(&app, &photo).await;
    let mut old = old_login(&app).await;
    for (statement, rows) in AT_THE_DOOR {
        assert_eq!(run(&mut old, statement).await, rows, "{statement}");
    }

    let mut scope = old.begin().await.unwrap();
    sqlx::query(
        "select set_config('role', 'plumbline_tenant', true),
                set_config('app.organization', $1, true)",
    )
    .bind(&hers)
    .execute(&mut *scope)
    .await
    .unwrap();
    for (statement, rows) in [
        (
            "update photos set status = 'working', started_at = now()",
            1,
        ),
        (
            "insert into jobs (id, organization_id, photo_id)
             select gen_random_uuid(), organization_id, id from photos",
            1,
        ),
        (
            "update jobs set status = 'running', runs = runs + 1, lease = id, leased_until = now()
             where status = 'queued'",
            1,
        ),
        (
            "insert into apalis.jobs (id, job, job_type, run_at)
             select gen_random_uuid()::text, 'x', 'enhance_photo', now()",
            1,
        ),
        ("update attempts set took_ms = 1", 0),
    ] {
        let done = sqlx::query(statement).execute(&mut *scope).await;
        match done {
            Ok(done) => assert_eq!(done.rows_affected(), rows, "{statement}"),
            // No statement of the release before rewrote an attempt.
            Err(error) => assert!(statement.starts_with("update attempts"), "{error}"),
        }
    }
    scope.rollback().await.unwrap();

    // The queue was the login's own.
    run(&mut old, "reset role").await;
    let sql = "delete from apalis.jobs where done_at < now() - interval '1 hour'";
    run(&mut old, sql).await;
    let sql = "update apalis.jobs set run_at = now()";
    assert!(run(&mut old, sql).await > 0);
}
