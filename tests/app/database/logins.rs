//! Every login tries every table, with its `where` left out: it sees and changes what is written
//! here, and nothing else. A table that is not written here fails the story.

use plumbline_domain::db::Login;
use plumbline_tests::app::root;
use plumbline_tests::database::{OWNER, TestDatabase};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection, Row};
use uuid::Uuid;

/// A table, and what may be done with it by: the site's login; its scope; the worker's login; its
/// scope. `all` and `own` are the rows that are seen.
const EXPECTED: [[&str; 5]; 22] = [
    [
        "public.accounts",
        "all: select insert",
        "own: select(id, name)",
        "",
        "",
    ],
    [
        "public.attempts",
        "",
        "own: select",
        "",
        "own: select insert",
    ],
    // For sites and workers of an earlier release.
    ["public.corrections", "", "", "", ""],
    [
        "public.galleries",
        "all: select(id, organization_id, shoot_id, token_hash, expires_at, closed_at)",
        "own: select insert update",
        "",
        "own: select(organization_id, shoot_id, expires_at, closed_at)",
    ],
    [
        "public.jobs",
        "",
        "own: select insert update",
        "",
        "own: select insert update",
    ],
    [
        "public.members",
        "all: select insert",
        "own: select",
        "",
        "",
    ],
    [
        "public.organizations",
        "all: select insert",
        "own: select update",
        "",
        "own: select",
    ],
    [
        "public.original_links",
        "all: select(photo_id, organization_id, token_hash)",
        "own: select insert",
        "",
        "own: select(photo_id, organization_id) insert",
    ],
    [
        "public.overrides",
        "",
        "own: select insert update delete",
        "",
        "own: select",
    ],
    [
        "public.personal_looks",
        "",
        "own: select insert update",
        "",
        "own: select",
    ],
    [
        "public.photos",
        "",
        "own: select insert update",
        "",
        "own: select update",
    ],
    [
        "public.refits",
        "",
        "own: select insert update",
        "",
        "own: select",
    ],
    ["public.renditions", "", "own: select", "", "insert"],
    ["public.reviews", "", "own: select insert update", "", ""],
    [
        "public.sessions",
        "all: select insert update delete",
        "",
        "",
        "",
    ],
    [
        "public.shoots",
        "",
        "own: select insert update",
        "",
        "own: select",
    ],
    [
        "public.sign_in_links",
        "all: select insert update",
        "",
        "",
        "",
    ],
    [
        "public.skies",
        "",
        "own: select insert update",
        "",
        "own: select",
    ],
    ["public._sqlx_migrations", "", "", "", ""],
    ["apalis._sqlx_migrations", "", "", "", ""],
    [
        "apalis.jobs",
        "",
        "insert",
        "all: select insert update delete",
        "insert",
    ],
    [
        "apalis.workers",
        "",
        "",
        "all: select insert update delete",
        "",
    ],
];

/// Tables without an organization's rows.
const NOBODYS: [&str; 4] = [
    "public._sqlx_migrations",
    "apalis._sqlx_migrations",
    "apalis.jobs",
    "apalis.workers",
];

/// What the release before saw as `plumbline_door`. Its login is the owner's, which inherits that
/// until a later migration drops the role.
const AT_THE_DOOR: [&str; 7] = [
    "public.accounts",
    "public.galleries",
    "public.members",
    "public.organizations",
    "public.original_links",
    "public.sessions",
    "public.sign_in_links",
];

const ANNA: &str = "anna@example.com";
const BERTA: &str = "berta@example.com";

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
            let insert = format!(
                "insert into {0} select (jsonb_populate_record(null::{0}, $1)).*",
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
    assert_eq!(functions, ["lost_jobs"]);

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
    let error = sqlx::query(sql).fetch_all(&mut web).await.unwrap_err();
    assert!(error.to_string().contains("permission denied"), "{error}");
}

/// Two organizations with rows of every kind.
struct Story {
    database: TestDatabase,
    anna: Uuid,
    berta: Uuid,
}

