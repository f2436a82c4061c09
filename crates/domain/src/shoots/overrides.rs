//! Overrides: a person's word on a photo's scene, its sky and its sky mask. It outranks the
//! scene analysis and the shoot's sky choice, from the next attempt on.

use plumbline_documents::{Place, SkyWord};
use time::OffsetDateTime;

use crate::ids::{MaskId, PhotoId, SkyId};
use crate::people::members::Member;
use crate::scope::Scope;
use crate::shoots::skies::{self, SkyChoice};

#[derive(Debug, Clone)]
pub struct Override {
    /// `None`: as the scene analysis found it.
    pub place: Option<Place>,
    /// `None`: as the shoot's.
    pub sky: Option<SkyChoice>,
    /// The sky mask; `None`: as the scene analysis found it.
    pub mask: Option<MaskId>,
    pub set_by: Option<String>,
    pub set_at: OffsetDateTime,
}

/// An override as a worker needs it, which does not learn whose word it is.
#[derive(Debug, Clone)]
pub struct Said {
    pub place: Option<Place>,
    pub sky: Option<SkyChoice>,
    pub mask: Option<MaskId>,
}

/// The photo's override without its author.
pub async fn said(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<Option<Said>> {
    let organization = scope.organization();
    let row = sqlx::query!(
        r#"select place as "place: Place", sky as "sky: SkyWord", own_sky_id as "own_sky_id: SkyId",
                  mask_id as "mask_id: MaskId"
           from overrides
           where organization_id = $1 and photo_id = $2"#,
        organization as _,
        photo as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    Ok(row.map(|row| Said {
        place: row.place,
        sky: row.sky.map(|word| skies::choice(word, row.own_sky_id)),
        mask: row.mask_id,
    }))
}

/// The photo's override, if there is one.
pub async fn of_photo(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<Option<Override>> {
    let organization = scope.organization();
    let row = sqlx::query!(
        r#"select overrides.place as "place: Place", overrides.sky as "sky: SkyWord",
                  overrides.own_sky_id as "own_sky_id: SkyId",
                  overrides.mask_id as "mask_id: MaskId",
                  accounts.name as "set_by?", overrides.set_at
           from overrides
           left join accounts on accounts.id = overrides.set_by
           where overrides.organization_id = $1 and overrides.photo_id = $2"#,
        organization as _,
        photo as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    Ok(row.map(|row| Override {
        place: row.place,
        sky: row.sky.map(|word| skies::choice(word, row.own_sky_id)),
        mask: row.mask_id,
        set_by: row.set_by,
        set_at: row.set_at,
    }))
}

/// Sets the scene and the sky choice. A mask that was set stays.
pub async fn put(
    scope: &mut Scope,
    member: &Member,
    photo: PhotoId,
    place: Option<Place>,
    sky: Option<SkyChoice>,
) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "insert into overrides (
             photo_id, organization_id, place, sky, own_sky_id, set_by
         ) values ($1, $2, $3, $4, $5, $6)
         on conflict (photo_id) do update
         set place = excluded.place, sky = excluded.sky, own_sky_id = excluded.own_sky_id,
             set_by = excluded.set_by, set_at = now()",
        photo as _,
        organization as _,
        place.and_then(Place::known) as _,
        sky.as_ref().map(SkyChoice::word) as _,
        sky.as_ref().and_then(SkyChoice::own).copied() as _,
        member.account() as _,
    )
    .execute(scope.conn())
    .await?;
    delete_if_empty(scope, photo).await
}

/// Sets the sky mask. What else was set stays.
pub async fn put_mask(
    scope: &mut Scope,
    member: &Member,
    photo: PhotoId,
    mask: MaskId,
) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "insert into overrides (photo_id, organization_id, mask_id, set_by)
         values ($1, $2, $3, $4)
         on conflict (photo_id) do update
         set mask_id = excluded.mask_id, set_by = excluded.set_by,
             set_at = now()",
        photo as _,
        organization as _,
        mask as _,
        member.account() as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}

/// Deletes the photo's override. `false`: there was none.
pub async fn delete(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let deleted = sqlx::query!(
        "delete from overrides where organization_id = $1 and photo_id = $2",
        organization as _,
        photo as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(deleted.rows_affected() > 0)
}

async fn delete_if_empty(scope: &mut Scope, photo: PhotoId) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "delete from overrides
         where organization_id = $1 and photo_id = $2
           and place is null and sky is null and mask_id is null",
        organization as _,
        photo as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}
