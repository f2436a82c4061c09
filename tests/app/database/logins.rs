//! Every login tries every table, with its `where` left out: it sees and changes what
//! `expected.rs` says, and nothing else. A table that is not in there fails the story.

mod expected;
mod story;
mod tables;

use plumbline_domain::db::Login;
use plumbline_tests::database::OWNER;
use sqlx::{AssertSqlSafe, Connection, Row};

use expected::{AT_THE_DOOR, EXPECTED, NOBODYS};
use story::Story;
use tables::become_role;

#[tokio::test]
async fn each_login_sees_and_changes_what_its_program_needs_and_nothing_else() {
    let story = Story::begin().await;
    let tables = story.tables().await;
    let names: Vec<&str> = tables.iter().map(|table| &*table.name).collect();
    let mut decided = EXPECTED.map(|row| row[0]);
    decided.sort_unstable();
    assert_eq!(names, decided, "a table needs a decision: who may do what?");

    let mut wrong = Vec::new();
    for table in &tables {
        let expected = EXPECTED.iter().find(|row| row[0] == table.name).unwrap();
        let both = table.own > 0 && table.total > table.own;
        let seeded = both || NOBODYS.contains(&&*table.name);
        assert!(seeded, "{} needs rows of two organizations", table.name);
        for (login, [itself, scope]) in [
            (Login::Web, [expected[1], expected[2]]),
            (Login::Worker, [expected[3], expected[4]]),
        ] {
            let mut conn = story.connect(login.name()).await;
            // A login that has become nobody is not moved by an organization it may name.
            for organization in [None, Some(story.berta)] {
                let may = table.may(&mut conn, login.name(), organization).await;
                let who = format!("{} for {organization:?}", login.name());
                wrong.extend(compared(&table.name, &who, itself, &may));
            }
            let may = table.may(&mut conn, login.scope(), Some(story.berta)).await;
            wrong.extend(compared(&table.name, login.scope(), scope, &may));
            if !NOBODYS.contains(&&*table.name) {
                let nobody = scope.replace("own:", "none:");
                let may = table.may(&mut conn, login.scope(), None).await;
                let who = format!("{} for nobody", login.scope());
                wrong.extend(compared(&table.name, &who, &nobody, &may));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn compared(table: &str, who: &str, expected: &str, may: &str) -> Option<String> {
    (expected != may).then(|| format!("{table}, {who}: {may:?} instead of {expected:?}"))
}

#[tokio::test]
async fn a_scope_writes_no_row_of_another_organization() {
    let story = Story::begin().await;
    let mut tried = 0;
    for table in story.tables().await {
        let Some(theirs) = story.row_of_anna(&table).await else {
            continue;
        };
        for login in [Login::Web, Login::Worker] {
            let mut conn = story.connect(login.name()).await;
            let mut transaction = conn.begin().await.unwrap();
            become_role(&mut transaction, login.scope(), Some(story.berta)).await;
            let columns = table.columns.join(", ");
            let insert = format!(
                "insert into {0} ({columns}) select {columns} from jsonb_populate_record(null::{0}, $1)",
                table.name
            );
            let inserted = sqlx::query(AssertSqlSafe(insert)).bind(&theirs);
            let error = inserted.execute(&mut *transaction).await.unwrap_err();
            let error = error.to_string();
            let refused = ["row-level security", "permission denied"];
            assert!(
                refused.iter().any(|words| error.contains(words)),
                "{}: {error}",
                table.name
            );
            tried += 1;
        }
    }
    assert!(tried >= 20, "only {tried} tries");
}

#[tokio::test]
async fn a_login_becomes_its_own_scope_and_nobody_else() {
    let story = Story::begin().await;
    let sql = "select rolname::text from pg_roles where rolname like 'plumbline%'";
    let roles = sqlx::query_scalar(sql).fetch_all(story.everything());
    let roles: Vec<String> = roles.await.unwrap();
    assert!(roles.len() >= 8, "{roles:?}");
    for login in [Login::Web, Login::Worker] {
        let mut conn = story.connect(login.name()).await;
        let mut becomes = Vec::new();
        for role in &roles {
            let mut transaction = conn.begin().await.unwrap();
            let set = sqlx::query("select set_config('role', $1, true)").bind(role);
            if set.execute(&mut *transaction).await.is_ok() {
                becomes.push(role.as_str());
            }
        }
        becomes.sort_unstable();
        assert_eq!(becomes, [login.name(), login.scope()]);
    }
}

#[tokio::test]
async fn the_owner_sees_no_organizations_rows_unless_it_says_so() {
    let story = Story::begin().await;
    let mut conn = story.connect(OWNER).await;
    for table in story.tables().await {
        if NOBODYS.contains(&&*table.name) {
            continue;
        }
        if !AT_THE_DOOR.contains(&&*table.name) {
            let seen = table.seen(&mut conn, OWNER, None).await;
            assert_eq!(seen, Some(0), "{}", table.name);
        }
        let mut transaction = conn.begin().await.unwrap();
        sqlx::query("select set_config('plumbline.owner', 'on', true)")
            .execute(&mut *transaction)
            .await
            .unwrap();
        let seen = table.count(&mut transaction).await;
        assert_eq!(seen.unwrap(), table.total, "{}", table.name);
        transaction.rollback().await.unwrap();

        // It means nothing to anybody else.
        let mut web = story.connect(Login::Web.name()).await;
        let mut transaction = web.begin().await.unwrap();
        let sql = "select set_config('plumbline.owner', 'on', true),
                          set_config('role', 'plumbline_web_scope', true)";
        sqlx::query(sql).execute(&mut *transaction).await.unwrap();
        assert!(matches!(
            table.count(&mut transaction).await,
            None | Some(0)
        ));
    }
}

#[tokio::test]
async fn functions_with_an_owners_rights_are_these_and_tell_ids_to_the_worker_alone() {
    let story = Story::begin().await;
    let sql = "select proname::text from pg_proc
               join pg_namespace on pg_namespace.oid = pronamespace
               where prosecdef and nspname in ('public', 'apalis') order by 1";
    let functions = sqlx::query_scalar(sql).fetch_all(story.everything());
    let functions: Vec<String> = functions.await.unwrap();
    assert_eq!(functions, ["lost_jobs", "undelivered_organizations"]);

    sqlx::query("delete from apalis.jobs")
        .execute(story.everything())
        .await
        .unwrap();
    let sql = "select organization_id, job_id from lost_jobs()";
    let mut worker = story.connect(Login::Worker.name()).await;
    let lost = sqlx::query(sql).fetch_all(&mut worker).await.unwrap();
    assert!(!lost.is_empty(), "the stored photos wait");
    assert_eq!(lost[0].columns().len(), 2);
    let mut web = story.connect(Login::Web.name()).await;
    for sql in [
        sql,
        "select organization_id from undelivered_organizations()",
    ] {
        sqlx::query(sql).fetch_all(&mut worker).await.unwrap();
        let error = sqlx::query(sql).fetch_all(&mut web).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{error}");
    }
}
