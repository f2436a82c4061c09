//! Galleries: photos that a customer without an account sees behind a share link.

use time::OffsetDateTime;

use crate::db::Db;
use crate::ids::{GalleryId, OrganizationId, PhotoId, ShootId};
use crate::people::members::Member;
use crate::people::token;
use crate::scope::Scope;
use crate::shoots::originals;
use crate::shoots::photos::Status;

/// An open share link, as the organization that made it sees it.
#[derive(Debug, Clone)]
pub struct Gallery {
    pub id: GalleryId,
    pub shoot_id: ShootId,
    pub token: String,
    pub created_at: OffsetDateTime,
    pub expires_at: Option<OffsetDateTime>,
}

/// Somebody who holds a link that works. Only such a link makes one.
#[derive(Debug, Clone)]
pub struct Guest {
    organization: OrganizationId,
    pub shoot: ShootId,
    pub gallery: GalleryId,
}

impl Guest {
    pub async fn scope(&self, db: &Db) -> sqlx::Result<Scope> {
        Scope::open(db, self.organization).await
    }

    pub fn organization(&self) -> OrganizationId {
        self.organization
    }
}

/// A photo in the gallery, with the size of its full rendition.
#[derive(Debug, Clone)]
pub struct Picture {
    pub photo: PhotoId,
    pub number: i32,
    pub name: String,
    /// Pixels of the full-resolution file.
    pub width: i32,
    pub height: i32,
    pub size_bytes: i64,
}

/// `lifetime_days`: `None` for a link that works until it is closed.
pub async fn create(
    scope: &mut Scope,
    member: &Member,
    shoot: ShootId,
    lifetime_days: Option<i32>,
) -> sqlx::Result<GalleryId> {
    let id = GalleryId::new();
    let token = token::create();
    let organization = scope.organization();
    sqlx::query!(
        "insert into galleries (
             id, organization_id, shoot_id, token, token_hash, created_by, expires_at
         ) values ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7))",
        id as _,
        organization as _,
        shoot as _,
        token,
        token::hash(&token),
        member.account() as _,
        lifetime_days,
    )
    .execute(scope.conn())
    .await?;
    originals::share(scope, shoot, None).await?;
    Ok(id)
}

/// Links of a shoot that still work, newest first.
pub async fn of_shoot(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<Vec<Gallery>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Gallery,
        "select id, shoot_id, token, created_at, expires_at
         from galleries
         where organization_id = $1 and shoot_id = $2 and closed_at is null
           and (expires_at is null or expires_at > now())
         order by created_at desc",
        organization as _,
        shoot as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// `true`: a link of the shoot still works.
pub(crate) async fn is_shared(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select exists (
               select from galleries
               where organization_id = $1 and shoot_id = $2 and closed_at is null
                 and (expires_at is null or expires_at > now())
           ) as "shared!""#,
        organization as _,
        shoot as _,
    )
    .fetch_one(scope.conn())
    .await
}

/// Stops sharing; a link that was closed stays closed. `None`: no such link.
pub async fn close(scope: &mut Scope, id: GalleryId) -> sqlx::Result<Option<ShootId>> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"update galleries set closed_at = coalesce(closed_at, now())
           where organization_id = $1 and id = $2
           returning shoot_id as "shoot_id: ShootId""#,
        organization as _,
        id as _,
    )
    .fetch_optional(scope.conn())
    .await
}

/// Lets in whoever holds a link that works.
pub async fn enter(db: &Db, token: &str) -> sqlx::Result<Option<Guest>> {
    let found = sqlx::query!(
        "select id, organization_id, shoot_id from galleries
         where token_hash = $1 and closed_at is null
           and (expires_at is null or expires_at > now())",
        token::hash(token),
    )
    .fetch_optional(db.begin().await?.conn())
    .await?;
    Ok(found.map(|row| Guest {
        organization: row.organization_id,
        shoot: row.shoot_id,
        gallery: row.id,
    }))
}

/// The photos that customers may see: those that passed, or that a person approved.
pub async fn pictures(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<Vec<Picture>> {
    let organization = scope.organization();
    let rows = sqlx::query!(
        r#"select photos.id, photos.number, photos.name, photos.status as "status: Status",
                  renditions.width, renditions.height, renditions.size_bytes
           from photos
           join renditions on renditions.organization_id = photos.organization_id
                          and renditions.attempt_id = photos.accepted_attempt_id
                          and renditions.kind = 'full'
           where photos.organization_id = $1 and photos.shoot_id = $2
             and photos.removed_at is null
           order by photos.number"#,
        organization as _,
        shoot as _,
    )
    .fetch_all(scope.conn())
    .await?;
    Ok(rows
        .into_iter()
        .filter(|row| row.status.is_ready())
        .map(|row| Picture {
            photo: row.id,
            number: row.number,
            name: row.name,
            width: row.width,
            height: row.height,
            size_bytes: row.size_bytes,
        })
        .collect())
}

/// Name of the organization whose photos these are.
pub async fn host_name(scope: &mut Scope) -> sqlx::Result<String> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        "select name from organizations where id = $1",
        organization as _
    )
    .fetch_one(scope.conn())
    .await
}
