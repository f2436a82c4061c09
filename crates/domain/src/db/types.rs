//! The database's own types, looked up before they are needed. sqlx looks up one that it does not
//! know when a statement is prepared and not yet run; a statement without a name is gone by then.

use std::sync::OnceLock;

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};
use sqlx::query_builder::QueryBuilder;
use sqlx::{Connection, Encode, PgConnection, Postgres, Row, Type};

/// Simple, so that it needs no statement at all.
const NAMES: &str = "
    select typname::text from pg_catalog.pg_type
    where typtype = 'e' and typnamespace = 'public'::regnamespace";

/// Makes all of them known to this connection.
pub(super) async fn look_up(conn: &mut PgConnection) -> sqlx::Result<()> {
    let names = names(conn).await?;
    if names.is_empty() {
        return Ok(());
    }
    let mut nulls = QueryBuilder::<Postgres>::new("select ");
    let mut list = nulls.separated(", ");
    for name in names {
        list.push_bind(Null(name));
    }
    let mut transaction = conn.begin().await?;
    let query = nulls.build().persistent(false);
    query.execute(&mut *transaction).await?;
    transaction.commit().await
}

/// Names live as long as the process: sqlx wants them so.
async fn names(conn: &mut PgConnection) -> sqlx::Result<&'static [&'static str]> {
    static KNOWN: OnceLock<Vec<&'static str>> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(known);
    }
    let mut found = Vec::new();
    for row in sqlx::raw_sql(NAMES).fetch_all(conn).await? {
        found.push(&*row.try_get::<String, _>(0)?.leak());
    }
    Ok(KNOWN.get_or_init(|| found))
}

/// Nothing, of a type that is known by its name.
struct Null(&'static str);

impl Type<Postgres> for Null {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("unknown")
    }
}

impl Encode<'_, Postgres> for Null {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_name(self.0))
    }
}
