//! Renditions: the encoded sizes of an attempt.

pub mod missing;

use time::OffsetDateTime;

use crate::ids::{AttemptId, PhotoId, ShootId};
use crate::scope::Scope;

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "rendition_kind", rename_all = "snake_case")]
pub enum Kind {
    /// The original's pixels, best quality, with metadata.
    Full,
    /// The same as customers get it: without place, serial numbers and owner.
    Delivered,
    /// For pages.
    Preview,
    Thumb,
    /// The original framed as the result is, at the preview's size.
    Before,
    /// The original as it came, at the preview's size. Only where it differs from [`Self::Before`].
    Original,
    /// Heatmap of the differences from the original.
    Heatmap,
    /// Sky mask of the attempt: white is sky. Only where there is some.
    Mask,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Full,
        Self::Delivered,
        Self::Preview,
        Self::Thumb,
        Self::Before,
        Self::Original,
        Self::Heatmap,
        Self::Mask,
    ];

    /// The word in URLs and storage keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Delivered => "delivered",
            Self::Preview => "preview",
            Self::Thumb => "thumb",
            Self::Before => "before",
            Self::Original => "original",
            Self::Heatmap => "heatmap",
            Self::Mask => "mask",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(UnknownKind)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no such rendition")]
pub struct UnknownKind;

#[derive(Debug, Clone)]
pub struct Rendition {
    pub attempt_id: AttemptId,
    pub photo_id: PhotoId,
    pub kind: Kind,
    pub content_type: String,
    pub width: i32,
    pub height: i32,
    pub size_bytes: i64,
    pub sha256: Vec<u8>,
    pub crc32: i64,
}

#[derive(Debug, Clone)]
pub struct NewRendition {
    pub kind: Kind,
    pub content_type: &'static str,
    pub width: i32,
    pub height: i32,
    pub size_bytes: i64,
    pub sha256: [u8; 32],
    pub crc32: u32,
}

pub(crate) async fn insert(
    scope: &mut Scope,
    photo: PhotoId,
    attempt: AttemptId,
    rendition: &NewRendition,
) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "insert into renditions (
             organization_id, attempt_id, photo_id, kind, content_type,
             width, height, size_bytes, sha256, crc32
         ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (attempt_id, kind) do nothing",
        organization as _,
        attempt as _,
        photo as _,
        rendition.kind as _,
        rendition.content_type,
        rendition.width,
        rendition.height,
        rendition.size_bytes,
        rendition.sha256.as_slice(),
        i64::from(rendition.crc32),
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}

/// The rendition of the photo's accepted attempt, whatever its status.
pub async fn find(
    scope: &mut Scope,
    photo: PhotoId,
    kind: Kind,
) -> sqlx::Result<Option<Rendition>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Rendition,
        r#"select renditions.attempt_id, renditions.photo_id, renditions.kind as "kind: Kind",
                  renditions.content_type, renditions.width, renditions.height,
                  renditions.size_bytes, renditions.sha256, renditions.crc32
           from renditions
           join photos on photos.organization_id = renditions.organization_id
                      and photos.accepted_attempt_id = renditions.attempt_id
           where renditions.organization_id = $1 and photos.id = $2 and renditions.kind = $3
             and photos.removed_at is null"#,
        organization as _,
        photo as _,
        kind as _,
    )
    .fetch_optional(scope.conn())
    .await
}

/// One rendition of one attempt on the photo, whatever became of the attempt.
pub async fn of_attempt(
    scope: &mut Scope,
    photo: PhotoId,
    attempt: AttemptId,
    kind: Kind,
) -> sqlx::Result<Option<Rendition>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Rendition,
        r#"select attempt_id, photo_id, kind as "kind: Kind", content_type, width, height,
                  size_bytes, sha256, crc32
           from renditions
           where organization_id = $1 and photo_id = $2 and attempt_id = $3 and kind = $4"#,
        organization as _,
        photo as _,
        attempt as _,
        kind as _,
    )
    .fetch_optional(scope.conn())
    .await
}

/// All renditions of all attempts on a photo, of the kinds that this release knows: a
/// newer worker may store others.
pub async fn of_photo(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<Vec<Rendition>> {
    let organization = scope.organization();
    let known = Kind::ALL.map(|kind| kind.as_str().to_owned());
    sqlx::query_as!(
        Rendition,
        r#"select attempt_id, photo_id, kind as "kind: Kind", content_type, width, height,
                  size_bytes, sha256, crc32
           from renditions
           where organization_id = $1 and photo_id = $2 and kind::text = any($3)"#,
        organization as _,
        photo as _,
        &known,
    )
    .fetch_all(scope.conn())
    .await
}

/// One size of each of these photos that has it.
pub async fn of_photos(
    scope: &mut Scope,
    photos: &[PhotoId],
    kind: Kind,
) -> sqlx::Result<Vec<Rendition>> {
    let organization = scope.organization();
    let photos: Vec<_> = photos.iter().map(|photo| photo.uuid()).collect();
    sqlx::query_as!(
        Rendition,
        r#"select renditions.attempt_id, renditions.photo_id, renditions.kind as "kind: Kind",
                  renditions.content_type, renditions.width, renditions.height,
                  renditions.size_bytes, renditions.sha256, renditions.crc32
           from renditions
           join photos on photos.organization_id = renditions.organization_id
                      and photos.accepted_attempt_id = renditions.attempt_id
           where renditions.organization_id = $1 and photos.id = any($2) and renditions.kind = $3
             and photos.removed_at is null"#,
        organization as _,
        &photos,
        kind as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// A rendition that customers may fetch, and what its photo is called.
#[derive(Debug, Clone)]
pub struct Shared {
    pub attempt_id: AttemptId,
    pub photo_id: PhotoId,
    pub number: i32,
    pub name: String,
    pub content_type: String,
    pub size_bytes: i64,
    pub sha256: Vec<u8>,
    pub crc32: i64,
    pub received_at: OffsetDateTime,
}

/// The renditions of every photo in the shoot that passed, or that a person approved; of
/// `photo` alone when one is named.
pub async fn shared(
    scope: &mut Scope,
    shoot: ShootId,
    kind: Kind,
    photo: Option<PhotoId>,
) -> sqlx::Result<Vec<Shared>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Shared,
        "select renditions.attempt_id, renditions.photo_id, photos.number, photos.name,
                renditions.content_type, renditions.size_bytes, renditions.sha256,
                renditions.crc32, photos.received_at
         from renditions
         join photos on photos.organization_id = renditions.organization_id
                    and photos.accepted_attempt_id = renditions.attempt_id
         where renditions.organization_id = $1 and photos.shoot_id = $2 and renditions.kind = $3
           and ($4::uuid is null or photos.id = $4)
           and photos.removed_at is null and photos.status in ('passed', 'approved')
         order by photos.number",
        organization as _,
        shoot as _,
        kind as _,
        photo as _,
    )
    .fetch_all(scope.conn())
    .await
}
