//! Corrections: what a person said about a photo. It outranks what was seen on it and
//! what was wished for its shoot, from the next attempt on.

use time::OffsetDateTime;

use crate::ids::{MaskId, PhotoId, SkyId};
use crate::people::members::Member;
use crate::scope::Scope;
use crate::shoots::skies::{Kind, Wish};

/// Inside or outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "scene_place", rename_all = "snake_case")]
pub enum Place {
    Interior,
    Exterior,
}

#[derive(Debug, Clone)]
pub struct Correction {
    /// `None`: as it was seen.
    pub place: Option<Place>,
    /// `None`: as the shoot's.
    pub sky: Option<Wish>,
    /// Where the sky is; `None`: as it was found.
    pub mask: Option<MaskId>,
    pub corrected_by: Option<String>,
    pub corrected_at: OffsetDateTime,
}

/// What was said about the photo, if anything was.
pub async fn of_photo(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<Option<Correction>> {
    let organization = scope.organization();
    let row = sqlx::query!(
        r#"select corrections.place as "place: Place", corrections.sky as "sky: Kind",
                  corrections.own_sky_id as "own_sky_id: SkyId",
                  corrections.mask_id as "mask_id: MaskId",
                  accounts.name as "corrected_by?", corrections.corrected_at
           from corrections
           left join accounts on accounts.id = corrections.corrected_by
           where corrections.organization_id = $1 and corrections.photo_id = $2"#,
        organization as _,
        photo as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    Ok(row.map(|row| Correction {
        place: row.place,
        sky: row.sky.map(|kind| Wish::of(kind, row.own_sky_id)),
        mask: row.mask_id,
        corrected_by: row.corrected_by,
        corrected_at: row.corrected_at,
    }))
}

/// Says what the scene is and what becomes of the sky. A corrected mask stays.
pub async fn put(
    scope: &mut Scope,
    member: &Member,
    photo: PhotoId,
    place: Option<Place>,
    sky: Option<Wish>,
) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "insert into corrections (
             photo_id, organization_id, place, sky, own_sky_id, corrected_by
         ) values ($1, $2, $3, $4, $5, $6)
         on conflict (photo_id) do update
         set place = excluded.place, sky = excluded.sky, own_sky_id = excluded.own_sky_id,
             corrected_by = excluded.corrected_by, corrected_at = now()",
        photo as _,
        organization as _,
        place as _,
        sky.map(Wish::kind) as _,
        sky.and_then(Wish::own) as _,
        member.account() as _,
    )
    .execute(scope.conn())
    .await?;
    forget_if_empty(scope, photo).await
}

/// Says where the sky is. What else was said stays.
pub async fn put_mask(
    scope: &mut Scope,
    member: &Member,
    photo: PhotoId,
    mask: MaskId,
) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "insert into corrections (photo_id, organization_id, mask_id, corrected_by)
         values ($1, $2, $3, $4)
         on conflict (photo_id) do update
         set mask_id = excluded.mask_id, corrected_by = excluded.corrected_by,
             corrected_at = now()",
        photo as _,
        organization as _,
        mask as _,
        member.account() as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}

/// Forgets all of it. `false`: nothing had been said.
pub async fn clear(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let cleared = sqlx::query!(
        "delete from corrections where organization_id = $1 and photo_id = $2",
        organization as _,
        photo as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(cleared.rows_affected() > 0)
}

async fn forget_if_empty(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "delete from corrections
         where organization_id = $1 and photo_id = $2
           and place is null and sky is null and mask_id is null",
        organization as _,
        photo as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}
