//! Members of organizations, and the rights of their roles.

use crate::db::Db;
use crate::ids::{AccountId, OrganizationId};
use crate::scope::Scope;

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "member_role", rename_all = "snake_case")]
pub enum Role {
    Owner,
    Admin,
    Editor,
    Viewer,
}

impl Role {
    /// Owners and admins decide on photos that quality control held.
    pub fn can_review(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Everyone but viewers uploads, shares and removes.
    pub fn can_edit(self) -> bool {
        self != Self::Viewer
    }
}

/// A signed-in person, in the organization they are working for. Only a valid
/// session makes one.
#[derive(Debug, Clone)]
pub struct Member {
    pub(crate) account: AccountId,
    pub(crate) organization: OrganizationId,
    pub name: String,
    pub email: String,
    pub organization_name: String,
    pub role: Role,
}

impl Member {
    pub fn account(&self) -> AccountId {
        self.account
    }

    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    pub async fn scope(&self, db: &Db) -> sqlx::Result<Scope> {
        Scope::open(db, self.organization).await
    }
}
