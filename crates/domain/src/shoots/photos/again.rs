//! Photos that are developed again because a person wants them otherwise. The attempts
//! so far stay on the record, and so do the decisions on them: a decision is on its
//! attempt, and the new one is checked, and decided on, anew.

use crate::ids::{JobId, PhotoId, ShootId};
use crate::scope::Scope;
use crate::work::jobs;
use crate::work::live;

/// Orders another run for a photo that is done, however it ended. `None`: a worker has
/// it or will have it, or it is gone.
pub async fn develop(scope: &mut Scope, id: PhotoId) -> sqlx::Result<Option<JobId>> {
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
    live::tell(scope, shoot, Some(id)).await?;
    jobs::create(scope, id).await.map(Some)
}

/// Photos of the shoot whose sky follows the shoot's wish: taken outside, as a person
/// said or else as it was seen, without a wish of their own. Those that a person turned
/// down are left alone.
pub async fn exteriors(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<Vec<PhotoId>> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select photos.id as "id: PhotoId" from photos
           join attempts on attempts.organization_id = photos.organization_id
                        and attempts.id = photos.accepted_attempt_id
           left join corrections on corrections.organization_id = photos.organization_id
                                and corrections.photo_id = photos.id
           where photos.organization_id = $1 and photos.shoot_id = $2
             and photos.removed_at is null and photos.status in ('passed', 'held', 'approved')
             and corrections.sky is null
             and coalesce(corrections.place::text, attempts.report #>> '{scene,place}')
                 = 'exterior'
           order by photos.number"#,
        organization as _,
        shoot as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// Orders another run for each of [`exteriors`], and says for how many.
pub async fn develop_exteriors(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<usize> {
    let mut ordered = 0;
    for photo in exteriors(scope, shoot).await? {
        ordered += usize::from(develop(scope, photo).await?.is_some());
    }
    Ok(ordered)
}
