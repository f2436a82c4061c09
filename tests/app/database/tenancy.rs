//! The database itself keeps organizations apart, whatever a statement forgets.

use plumbline_documents::Look;
use plumbline_domain::db::Db;
use plumbline_domain::ids::PersonalLookId;
use plumbline_domain::people::accounts::{self, Membership, NewAccount};
use plumbline_domain::people::members::Member;
use plumbline_domain::people::passwords::Turn;
use plumbline_domain::people::sessions;
use plumbline_domain::shoots;
use plumbline_domain::shoots::personal_looks::choices::{self, LookChoice};
use plumbline_domain::shoots::personal_looks::{self, NewLook, Removal};
use plumbline_domain::work::refits::{self, NewRefit};
use plumbline_tests::database::TestDatabase;
use serde_json::json;

async fn owner(db: &Db, name: &str) -> Member {
    let new = NewAccount {
        name: name.to_owned(),
        organization: format!("{name}'s studio"),
        email: format!("{name}@example.com"),
        password: "a long enough password".to_owned(),
    };
    let membership: Membership = accounts::sign_up(db, Turn::alone(), new).await.unwrap();
    let token = sessions::create(db, membership).await.unwrap();
    sessions::find(db, &token).await.unwrap().unwrap()
}

/// Number of rows that a statement without an organization sees under `role`.
async fn count(database: &TestDatabase, role: &str, organization: &str, table: &str) -> i64 {
    let mut transaction = database.everything.begin().await.unwrap();
    sqlx::query("select set_config('role', $1, true), set_config('app.organization', $2, true)")
        .bind(role)
        .bind(organization)
        .execute(&mut *transaction)
        .await
        .unwrap();
    let counting = format!("select count(*) from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(counting))
        .fetch_one(&mut *transaction)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_statement_that_forgets_the_organization_sees_only_its_own_rows() {
    let database = TestDatabase::create().await;
    let (anna, berta) = (
        owner(&database.db, "anna").await,
        owner(&database.db, "berta").await,
    );
    for member in [&anna, &anna, &berta] {
        let mut scope = member.scope(&database.db).await.unwrap();
        shoots::create(&mut scope, member, "A house", Look::default())
            .await
            .unwrap();
        scope.commit().await.unwrap();
    }
    let seen = async |organization: &str| {
        count(&database, "plumbline_web_scope", organization, "shoots").await
    };
    assert_eq!(seen(&anna.organization().to_string()).await, 2);
    assert_eq!(seen(&berta.organization().to_string()).await, 1);
    assert_eq!(seen("").await, 0, "no organization, no rows");
}

#[tokio::test]
async fn a_refit_is_seen_and_withdrawn_by_its_own_organization_only() {
    let database = TestDatabase::create().await;
    let (anna, berta) = (
        owner(&database.db, "anna").await,
        owner(&database.db, "berta").await,
    );
    let new = NewRefit {
        table_version: 3,
        bounds: json!({"noise": 1.2}),
        decisions: 8,
        shadow: json!({}),
    };
    let mut scope = anna.scope(&database.db).await.unwrap();
    let refit = refits::adopt(&mut scope, None, &new).await.unwrap();
    scope.commit().await.unwrap();

    let mut scope = berta.scope(&database.db).await.unwrap();
    assert!(refits::in_force(&mut scope).await.unwrap().is_none());
    let withdrawn = refits::withdraw(&mut scope, refit.unwrap()).await;
    assert!(!withdrawn.unwrap());
    for (member, rows) in [(&anna, 1), (&berta, 0)] {
        let organization = member.organization().to_string();
        let seen = count(&database, "plumbline_web_scope", &organization, "refits").await;
        assert_eq!(seen, rows);
    }
}

#[tokio::test]
async fn a_personal_look_is_chosen_and_removed_by_its_own_organization_only() {
    let database = TestDatabase::create().await;
    let (anna, berta) = (
        owner(&database.db, "anna").await,
        owner(&database.db, "berta").await,
    );
    let new = NewLook {
        id: PersonalLookId::new(),
        name: "Warm kitchen",
        sha256: [7; 32],
        size_bytes: 1000,
        note: "",
    };
    let mut scope = anna.scope(&database.db).await.unwrap();
    let look = personal_looks::receive(&mut scope, &new).await.unwrap().id;
    let hers = shoots::create(&mut scope, &anna, "A house", Look::default()).await;
    let hers = hers.unwrap();
    scope.commit().await.unwrap();

    let mut scope = berta.scope(&database.db).await.unwrap();
    let theirs = shoots::create(&mut scope, &berta, "A house", Look::default()).await;
    let theirs = theirs.unwrap();
    let named = personal_looks::named(&mut scope, "Warm kitchen", None).await;
    assert!(named.unwrap().is_none());
    let removed = personal_looks::remove(&mut scope, look).await.unwrap();
    assert_eq!(removed, Removal::Missing);
    let of_organization = choices::choose_for_organization(&mut scope, Some(look)).await;
    assert!(!of_organization.unwrap());
    for (shoot, choice) in [
        (theirs, LookChoice::Personal(look)),
        (hers, LookChoice::House),
    ] {
        let of_shoot = choices::choose_for_shoot(&mut scope, shoot, choice).await;
        assert!(!of_shoot.unwrap());
    }
    let used = choices::of_shoot(&mut scope, theirs).await.unwrap();
    assert!(used.is_none());
    scope.commit().await.unwrap();
    for (member, rows) in [(&anna, 1), (&berta, 0)] {
        let organization = member.organization().to_string();
        let table = "personal_looks";
        let seen = count(&database, "plumbline_web_scope", &organization, table).await;
        assert_eq!(seen, rows);
    }
    // Not even a row that says so can name another organization's look.
    let forced = sqlx::query("update organizations set personal_look_id = $1 where id = $2")
        .bind(look.uuid())
        .bind(berta.organization().uuid())
        .execute(&database.everything)
        .await;
    assert!(forced.is_err());
}

#[tokio::test]
async fn another_organizations_shoot_is_not_found() {
    let database = TestDatabase::create().await;
    let (anna, berta) = (
        owner(&database.db, "anna").await,
        owner(&database.db, "berta").await,
    );
    let mut scope = anna.scope(&database.db).await.unwrap();
    let shoot = shoots::create(&mut scope, &anna, "Anna's house", Look::default())
        .await
        .unwrap();
    scope.commit().await.unwrap();

    let mut scope = berta.scope(&database.db).await.unwrap();
    assert!(shoots::find(&mut scope, shoot).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_not_committed_never_was() {
    let database = TestDatabase::create().await;
    let anna = owner(&database.db, "anna").await;
    let mut scope = anna.scope(&database.db).await.unwrap();
    let shoot = shoots::create(&mut scope, &anna, "A house", Look::default())
        .await
        .unwrap();
    drop(scope);

    let mut scope = anna.scope(&database.db).await.unwrap();
    assert!(shoots::find(&mut scope, shoot).await.unwrap().is_none());
}

#[tokio::test]
async fn every_table_that_names_an_organization_is_under_row_security() {
    let database = TestDatabase::create().await;
    let open: Vec<String> = sqlx::query_scalar(
        "select distinct columns.table_name::text
         from information_schema.columns
         join pg_class on pg_class.relname = columns.table_name
         join pg_namespace on pg_namespace.oid = pg_class.relnamespace
         where columns.table_schema = 'public' and pg_namespace.nspname = 'public'
           and columns.column_name = 'organization_id'
           and not (pg_class.relrowsecurity and pg_class.relforcerowsecurity)
           -- A view with the rights of whoever asks is under its table's.
           and not coalesce('security_invoker=true' = any(pg_class.reloptions), false)
         order by 1",
    )
    .fetch_all(&database.everything)
    .await
    .unwrap();
    assert!(open.is_empty(), "{open:?}");
}
