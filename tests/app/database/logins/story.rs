//! Two organizations with rows of every kind, and everybody who may log in.

use plumbline_tests::app::root;
use plumbline_tests::database::{OWNER, TestDatabase};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection, Row};
use uuid::Uuid;

use super::expected::NOBODYS;
use super::tables::Table;

const ANNA: &str = "anna@example.com";
const BERTA: &str = "berta@example.com";

pub struct Story {
    database: TestDatabase,
    anna: Uuid,
    pub berta: Uuid,
}

impl Story {
    pub async fn begin() -> Self {
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

    pub fn everything(&self) -> &PgPool {
        &self.database.everything
    }

    pub async fn connect(&self, login: &str) -> PgConnection {
        PgConnection::connect(&self.database.url_as(login))
            .await
            .unwrap()
    }

    /// All tables of the catalogue, without columns that nobody writes.
    pub async fn tables(&self) -> Vec<Table> {
        let sql = "select nspname || '.' || relname as name,
                          array_agg(attname::text order by attnum) as columns
                   from pg_class
                   join pg_namespace on pg_namespace.oid = relnamespace
                   join pg_attribute on attrelid = pg_class.oid and attnum > 0
                                    and not attisdropped and attgenerated = ''
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
    pub async fn row_of_anna(&self, table: &Table) -> Option<serde_json::Value> {
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
