//! Signed-in browsers. The cookie holds a random token, the table its hash.

use crate::db::{Db, Transaction};
use crate::people::accounts::Membership;
use crate::people::members::{Member, Role};
use crate::people::token;

/// Days that a browser stays signed in after its last visit.
const LIFETIME_DAYS: i32 = 30;

/// Signs in; the token goes into the browser's cookie and nowhere else.
pub async fn create(db: &Db, membership: Membership) -> sqlx::Result<String> {
    let token = token::create();
    let mut transaction = db.begin().await?;
    sqlx::query!(
        "insert into sessions (id, token_hash, account_id, organization_id, expires_at)
         values ($1, $2, $3, $4, now() + make_interval(days => $5))",
        uuid::Uuid::now_v7(),
        token::hash(&token),
        membership.account as _,
        membership.organization as _,
        LIFETIME_DAYS,
    )
    .execute(transaction.conn())
    .await?;
    forget_expired(&mut transaction).await?;
    transaction.commit().await?;
    Ok(token)
}

async fn forget_expired(transaction: &mut Transaction) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where expires_at < now()")
        .execute(transaction.conn())
        .await?;
    Ok(())
}

/// The member whose session has this token. The visit is recorded at most once an hour, so
/// that reading a page does not write a row.
pub async fn find(db: &Db, token: &str) -> sqlx::Result<Option<Member>> {
    let hash = token::hash(token);
    let mut transaction = db.begin().await?;
    let found = sqlx::query!(
        r#"select sessions.account_id, sessions.organization_id,
                  accounts.name, accounts.email,
                  organizations.name as organization_name,
                  members.role as "role: Role",
                  sessions.last_seen_at < now() - interval '1 hour' as "stale!"
           from sessions
           join accounts on accounts.id = sessions.account_id
           join organizations on organizations.id = sessions.organization_id
           join members on members.organization_id = sessions.organization_id
                       and members.account_id = sessions.account_id
           where sessions.token_hash = $1 and sessions.expires_at > now()"#,
        hash,
    )
    .fetch_optional(transaction.conn())
    .await?;
    let Some(row) = found else { return Ok(None) };
    if row.stale {
        touch(&mut transaction, &hash).await?;
    }
    transaction.commit().await?;
    Ok(Some(Member {
        account: row.account_id,
        organization: row.organization_id,
        name: row.name,
        email: row.email,
        organization_name: row.organization_name,
        role: row.role,
    }))
}

/// Signs out. A token that is already gone is fine.
pub async fn end(db: &Db, token: &str) -> sqlx::Result<()> {
    let mut transaction = db.begin().await?;
    sqlx::query!(
        "delete from sessions where token_hash = $1",
        token::hash(token)
    )
    .execute(transaction.conn())
    .await?;
    transaction.commit().await
}

async fn touch(transaction: &mut Transaction, hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "update sessions
         set last_seen_at = now(), expires_at = now() + make_interval(days => $2)
         where token_hash = $1",
        hash,
        LIFETIME_DAYS,
    )
    .execute(transaction.conn())
    .await?;
    Ok(())
}
