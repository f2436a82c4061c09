//! Photos that are enhanced again because a person asks for it. Earlier attempts stay on
//! record, and so do the decisions on them: a decision belongs to its attempt, and the new
//! attempt is checked and decided on anew.

use crate::ids::{JobId, PhotoId, ShootId};
use crate::scope::Scope;
use crate::work::jobs;
use crate::work::live;

/// Orders another run for a photo that is done, however it ended. `None`: it is in
/// progress, or removed.
pub async fn finished(scope: &mut Scope, id: PhotoId) -> sqlx::Result<Option<JobId>> {
    let organization = scope.organization();
    let shoot = sqlx::query_scalar!(
        r#"update photos set status = 'waiting', failure = null, finished_at = null
           where organization_id = $1 and id = $2 and removed_at is null
             and status in ('passed', 'held', 'approved', 'rejected', 'failed')
           returning shoot_id as "shoot_id: ShootId""#,
        organization as _,
        id as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    let Some(shoot) = shoot else { return Ok(None) };
    live::notify(scope, shoot, Some(id)).await?;
    jobs::create(scope, id).await.map(Some)
}

/// Orders another run for a photo that failed. `None`: it has not failed.
pub async fn failed(scope: &mut Scope, id: PhotoId) -> sqlx::Result<Option<JobId>> {
    let organization = scope.organization();
    let shoot = sqlx::query_scalar!(
        r#"update photos set status = 'waiting', failure = null, finished_at = null
           where organization_id = $1 and id = $2 and status = 'failed' and removed_at is null
           returning shoot_id as "shoot_id: ShootId""#,
        organization as _,
        id as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    let Some(shoot) = shoot else { return Ok(None) };
    live::notify(scope, shoot, Some(id)).await?;
    jobs::create(scope, id).await.map(Some)
}

/// Photos of the shoot whose sky follows the shoot's choice: exteriors, by override or by
/// scene analysis, without a sky choice of their own. Rejected photos are left out.
pub async fn find_exteriors(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<Vec<PhotoId>> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select photos.id as "id: PhotoId" from photos
           join attempts on attempts.organization_id = photos.organization_id
                        and attempts.id = photos.accepted_attempt_id
           left join overrides on overrides.organization_id = photos.organization_id
                                and overrides.photo_id = photos.id
           where photos.organization_id = $1 and photos.shoot_id = $2
             and photos.removed_at is null and photos.status in ('passed', 'held', 'approved')
             and overrides.sky is null
             and coalesce(overrides.place, attempts.place) = 'exterior'
           order by photos.number"#,
        organization as _,
        shoot as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// Orders another run for each of [`find_exteriors`]; returns how many were ordered.
pub async fn exteriors(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<usize> {
    let mut ordered = 0;
    for photo in find_exteriors(scope, shoot).await? {
        ordered += usize::from(finished(scope, photo).await?.is_some());
    }
    Ok(ordered)
}
