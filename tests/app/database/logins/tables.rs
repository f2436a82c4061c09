//! One table, and what a role may do with it: tried, not looked up.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};
use uuid::Uuid;

/// A table as the catalogue knows it.
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    pub total: i64,
    /// Rows of Berta's organization.
    pub own: i64,
}

impl Table {
    pub fn is_of(&self, organization: Uuid) -> String {
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
    pub async fn may(&self, conn: &mut PgConnection, role: &str, of: Option<Uuid>) -> String {
        let seen = self.seen(conn, role, of).await;
        let (mut readable, mut writable) = (Vec::new(), Vec::new());
        let mut changed = Vec::new();
        for column in &self.columns {
            let sql = format!("select \"{column}\" from {}", self.name);
            if self.tried(conn, role, of, sql).await.is_some() {
                readable.push(column.as_str());
            }
            let sql = format!("update {} set \"{column}\" = \"{column}\"", self.name);
            if let Some(rows) = self.tried(conn, role, of, sql).await {
                writable.push(column.as_str());
                changed.push(rows);
            }
        }
        let mut may = Vec::new();
        may.extend(self.verb("select", &readable));
        let sql = format!("insert into {} default values", self.name);
        if self.tried(conn, role, of, sql).await.is_some() {
            may.push("insert".to_owned());
        }
        may.extend(self.verb("update", &writable));
        let sql = format!("delete from {}", self.name);
        if let Some(rows) = self.tried(conn, role, of, sql).await {
            may.push("delete".to_owned());
            changed.push(rows);
        }
        // A constraint may keep a row that the role may delete.
        if changed.iter().any(|rows| rows.is_some() && *rows != seen) {
            may.push("of rows that it does not see".to_owned());
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

    /// With its columns, unless they are all.
    fn verb(&self, verb: &str, columns: &[&str]) -> Option<String> {
        match columns.len() {
            0 => None,
            all if all == self.columns.len() => Some(verb.to_owned()),
            _ => Some(format!("{verb}({})", columns.join(", "))),
        }
    }

    /// Number of rows that a role sees; `None`: it may not look.
    pub async fn seen(&self, conn: &mut PgConnection, role: &str, of: Option<Uuid>) -> Option<i64> {
        let mut transaction = conn.begin().await.unwrap();
        become_role(&mut transaction, role, of).await;
        self.count(&mut transaction).await
    }

    pub async fn count(&self, conn: &mut PgConnection) -> Option<i64> {
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

pub async fn become_role(conn: &mut PgConnection, role: &str, of: Option<Uuid>) {
    let organization = of.map(|id| id.to_string()).unwrap_or_default();
    sqlx::query("select set_config('role', $1, true), set_config('app.organization', $2, true)")
        .bind(role)
        .bind(organization)
        .execute(conn)
        .await
        .unwrap();
}
