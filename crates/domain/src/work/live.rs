//! Notifies open pages that a shoot has changed. The message is sent when the transaction
//! commits, and names only what to read again.

use sqlx::postgres::PgListener;

use crate::db::Db;
use crate::ids::{OrganizationId, PhotoId, ShootId};
use crate::scope::Scope;

const CHANNEL: &str = "plumbline_live";

/// Something about this shoot's photos is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub organization: OrganizationId,
    pub shoot: ShootId,
    pub photo: Option<PhotoId>,
}

impl Change {
    fn to_text(self) -> String {
        let photo = self.photo.map(|id| id.to_string()).unwrap_or_default();
        format!("{}/{}/{}", self.organization, self.shoot, photo)
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '/');
        Some(Self {
            organization: parts.next()?.parse().ok()?,
            shoot: parts.next()?.parse().ok()?,
            photo: parts.next()?.parse().ok(),
        })
    }
}

pub(crate) async fn notify(
    scope: &mut Scope,
    shoot: ShootId,
    photo: Option<PhotoId>,
) -> sqlx::Result<()> {
    let change = Change {
        organization: scope.organization(),
        shoot,
        photo,
    };
    sqlx::query!(
        "select pg_notify($1, $2) as sent",
        CHANNEL,
        change.to_text()
    )
    .fetch_one(scope.conn())
    .await?;
    Ok(())
}

/// Listener to the changes of every organization; a caller must check whose they are.
pub struct Listener(PgListener);

impl Listener {
    pub async fn open(db: &Db) -> sqlx::Result<Self> {
        let mut listener = PgListener::connect_with(db.direct()).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// The next change. After a lost connection it reconnects; changes in between are lost,
    /// so `None` then means "read everything again".
    pub async fn next(&mut self) -> sqlx::Result<Option<Change>> {
        let message = self.0.try_recv().await?;
        Ok(message.and_then(|message| Change::from_text(message.payload())))
    }
}
