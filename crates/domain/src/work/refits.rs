//! Refits: an organization's own thresholds of quality control. The pipeline interprets the
//! bounds; this module ensures that at most one refit is in force.

use plumbline_documents::RefitInForce;
use serde_json::Value;
use time::OffsetDateTime;

use crate::ids::RefitId;
use crate::scope::Scope;

/// A refit in force.
#[derive(Debug, Clone)]
pub struct Refit {
    pub id: RefitId,
    /// Version of the table that it was made for: under another one it has no meaning.
    pub table_version: i32,
    /// Bounds of the gates that differ from the table, by their names.
    pub bounds: Value,
    /// Number of decisions that it is based on.
    pub decisions: i32,
    pub adopted_at: OffsetDateTime,
}

impl Refit {
    /// The refit as a document.
    pub fn document(&self) -> RefitInForce {
        RefitInForce {
            id: self.id.uuid(),
            table_version: u32::try_from(self.table_version).unwrap_or_default(),
            bounds: serde_json::from_value(self.bounds.clone()).ok(),
        }
    }
}

pub struct NewRefit {
    pub table_version: i32,
    pub bounds: Value,
    pub decisions: i32,
    /// The changes it would have made.
    pub shadow: Value,
}

/// `None`: the table itself.
pub async fn in_force(scope: &mut Scope) -> sqlx::Result<Option<Refit>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Refit,
        "select id, table_version, bounds, decisions, adopted_at
         from refits
         where organization_id = $1 and withdrawn_at is null",
        organization as _,
    )
    .fetch_optional(scope.conn())
    .await
}

/// Puts a refit in the place of the one it was compared with. `None`: another one
/// is in force by now, and what was compared is no longer true.
pub async fn adopt(
    scope: &mut Scope,
    instead_of: Option<RefitId>,
    new: &NewRefit,
) -> sqlx::Result<Option<RefitId>> {
    if let Some(earlier) = instead_of
        && !withdraw(scope, earlier).await?
    {
        return Ok(None);
    }
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"insert into refits (id, organization_id, table_version, bounds, decisions, shadow)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (organization_id) where withdrawn_at is null do nothing
           returning id as "id: RefitId""#,
        RefitId::new() as _,
        organization as _,
        new.table_version,
        new.bounds,
        new.decisions,
        new.shadow,
    )
    .fetch_optional(scope.conn())
    .await
}

/// Ends a refit: the table is in force again. `false`: it was not in force.
pub async fn withdraw(scope: &mut Scope, id: RefitId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let withdrawn = sqlx::query!(
        "update refits set withdrawn_at = now()
         where organization_id = $1 and id = $2 and withdrawn_at is null",
        organization as _,
        id as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(withdrawn.rows_affected() == 1)
}
