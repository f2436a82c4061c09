//! Operators: people who run our programs at the command line. They have the database's own
//! address, so they need not sign in; a scope still shows them only the organization that they
//! named. No page may act as one.

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
        .fetch_optional(db.begin().await?.conn())
        .await
    }

    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    pub async fn scope(&self, db: &Db) -> sqlx::Result<Scope> {
        Scope::open(db, self.organization).await
    }
}