impl Story {
    async fn begin() -> Self {
        let dump = std::fs::read_to_string(root().join("tests/stored/2026-11-29.sql")).unwrap();
        let database = TestDatabase::restored(&dump, OWNER).await;
        let organization = async |email: &str| -> Uuid {
            let sql = "select organization_id from members
                       join accounts on accounts.id = members.account_id where email = $1";
            let found = sqlx::query_scalar(sql).bind(email);
            found.fetch_one(&database.everything).await.unwrap()
        };
        let (anna, berta) = (organization(ANNA).await, organization(BERTA).await);
        let story = Self {
            database,
            anna,
            berta,
        };
        for missing in MISSING {
            for organization in [anna, berta] {
                let made = sqlx::query(missing).bind(organization);
                made.execute(story.everything()).await.unwrap();
            }
        }
        story
    }

    fn everything(&self) -> &PgPool {
        &self.database.everything
    }

    async fn connect(&self, login: &str) -> PgConnection {
        PgConnection::connect(&self.database.url_as(login))
            .await
            .unwrap()
    }

    /// As the catalogue knows them.
    async fn tables(&self) -> Vec<Table> {
        let sql = "select nspname || '.' || relname as name,
                          array_agg(attname::text order by attnum) as columns
                   from pg_class
                   join pg_namespace on pg_namespace.oid = relnamespace
                   join pg_attribute on attrelid = pg_class.oid and attnum > 0
                                    and not attisdropped
                   where relkind in ('r', 'v', 'm', 'p', 'f')
                     and nspname not in ('pg_catalog', 'information_schema')
                     and nspname not like 'pg\\_%'
                   group by 1";
        let mut tables = Vec::new();
        for row in sqlx::query(sql).fetch_all(self.everything()).await.unwrap() {
            let (name, columns): (String, Vec<String>) = (row.get(0), row.get(1));
            let mut table = Table {
                name,
                columns,
                total: 0,
                own: 0,
            };
            (table.total, table.own) = self.rows(&table, self.berta).await;
            tables.push(table);
        }
        tables.sort_by(|one, other| one.name.cmp(&other.name));
        tables
    }

    async fn rows(&self, table: &Table, organization: Uuid) -> (i64, i64) {
        let sql = format!(
            "select count(*), count(*) filter (where {}) from {}",
            table.is_of(organization),
            table.name
        );
        let counted = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(self.everything());
        counted.await.unwrap()
    }

    /// A row of Anna's as a document; none where rows are nobody's.
    async fn row_of_anna(&self, table: &Table) -> Option<serde_json::Value> {
        if NOBODYS.contains(&&*table.name) {
            return None;
        }
        let sql = format!(
            "select to_jsonb(one) from {} as one where {} limit 1",
            table.name,
            table.is_of(self.anna)
        );
        let row = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(self.everything());
        Some(row.await.unwrap())
    }
}

/// Rows that the stored database lacks, of an organization.
const MISSING: [&str; 7] = [
    "insert into overrides (photo_id, organization_id, place)
     select id, organization_id, 'interior'
     from photos where organization_id = $1 limit 1 on conflict do nothing",
    "insert into original_links (photo_id, organization_id, token, token_hash)
     select id, organization_id, id::text, sha256(id::text::bytea)
     from photos where organization_id = $1 limit 1 on conflict do nothing",
    "insert into personal_looks (id, organization_id, name, version, sha256, size_bytes)
     values (gen_random_uuid(), $1, 'Warm', 1, 'x', 1) on conflict do nothing",
    "insert into skies (id, organization_id, name, content_type, size_bytes, sha256)
     values (gen_random_uuid(), $1, 'A sky', 'image/jpeg', 1, 'x')",
    "insert into refits (id, organization_id, table_version, bounds, decisions, shadow)
     values (gen_random_uuid(), $1, 1, '{}', 1, '{}') on conflict do nothing",
    "insert into sessions (id, token_hash, account_id, organization_id, expires_at)
     select gen_random_uuid(), sha256($1::text::bytea), account_id, organization_id, now()
     from members where organization_id = $1 limit 1",
    "insert into sign_in_links (id, token_hash, account_id, organization_id, expires_at)
     select gen_random_uuid(), sha256($1::text::bytea), account_id, organization_id, now()
     from members where organization_id = $1 limit 1",
];

