//! The logins of the programs. None owns a table, and none sees an organization's rows before it
//! has become the role of a scope.

use crate::db::{Connection, Error};

/// A program that logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    Web,
    Worker,
}

impl Login {
    /// The role that migrations made for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "plumbline_web",
            Self::Worker => "plumbline_worker",
        }
    }

    /// The role that it becomes for a scope's transaction.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Web => "plumbline_web_scope",
            Self::Worker => "plumbline_worker_scope",
        }
    }

    /// Refuses a login that row-level security does not hold back, and one that is another
    /// program's.
    pub(super) async fn check(self, conn: Connection<'_>) -> sqlx::Result<()> {
        let found = sqlx::query!(
            r#"select session_user::text as "user!",
                      exists (
                          select from pg_roles
                          where rolname = session_user and (rolsuper or rolbypassrls)
                      ) or exists (
                          select from pg_class
                          where oid = to_regclass('public.jobs')
                            and pg_has_role(session_user, relowner, 'member')
                      ) as "sees_all!",
                      coalesce((
                          select pg_has_role(session_user, oid, 'member')
                          from pg_roles where rolname = $1
                      ), false) as "may_become!""#,
            self.scope(),
        )
        .fetch_one(conn)
        .await?;
        let (user, name) = (found.user, self.name());
        if found.sees_all {
            return Err(refusal(format!(
                "The login {user} sees every organization's rows. Log in as {name} \
                 (deploy/README.md, \"Three logins\"); only `plumbline-web migrate` logs in as the owner."
            )));
        }
        if !found.may_become {
            return Err(refusal(format!(
                "The login {user} has no rights here. Log in as {name} (deploy/README.md, \
                 \"Three logins\"), and run `plumbline-web migrate` first if this is a new database."
            )));
        }
        Ok(())
    }
}

fn refusal(sentence: String) -> Error {
    Error::InvalidArgument(sentence)
}
