//! Skies: the choices there are, and an organization's own pictures of skies.

use plumbline_documents::SkyWord;
use time::OffsetDateTime;

use crate::ids::SkyId;
use crate::scope::Scope;

/// Sky that exteriors are to have, with the id of an own picture.
pub type SkyChoice = plumbline_documents::SkyChoice<SkyId>;

/// The choice that two columns hold; the database refuses an own sky without an id.
pub(crate) fn choice(word: SkyWord, own: Option<SkyId>) -> SkyChoice {
    SkyChoice::of(word, own).unwrap_or_default()
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

/// Records a stored upload. The same bytes sent again are the sky that they were, and restore
/// it where it was removed. Returns the id of the sky that has these bytes.
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

/// A sky, removed or not: shoots and photos that have it keep it.
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

/// Stops offering a sky; [`restore`] brings it back.
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
