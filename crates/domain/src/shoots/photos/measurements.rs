//! Measurements: numbers about an original, kept beside its photo so that the other photos
//! of its shoot, and its exposure bracket, can be compared with it.

use serde_json::Value;

use crate::scope::Scope;
use crate::work::jobs::Claim;

/// Measurements of an original, as the documents that the pipeline makes.
pub struct Measurements<'a> {
    /// The original alone; `None` for a picture made of several, which has no settings of its own.
    pub frame: Option<&'a Value>,
    pub measured: &'a Value,
}

/// Stores the measurements of the claim's photo. `false`: the claim is lost.
pub async fn put(
    scope: &mut Scope,
    claim: &Claim,
    measurements: &Measurements<'_>,
) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let stored = sqlx::query!(
        "update photos set frame = coalesce($4, frame), measured = $5
         from jobs
         where photos.organization_id = $1 and photos.id = $2
           and jobs.organization_id = $1 and jobs.photo_id = photos.id
           and jobs.lease = $3 and jobs.status = 'running'",
        organization as _,
        claim.photo.id as _,
        claim.lease,
        measurements.frame,
        measurements.measured,
    )
    .execute(scope.conn())
    .await?;
    Ok(stored.rows_affected() == 1)
}

/// Photos whose measurements are compared; so many rooms say what light a house has.
const COMPARED: i64 = 60;

/// Measurements of the shoot's other photos so far, of a large shoot those nearest by number.
/// Waiting exposures do not count: dark and bright frames would distort the shoot's common light.
pub async fn of_other_photos(scope: &mut Scope, claim: &Claim) -> sqlx::Result<Vec<Value>> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select measured as "measured!" from (
               select number, measured from photos
               where organization_id = $1 and shoot_id = $2 and id <> $3
                 and measured is not null and removed_at is null
                 and status in ('working', 'passed', 'held', 'approved', 'rejected')
               order by abs(number - $4::int), number limit $5
           ) as nearest
           order by number"#,
        organization as _,
        claim.photo.shoot_id as _,
        claim.photo.id as _,
        claim.photo.number,
        COMPARED,
    )
    .fetch_all(scope.conn())
    .await
}
