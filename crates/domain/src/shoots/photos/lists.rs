//! Lists of a shoot's photos in the order they came in. Exposures that were merged are not photos.

use plumbline_documents::Stage;

use crate::ids::{PhotoId, ShootId};
use crate::page::Page;
use crate::scope::Scope;
use crate::shoots::Counts;
use crate::shoots::photos::{Photo, Status};

/// A page of the shoot's photos.
pub async fn of_shoot(scope: &mut Scope, shoot: ShootId, page: Page) -> sqlx::Result<Vec<Photo>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Photo,
        r#"select id, shoot_id, number, name, content_type, size_bytes, sha256, width, height,
                  status as "status: Status", stage as "stage: Stage", parts_done, parts_of,
                  failure, accepted_attempt_id, received_at, removed_at
           from photos
           where organization_id = $1 and shoot_id = $2 and removed_at is null
             and status <> 'merged'
           order by number
           limit $3 offset $4"#,
        organization as _,
        shoot as _,
        page.take,
        page.skip,
    )
    .fetch_all(scope.conn())
    .await
}

/// Numbers of all photos of the shoot by status.
pub async fn count(scope: &mut Scope, shoot: ShootId) -> sqlx::Result<Counts> {
    let organization = scope.organization();
    sqlx::query_as!(
        Counts,
        r#"select count(*) as "total!",
                  count(*) filter (where status in ('waiting', 'working')) as "in_progress!",
                  count(*) filter (where status in ('passed', 'approved')) as "ready!",
                  count(*) filter (where status = 'held') as "held!",
                  count(*) filter (where status = 'rejected') as "rejected!",
                  count(*) filter (where status = 'failed') as "failed!"
           from photos
           where organization_id = $1 and shoot_id = $2 and removed_at is null
             and status <> 'merged'"#,
        organization as _,
        shoot as _,
    )
    .fetch_one(scope.conn())
    .await
}

/// A photo's place in a list, and the photos beside it.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Counted from 1.
    pub position: i64,
    pub of: i64,
    pub previous: Option<PhotoId>,
    pub next: Option<PhotoId>,
}

/// The photo's place in its shoot; among those alone that customers may see, if `shared`.
pub async fn place(scope: &mut Scope, photo: &Photo, shared: bool) -> sqlx::Result<Place> {
    let organization = scope.organization();
    sqlx::query_as!(
        Place,
        r#"with list as (
               select id, number from photos
               where organization_id = $1 and shoot_id = $2 and removed_at is null
                 and status <> 'merged'
                 and (not $4 or status in ('passed', 'approved'))
           )
           select count(*) as "of!",
                  count(*) filter (where number <= $3) as "position!",
                  (select id from list where number < $3 order by number desc limit 1)
                      as "previous: PhotoId",
                  (select id from list where number > $3 order by number limit 1)
                      as "next: PhotoId"
           from list"#,
        organization as _,
        photo.shoot_id as _,
        photo.number,
        shared,
    )
    .fetch_one(scope.conn())
    .await
}
