//! People: signing up, and proving who one is by a password.

use crate::db::{Db, Transaction};
use crate::ids::{AccountId, OrganizationId};
use crate::people::members::Role;
use crate::people::passwords::{self, Turn};

/// Shortest password we take, in characters (NIST SP 800-63B asks for 8).
pub const PASSWORD_MIN_CHARS: usize = 10;
/// Longest, in bytes: argon2 must not be fed megabytes.
pub const PASSWORD_MAX_BYTES: usize = 512;

pub struct NewAccount {
    pub name: String,
    pub organization: String,
    pub email: String,
    pub password: String,
}

/// An account in one of its organizations: what a session is made for.
#[derive(Debug, Clone, Copy)]
pub struct Membership {
    pub(crate) account: AccountId,
    pub(crate) organization: OrganizationId,
}

#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    #[error("an account with this email exists")]
    EmailTaken,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Makes the person, their organization, and them its owner.
pub async fn sign_up(db: &Db, turn: Turn, new: NewAccount) -> Result<Membership, SignUpError> {
    let password_hash = passwords::hash(turn, new.password).await;
    let mut transaction = db.begin().await?;
    let membership = Membership {
        account: AccountId::new(),
        organization: OrganizationId::new(),
    };
    create(
        &mut transaction,
        membership,
        &new.name,
        &new.email,
        &password_hash,
    )
    .await
    .map_err(email_taken)?;
    found_organization(&mut transaction, membership, &new.organization).await?;
    transaction.commit().await?;
    Ok(membership)
}

/// The person's first organization, if email and password are right. An unknown
/// email costs as much time as a wrong password, so signing in tells nobody who is here.
pub async fn authenticate(
    db: &Db,
    turn: Turn,
    email: &str,
    password: String,
) -> sqlx::Result<Option<Membership>> {
    let found = sqlx::query!(
        "select accounts.id, accounts.password_hash, members.organization_id
         from accounts
         join members on members.account_id = accounts.id
         where lower(accounts.email) = lower($1)
         order by members.created_at
         limit 1",
        email,
    )
    .fetch_optional(db.begin().await?.conn())
    .await?;
    let known = found.as_ref().map(|row| row.password_hash.clone());
    let matches = passwords::verify(turn, password, known).await;
    Ok(found.filter(|_| matches).map(|row| Membership {
        account: row.id,
        organization: row.organization_id,
    }))
}

/// The membership of the account with this email, without asking for a password:
/// for the operator's own tools, never for a request.
pub async fn find_by_email(db: &Db, email: &str) -> sqlx::Result<Option<Membership>> {
    let found = sqlx::query!(
        "select accounts.id, members.organization_id
         from accounts
         join members on members.account_id = accounts.id
         where lower(accounts.email) = lower($1)
         order by members.created_at
         limit 1",
        email,
    )
    .fetch_optional(db.begin().await?.conn())
    .await?;
    Ok(found.map(|row| Membership {
        account: row.id,
        organization: row.organization_id,
    }))
}

/// Adds a person to the organization that `inviter` belongs to.
pub async fn add_member(
    db: &Db,
    turn: Turn,
    inviter: Membership,
    new: NewAccount,
    role: Role,
) -> Result<Membership, SignUpError> {
    let password_hash = passwords::hash(turn, new.password).await;
    let mut transaction = db.begin().await?;
    let membership = Membership {
        account: AccountId::new(),
        organization: inviter.organization,
    };
    create(
        &mut transaction,
        membership,
        &new.name,
        &new.email,
        &password_hash,
    )
    .await
    .map_err(email_taken)?;
    join(&mut transaction, membership, role).await?;
    transaction.commit().await?;
    Ok(membership)
}

async fn create(
    transaction: &mut Transaction,
    membership: Membership,
    name: &str,
    email: &str,
    password_hash: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into accounts (id, email, name, password_hash) values ($1, $2, $3, $4)",
        membership.account as _,
        email,
        name,
        password_hash,
    )
    .execute(transaction.conn())
    .await?;
    Ok(())
}

async fn found_organization(
    transaction: &mut Transaction,
    membership: Membership,
    name: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into organizations (id, name) values ($1, $2)",
        membership.organization as _,
        name,
    )
    .execute(transaction.conn())
    .await?;
    join(transaction, membership, Role::Owner).await
}

async fn join(
    transaction: &mut Transaction,
    membership: Membership,
    role: Role,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into members (organization_id, account_id, role) values ($1, $2, $3)",
        membership.organization as _,
        membership.account as _,
        role as _,
    )
    .execute(transaction.conn())
    .await?;
    Ok(())
}

fn email_taken(error: sqlx::Error) -> SignUpError {
    let constraint = error.as_database_error().and_then(|e| e.constraint());
    match constraint {
        Some("accounts_email_unique") => SignUpError::EmailTaken,
        _ => SignUpError::Database(error),
    }
}
