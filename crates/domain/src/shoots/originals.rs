//! Original links: the public address at which anybody sees what an altered photo looked like
//! before, for as long as the photo is not removed, whatever becomes of galleries. California's
//! AB 723 asks for such an address beside every altered picture of a listing.
//!
//! Unlike a share link, its token is kept: it is printed into listings, reports and codes for years,
//! and is no secret. It only keeps strangers from counting through photos.

use std::collections::HashMap;

use crate::db::Db;
use crate::ids::{OrganizationId, PhotoId, ShootId};
use crate::people::token;
use crate::scope::Scope;
use crate::shoots::galleries;
use crate::work::attempts;

/// Somebody who has the link of an original. Only such a link makes one.
#[derive(Debug, Clone)]
pub struct Onlooker {
    organization: OrganizationId,
    pub photo: PhotoId,
}

impl Onlooker {
    pub async fn scope(&self, db: &Db) -> sqlx::Result<Scope> {
        Scope::open(db, self.organization).await
    }

    pub fn organization(&self) -> OrganizationId {
        self.organization
    }
}

/// Makes the links of altered photos that customers may see behind an open share link, of all of
/// the shoot or of one. To be called wherever such a photo comes about; a link stays what it is.
pub async fn share(scope: &mut Scope, shoot: ShootId, photo: Option<PhotoId>) -> sqlx::Result<()> {
    if !galleries::is_shared(scope, shoot).await? {
        return Ok(());
    }
    attempts::classify(scope, shoot).await?;
    let altered = without_link(scope, shoot, photo).await?;
    if altered.is_empty() {
        return Ok(());
    }
    create(scope, &altered).await
}

async fn without_link(
    scope: &mut Scope,
    shoot: ShootId,
    photo: Option<PhotoId>,
) -> sqlx::Result<Vec<PhotoId>> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select photos.id as "id: PhotoId" from photos
           join attempts on attempts.organization_id = photos.organization_id
                        and attempts.id = photos.accepted_attempt_id
           where photos.organization_id = $1 and photos.shoot_id = $2
             and ($3::uuid is null or photos.id = $3)
             and photos.removed_at is null and photos.status in ('passed', 'approved')
             and attempts.generated = 'yes'
             and not exists (
                 select from original_links
                 where original_links.organization_id = $1
                   and original_links.photo_id = photos.id
             )"#,
        organization as _,
        shoot as _,
        photo as _,
    )
    .fetch_all(scope.conn())
    .await
}

async fn create(scope: &mut Scope, photos: &[PhotoId]) -> sqlx::Result<()> {
    let organization = scope.organization();
    let tokens: Vec<String> = photos.iter().map(|_| token::create()).collect();
    let hashes: Vec<Vec<u8>> = tokens.iter().map(|one| token::hash(one)).collect();
    let photos: Vec<_> = photos.iter().map(|photo| photo.uuid()).collect();
    sqlx::query!(
        "insert into original_links (organization_id, photo_id, token, token_hash)
         select $1, photo, token, hash
         from unnest($2::uuid[], $3::text[], $4::bytea[]) as new (photo, token, hash)
         on conflict (photo_id) do nothing",
        organization as _,
        &photos,
        &tokens,
        &hashes,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}

/// The token of a photo's link.
pub async fn find(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<Option<String>> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        "select token from original_links where organization_id = $1 and photo_id = $2",
        organization as _,
        photo as _,
    )
    .fetch_optional(scope.conn())
    .await
}

/// The tokens of a shoot's links, by photo.
pub async fn of_shoot(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<HashMap<PhotoId, String>> {
    let organization = scope.organization();
    let rows = sqlx::query!(
        "select original_links.photo_id, original_links.token
         from original_links
         join photos on photos.organization_id = original_links.organization_id
                    and photos.id = original_links.photo_id
         where original_links.organization_id = $1 and photos.shoot_id = $2",
        organization as _,
        shoot as _,
    )
    .fetch_all(scope.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.photo_id, row.token))
        .collect())
}

/// Lets in whoever has a link. Whether the photo is still there is the scope's to say.
pub async fn enter(db: &Db, token: &str) -> sqlx::Result<Option<Onlooker>> {
    let found = sqlx::query!(
        "select organization_id, photo_id from original_links where token_hash = $1",
        token::hash(token),
    )
    .fetch_optional(db.begin().await?.conn())
    .await?;
    Ok(found.map(|row| Onlooker {
        organization: row.organization_id,
        photo: row.photo_id,
    }))
}
