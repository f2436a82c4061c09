//! One organization inside one transaction. Only a [`Member`], a [`Guest`], an [`Onlooker`], a
//! job or an [`Operator`] at the command line can open a [`Scope`], and only for the
//! organization it was let into; from then on the database itself hides every
//! other organization's rows.
//!
//! [`Member`]: crate::people::members::Member
//! [`Guest`]: crate::shoots::galleries::Guest
//! [`Onlooker`]: crate::shoots::originals::Onlooker
//! [`Operator`]: crate::people::operators::Operator

use crate::db::{Connection, Db, Transaction};
use crate::ids::OrganizationId;

/// Open it late, commit it early, never hold it across slow work. Dropped
/// without [`commit`](Scope::commit), everything in it is undone.
pub struct Scope {
    organization: OrganizationId,
    transaction: Transaction,
}

/// The receipt of a commit: what was written is there to stay. Whoever answers
/// "done" asks for it, so nobody says so before it is.
pub struct Saved(());

impl Scope {
    pub(crate) async fn open(db: &Db, organization: OrganizationId) -> sqlx::Result<Self> {
        let mut transaction = db.begin().await?;
        sqlx::query!(
            "select set_config('role', $1, true) as role,
                    set_config('app.organization', $2, true) as organization",
            db.login().scope(),
            organization.to_string(),
        )
        .fetch_one(transaction.conn())
        .await?;
        Ok(Self {
            organization,
            transaction,
        })
    }

    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    pub async fn commit(self) -> sqlx::Result<Saved> {
        self.transaction.commit().await?;
        Ok(Saved(()))
    }

    pub(crate) fn conn(&mut self) -> Connection<'_> {
        self.transaction.conn()
    }
}
