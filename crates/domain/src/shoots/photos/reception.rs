//! A stored upload becomes a photo of a shoot, and its enhancement is ordered, in
//! one commit. The same bytes in the same shoot are the same photo.

use crate::ids::{PhotoId, ShootId};
use crate::scope::Scope;
use crate::shoots::photos::{self, brackets, reprocess};
use crate::work::{jobs, live};

/// An upload whose bytes are in storage under `id`.
pub struct Received {
    pub id: PhotoId,
    pub name: String,
    pub content_type: &'static str,
    pub size_bytes: i64,
    pub sha256: [u8; 32],
    /// `None` where the web cannot read it without decoding.
    pub size_pixels: Option<(i32, i32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reception {
    /// A new photo, already in the queue.
    New(PhotoId),
    /// The same bytes are in this shoot: what was stored under the new id is not needed.
    Duplicate(PhotoId),
    NoSuchShoot,
}

/// Takes a stored upload into a shoot and orders its enhancement, in one commit.
pub async fn receive(
    scope: &mut Scope,
    shoot: ShootId,
    received: &Received,
) -> sqlx::Result<Reception> {
    if !lock(scope, shoot).await? {
        return Ok(Reception::NoSuchShoot);
    }
    if let Some(known) = find_same(scope, shoot, &received.sha256).await? {
        // Sent again, so wanted: removed it comes back, failed it is processed again. An exposure
        // is wanted as the photo that it went into.
        let wanted = brackets::leader(scope, known).await?.unwrap_or(known);
        photos::restore(scope, wanted).await?;
        reprocess::failed(scope, wanted).await?;
        return Ok(Reception::Duplicate(known));
    }
    let number = next_number(scope, shoot).await?;
    insert(scope, shoot, number, received).await?;
    jobs::create(scope, received.id).await?;
    live::notify(scope, shoot, Some(received.id)).await?;
    Ok(Reception::New(received.id))
}

/// Makes two identical files dropped at the same moment wait for each other.
/// `false`: there is no such shoot.
async fn lock(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let locked = sqlx::query!(
        "select id from shoots where organization_id = $1 and id = $2 for update",
        organization as _,
        shoot as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    Ok(locked.is_some())
}

async fn next_number(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<i32> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        "update shoots set photo_count = photo_count + 1
         where organization_id = $1 and id = $2
         returning photo_count",
        organization as _,
        shoot as _,
    )
    .fetch_one(scope.conn())
    .await
}

/// The photo of this shoot that has these bytes already, removed or not.
pub async fn find_same(
    scope: &mut Scope,
    shoot: ShootId,
    sha256: &[u8; 32],
) -> sqlx::Result<Option<PhotoId>> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select id as "id: PhotoId" from photos
           where organization_id = $1 and shoot_id = $2 and sha256 = $3"#,
        organization as _,
        shoot as _,
        sha256.as_slice(),
    )
    .fetch_optional(scope.conn())
    .await
}

async fn insert(
    scope: &mut Scope,
    shoot: ShootId,
    number: i32,
    received: &Received,
) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "insert into photos (
             id, organization_id, shoot_id, number, name,
             content_type, size_bytes, sha256, width, height
         ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        received.id as _,
        organization as _,
        shoot as _,
        number,
        received.name,
        received.content_type,
        received.size_bytes,
        received.sha256.as_slice(),
        received.size_pixels.map(|size| size.0),
        received.size_pixels.map(|size| size.1),
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}
