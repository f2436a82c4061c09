//! Skies: what may become of them, and an organization's own pictures of skies.

use time::OffsetDateTime;

use crate::ids::SkyId;
use crate::scope::Scope;

/// What is to become of skies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wish {
    /// They stay as they are.
    #[default]
    Keep,
    Clear,
    LightCloud,
    HighCloud,
    /// One of the organization's own pictures.
    Own(SkyId),
}

/// A wish without saying which picture, as its column holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "sky_wish", rename_all = "snake_case")]
pub(crate) enum Kind {
    Keep,
    Clear,
    LightCloud,
    HighCloud,
    Own,
}

impl Wish {
    /// As two columns hold it; the database refuses an own sky that is not named.
    pub(crate) fn of(kind: Kind, own: Option<SkyId>) -> Self {
        match kind {
            Kind::Keep => Self::Keep,
            Kind::Clear => Self::Clear,
            Kind::LightCloud => Self::LightCloud,
            Kind::HighCloud => Self::HighCloud,
            Kind::Own => own.map(Self::Own).unwrap_or_default(),
        }
    }

    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Keep => Kind::Keep,
            Self::Clear => Kind::Clear,
            Self::LightCloud => Kind::LightCloud,
            Self::HighCloud => Kind::HighCloud,
            Self::Own(_) => Kind::Own,
        }
    }

    /// The organization's own picture, where it is to be one.
    pub fn own(self) -> Option<SkyId> {
        match self {
            Self::Own(sky) => Some(sky),
            Self::Keep | Self::Clear | Self::LightCloud | Self::HighCloud => None,
        }
    }
}

/// An uploaded picture of a sky.
#[derive(Debug, Clone)]
pub struct Sky {
    pub id: SkyId,
    pub name: String,
    pub content_type: String,
    pub size_bytes: i64,
    pub sha256: Vec<u8>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub received_at: OffsetDateTime,
    pub removed_at: Option<OffsetDateTime>,
}

/// A stored upload, not yet a sky.
#[derive(Debug, Clone)]
pub struct Received<'a> {
    pub id: SkyId,
    pub name: &'a str,
    pub content_type: &'a str,
    pub size_bytes: i64,
    pub sha256: [u8; 32],
    pub size_pixels: Option<(i32, i32)>,
}

/// Takes a stored upload in. The same bytes sent again are the sky that they were, and
/// bring it back where it was removed. The answer is the id under which they count.
pub async fn receive(scope: &mut Scope, received: &Received<'_>) -> sqlx::Result<SkyId> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"insert into skies (
               id, organization_id, name, content_type, size_bytes, sha256, width, height
           ) values ($1, $2, $3, $4, $5, $6, $7, $8)
           on conflict on constraint skies_same_bytes_once do update set removed_at = null
           returning id as "id: SkyId""#,
        received.id as _,
        organization as _,
        received.name,
        received.content_type,
        received.size_bytes,
        received.sha256.as_slice(),
        received.size_pixels.map(|size| size.0),
        received.size_pixels.map(|size| size.1),
    )
    .fetch_one(scope.conn())
    .await
}

/// A sky that was not removed.
pub async fn find(scope: &mut Scope, id: SkyId) -> sqlx::Result<Option<Sky>> {
    Ok(find_even_removed(scope, id)
        .await?
        .filter(|sky| sky.removed_at.is_none()))
}

/// A sky, removed or not: those who chose it keep it.
pub async fn find_even_removed(scope: &mut Scope, id: SkyId) -> sqlx::Result<Option<Sky>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Sky,
        "select id, name, content_type, size_bytes, sha256, width, height,
                received_at, removed_at
         from skies
         where organization_id = $1 and id = $2",
        organization as _,
        id as _,
    )
    .fetch_optional(scope.conn())
    .await
}

/// All skies of the organization, removed ones too, by name.
pub async fn even_removed(scope: &mut Scope) -> sqlx::Result<Vec<Sky>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Sky,
        "select id, name, content_type, size_bytes, sha256, width, height,
                received_at, removed_at
         from skies
         where organization_id = $1
         order by lower(name), id",
        organization as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// Offers it no longer; [`restore`] brings it back.
pub async fn remove(scope: &mut Scope, id: SkyId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let removed = sqlx::query!(
        "update skies set removed_at = now()
         where organization_id = $1 and id = $2 and removed_at is null",
        organization as _,
        id as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(removed.rows_affected() > 0)
}

pub async fn restore(scope: &mut Scope, id: SkyId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let restored = sqlx::query!(
        "update skies set removed_at = null
         where organization_id = $1 and id = $2 and removed_at is not null",
        organization as _,
        id as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(restored.rows_affected() > 0)
}
