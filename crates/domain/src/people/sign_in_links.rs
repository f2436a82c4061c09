//! Links that sign one person in, once.

use crate::db::Db;
use crate::people::accounts::Membership;
use crate::people::token;

/// Hours that a link can be used.
pub const LIFETIME_HOURS: i32 = 24;

pub async fn create(db: &Db, membership: Membership) -> sqlx::Result<String> {
    let token = token::create();
    let mut transaction = db.begin().await?;
    sqlx::query!(
        "insert into sign_in_links (id, token_hash, account_id, organization_id, expires_at)
         values ($1, $2, $3, $4, now() + make_interval(hours => $5))",
        uuid::Uuid::now_v7(),
        token::hash(&token),
        membership.account as _,
        membership.organization as _,
        LIFETIME_HOURS,
    )
    .execute(transaction.conn())
    .await?;
    transaction.commit().await?;
    Ok(token)
}

/// The name of the person whom the link signs in, while it works. Reading it does not use it
/// up, so a mail scanner that follows links does no harm.
pub async fn find(db: &Db, token: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select accounts.name
         from sign_in_links
         join accounts on accounts.id = sign_in_links.account_id
         where token_hash = $1 and used_at is null and expires_at > now()",
        token::hash(token),
    )
    .fetch_optional(db.begin().await?.conn())
    .await
}

/// Uses the link up. `None`: it was used, has expired, or never existed.
pub async fn redeem(db: &Db, token: &str) -> sqlx::Result<Option<Membership>> {
    let mut transaction = db.begin().await?;
    let found = sqlx::query!(
        "update sign_in_links set used_at = now()
         where token_hash = $1 and used_at is null and expires_at > now()
         returning account_id, organization_id",
        token::hash(token),
    )
    .fetch_optional(transaction.conn())
    .await?;
    transaction.commit().await?;
    Ok(found.map(|row| Membership {
        account: row.account_id,
        organization: row.organization_id,
    }))
}
