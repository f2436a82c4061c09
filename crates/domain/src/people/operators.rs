//! Operators: whoever runs our programs at the command line. They hold the
//! database's own address, so nobody asks them who they are; a scope still lets
//! them see one organization, the one they named. No page may become one.

use crate::db::Db;
use crate::ids::OrganizationId;
use crate::scope::Scope;

/// Somebody at the command line, working for one organization.
#[derive(Debug, Clone)]
pub struct Operator {
    organization: OrganizationId,
    pub organization_name: String,
}

impl Operator {
    /// `None`: there is no such organization.
    pub async fn at_the_command_line(
        db: &Db,
        organization: OrganizationId,
    ) -> sqlx::Result<Option<Self>> {
        sqlx::query_as!(
            Self,
            "select id as organization, name as organization_name
             from organizations
             where id = $1",
            organization as _,
        )
        .fetch_optional(&db.pool)
        .await
    }

    pub async fn scope(&self, db: &Db) -> sqlx::Result<Scope> {
        Scope::open(db, self.organization).await
    }
}
