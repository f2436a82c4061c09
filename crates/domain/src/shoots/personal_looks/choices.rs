//! The look that photos are finished in: an organization's, and each shoot's own choice.

use crate::ids::{PersonalLookId, ShootId};
use crate::scope::Scope;
use crate::shoots::personal_looks::{PersonalLook, hold};

/// Look that photos of a shoot are finished in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LookChoice {
    /// The look of the organization.
    #[default]
    Organization,
    /// The house look.
    House,
    /// A personal look.
    Personal(PersonalLookId),
}

/// Word for a [`LookChoice`] in its column: the look stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "look_source", rename_all = "snake_case")]
pub(crate) enum LookSource {
    Organization,
    House,
    Personal,
}

impl LookChoice {
    /// The choice that two columns hold; the database refuses a personal one without an id.
    pub(crate) fn of(source: LookSource, look: Option<PersonalLookId>) -> Self {
        match (source, look) {
            (LookSource::House, _) => Self::House,
            (LookSource::Personal, Some(look)) => Self::Personal(look),
            (LookSource::Organization | LookSource::Personal, _) => Self::Organization,
        }
    }

    fn source(self) -> LookSource {
        match self {
            Self::Organization => LookSource::Organization,
            Self::House => LookSource::House,
            Self::Personal(_) => LookSource::Personal,
        }
    }

    fn personal(self) -> Option<PersonalLookId> {
        match self {
            Self::Personal(look) => Some(look),
            Self::Organization | Self::House => None,
        }
    }
}

/// The personal look that the photos of a shoot are finished in: its own choice, else its
/// organization's. `None`: the house look.
pub async fn of_shoot(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<Option<PersonalLook>> {
    let organization = scope.organization();
    sqlx::query_as!(
        PersonalLook,
        "select personal_looks.id, personal_looks.name, version, sha256, size_bytes, note,
                personal_looks.created_at, removed_at
         from shoots
         join organizations on organizations.id = shoots.organization_id
         join personal_looks
           on personal_looks.organization_id = shoots.organization_id
          and personal_looks.id = case shoots.look_source
                             when 'organization' then organizations.personal_look_id
                             when 'personal' then shoots.personal_look_id
                         end
         where shoots.organization_id = $1 and shoots.id = $2",
        organization as _,
        shoot as _,
    )
    .fetch_optional(scope.conn())
    .await
}

/// The personal look of an organization's shoots without a choice of their own. `None`: the house look.
pub async fn of_organization(scope: &mut Scope) -> sqlx::Result<Option<PersonalLookId>> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select personal_look_id as "look: PersonalLookId" from organizations where id = $1"#,
        organization as _,
    )
    .fetch_one(scope.conn())
    .await
}

/// Chooses the look of photos that are enhanced from now on, of all shoots without a choice of their
/// own. `false`: there is no such look.
pub async fn choose_for_organization(
    scope: &mut Scope,
    look: Option<PersonalLookId>,
) -> sqlx::Result<bool> {
    if let Some(look) = look
        && !hold(scope, look).await?
    {
        return Ok(false);
    }
    let organization = scope.organization();
    sqlx::query!(
        "update organizations set personal_look_id = $2 where id = $1",
        organization as _,
        look as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(true)
}

/// Chooses the look of a shoot's photos that are enhanced from now on. `false`: there is no such
/// shoot, or no such look.
pub async fn choose_for_shoot(
    scope: &mut Scope,
    shoot: ShootId,
    choice: LookChoice,
) -> sqlx::Result<bool> {
    if let Some(look) = choice.personal()
        && !hold(scope, look).await?
    {
        return Ok(false);
    }
    let organization = scope.organization();
    let chosen = sqlx::query!(
        "update shoots set look_source = $3, personal_look_id = $4
         where organization_id = $1 and id = $2",
        organization as _,
        shoot as _,
        choice.source() as _,
        choice.personal() as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(chosen.rows_affected() > 0)
}

/// Choices of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uses {
    /// It is the organization's.
    pub by_organization: bool,
    /// Names of the shoots that chose it themselves.
    pub shoots: Vec<String>,
}

/// All choices of a look.
pub async fn uses(scope: &mut Scope, look: PersonalLookId) -> sqlx::Result<Uses> {
    let organization = scope.organization();
    let by_organization = of_organization(scope).await? == Some(look);
    let shoots = sqlx::query_scalar!(
        "select name from shoots
         where organization_id = $1 and personal_look_id = $2
         order by created_at",
        organization as _,
        look as _,
    )
    .fetch_all(scope.conn())
    .await?;
    Ok(Uses {
        by_organization,
        shoots,
    })
}
