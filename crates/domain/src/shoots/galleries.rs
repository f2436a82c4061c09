//! Galleries: photos that a customer without an account sees behind a share link.

use time::OffsetDateTime;

use crate::db::Db;
use crate::ids::{GalleryId, OrganizationId, PhotoId, ShootId};
use crate::page::Page;
use crate::people::members::Member;
use crate::people::token;
use crate::scope::Scope;
use crate::shoots::originals;

/// An open share link, as the organization that made it sees it: without the link, of which only a
/// hash is stored.
#[derive(Debug, Clone)]
pub struct Gallery {
    pub id: GalleryId,
    /// A name that somebody gave it; often empty.
    pub label: String,
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

/// Longest label, in characters.
pub const LABEL_MAX_CHARS: usize = 120;

/// A share link to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewGallery<'a> {
    pub label: &'a str,
    /// `None`: it works until it is closed.
    pub lifetime_days: Option<i32>,
}

/// Makes a share link, and returns its token: nobody can find that out later.
pub async fn create(
    scope: &mut Scope,
    member: &Member,
    shoot: ShootId,
    new: NewGallery<'_>,
) -> sqlx::Result<String> {
    let token = token::create();
    let organization = scope.organization();
    sqlx::query!(
        "insert into galleries (
             id, organization_id, shoot_id, token_hash, created_by, label, expires_at
         ) values ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7))",
        GalleryId::new() as _,
        organization as _,
        shoot as _,
        token::hash(&token),
        member.account() as _,
        new.label,
        new.lifetime_days,
    )
    .execute(scope.conn())
    .await?;
    originals::share(scope, shoot, None).await?;
    Ok(token)
}

/// Links of a shoot that still work, newest first.
pub async fn of_shoot(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<Vec<Gallery>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Gallery,
        "select id, label, created_at, expires_at
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

/// The open link of a shoot that this token belongs to.
pub async fn find(
    scope: &mut Scope,
    shoot: ShootId,
    token: &str,
) -> sqlx::Result<Option<GalleryId>> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select id as "id: GalleryId" from galleries
           where organization_id = $1 and shoot_id = $2 and token_hash = $3
             and closed_at is null and (expires_at is null or expires_at > now())"#,
        organization as _,
        shoot as _,
        token::hash(token),
    )
    .fetch_optional(scope.conn())
    .await
}

/// `true`: some link of the shoot works.
pub async fn is_shared(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select exists (
               select from galleries
               where organization_id = $1 and shoot_id = $2 and closed_at is null
                 and (expires_at is null or expires_at > now())
           ) as "is_shared!""#,
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

/// A page of the photos that customers may see, those that passed or that a person approved; of
/// `photo` alone when one is named.
pub async fn pictures(
    scope: &mut Scope,
    shoot: ShootId,
    photo: Option<PhotoId>,
    page: Page,
) -> sqlx::Result<Vec<Picture>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Picture,
        r#"select photos.id as photo, photos.number, photos.name,
                renditions.width, renditions.height,
                coalesce(delivered.size_bytes, renditions.size_bytes) as "size_bytes!"
         from photos
         join renditions on renditions.organization_id = photos.organization_id
                        and renditions.attempt_id = photos.accepted_attempt_id
                        and renditions.kind = 'full'
         left join renditions as delivered on delivered.organization_id = photos.organization_id
                                          and delivered.attempt_id = photos.accepted_attempt_id
                                          and delivered.kind = 'delivered'
         where photos.organization_id = $1 and photos.shoot_id = $2
           and ($3::uuid is null or photos.id = $3)
           and photos.removed_at is null and photos.status in ('passed', 'approved')
         order by photos.number
         limit $4 offset $5"#,
        organization as _,
        shoot as _,
        photo as _,
        page.take,
        page.skip,
    )
    .fetch_all(scope.conn())
    .await
}

/// All photos of a gallery together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub photos: i64,
    /// Bytes of the full-resolution files, as customers get them.
    pub size_bytes: i64,
    /// Photos with generated pixels.
    pub altered: i64,
    /// Photos without.
    pub untouched: i64,
}

pub async fn totals(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<Totals> {
    let organization = scope.organization();
    sqlx::query_as!(
        Totals,
        r#"select count(*) as "photos!",
                  coalesce(sum(coalesce(delivered.size_bytes, renditions.size_bytes)), 0)::bigint
                      as "size_bytes!",
                  count(*) filter (where attempts.generated = 'yes') as "altered!",
                  count(*) filter (where attempts.generated = 'no') as "untouched!"
           from photos
           join attempts on attempts.organization_id = photos.organization_id
                        and attempts.id = photos.accepted_attempt_id
           join renditions on renditions.organization_id = photos.organization_id
                          and renditions.attempt_id = photos.accepted_attempt_id
                          and renditions.kind = 'full'
           left join renditions as delivered on delivered.organization_id = photos.organization_id
                                            and delivered.attempt_id = photos.accepted_attempt_id
                                            and delivered.kind = 'delivered'
           where photos.organization_id = $1 and photos.shoot_id = $2
             and photos.removed_at is null and photos.status in ('passed', 'approved')"#,
        organization as _,
        shoot as _,
    )
    .fetch_one(scope.conn())
    .await
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