struct Table {
    name: String,
    columns: Vec<String>,
    total: i64,
    /// Rows of Berta's organization.
    own: i64,
}

impl Table {
    fn is_of(&self, organization: Uuid) -> String {
        match &*self.name {
            "public.organizations" => format!("id = '{organization}'"),
            "public.accounts" => format!(
                "id in (select account_id from members where organization_id = '{organization}')"
            ),
            _ if self
                .columns
                .iter()
                .any(|column| column == "organization_id") =>
            {
                format!("organization_id = '{organization}'")
            }
            _ => "true".to_owned(),
        }
    }

    /// All that a role may do, tried.
    async fn may(&self, conn: &mut PgConnection, role: &str, of: Option<Uuid>) -> String {
        let mut may = Vec::new();
        let mut readable = Vec::new();
        for column in &self.columns {
            let sql = format!("select \"{column}\" from {}", self.name);
            if self.tried(conn, role, of, sql).await.is_some() {
                readable.push(column.as_str());
            }
        }
        if readable.len() == self.columns.len() {
            may.push("select".to_owned());
        } else if !readable.is_empty() {
            may.push(format!("select({})", readable.join(", ")));
        }
        let seen = self.seen(conn, role, of).await;
        let sql = format!("insert into {} default values", self.name);
        if self.tried(conn, role, of, sql).await.is_some() {
            may.push("insert".to_owned());
        }
        let column = &self.columns[0];
        for (verb, sql) in [
            (
                "update",
                format!("update {} set \"{column}\" = \"{column}\"", self.name),
            ),
            ("delete", format!("delete from {}", self.name)),
        ] {
            if let Some(changed) = self.tried(conn, role, of, sql).await {
                // A constraint may keep a row that the role may delete.
                let beyond = changed.is_some() && changed != seen;
                may.push(format!("{verb}{}", if beyond { " BEYOND" } else { "" }));
            }
        }
        let rows = match seen {
            None => "",
            Some(0) if self.total > 0 => "none: ",
            Some(seen) if seen == self.total => "all: ",
            Some(seen) if seen == self.own => "own: ",
            Some(_) => "some: ",
        };
        format!("{rows}{}", may.join(" "))
    }

    /// Number of rows that a role sees; `None`: it may not look.
    async fn seen(&self, conn: &mut PgConnection, role: &str, of: Option<Uuid>) -> Option<i64> {
        let mut transaction = conn.begin().await.unwrap();
        become_role(&mut transaction, role, of).await;
        self.count(&mut transaction).await
    }

    async fn count(&self, conn: &mut PgConnection) -> Option<i64> {
        let sql = format!("select count(*) from {}", self.name);
        let counted = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(conn).await;
        allowed(counted).map(|counted| counted.expect("nothing else stops it"))
    }

    /// `None`: the statement is not allowed. `Some(None)`: something else stopped it.
    async fn tried(
        &self,
        conn: &mut PgConnection,
        role: &str,
        of: Option<Uuid>,
        sql: String,
    ) -> Option<Option<i64>> {
        let mut transaction = conn.begin().await.unwrap();
        become_role(&mut transaction, role, of).await;
        let done = sqlx::query(AssertSqlSafe(sql))
            .execute(&mut *transaction)
            .await;
        let rows = |done: sqlx::postgres::PgQueryResult| i64::try_from(done.rows_affected()).ok();
        allowed(done).map(|done| done.ok().and_then(rows))
    }
}

fn allowed<T>(done: sqlx::Result<T>) -> Option<sqlx::Result<T>> {
    let denied = matches!(&done, Err(error) if error.to_string().contains("permission denied"));
    (!denied).then_some(done)
}

async fn become_role(conn: &mut PgConnection, role: &str, of: Option<Uuid>) {
    let organization = of.map(|id| id.to_string()).unwrap_or_default();
    sqlx::query("select set_config('role', $1, true), set_config('app.organization', $2, true)")
        .bind(role)
        .bind(organization)
        .execute(conn)
        .await
        .unwrap();
}
