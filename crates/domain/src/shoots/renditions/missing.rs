//! Renditions that a release before did not make.

use crate::db::Db;
use crate::ids::{AttemptId, OrganizationId};
use crate::scope::Scope;
use crate::shoots::renditions::{self, Kind, NewRendition, Rendition};

/// An organization with photos that have no file for customers. Only [`organizations`] makes one.
#[derive(Debug, Clone, Copy)]
pub struct Undelivered {
    organization: OrganizationId,
}

impl Undelivered {
    pub async fn scope(&self, db: &Db) -> sqlx::Result<Scope> {
        Scope::open(db, self.organization).await
    }

    pub fn organization(&self) -> OrganizationId {
        self.organization
    }
}

/// For the worker alone.
pub async fn organizations(db: &Db) -> sqlx::Result<Vec<Undelivered>> {
    sqlx::query_as!(
        Undelivered,
        r#"select organization_id as "organization!: OrganizationId"
           from undelivered_organizations()"#,
    )
    .fetch_all(db.begin().await?.conn())
    .await
}

/// The full files of a page of the photos, removed or not, that have none for customers: releases
/// before made only the one with all metadata. `after`: the last attempt of the page before.
pub async fn undelivered(
    scope: &mut Scope,
    after: Option<AttemptId>,
    most: i64,
) -> sqlx::Result<Vec<Rendition>> {
    let organization = scope.organization();
    sqlx::query_as!(
        Rendition,
        r#"select renditions.attempt_id, renditions.photo_id, renditions.kind as "kind: Kind",
                  renditions.content_type, renditions.width, renditions.height,
                  renditions.size_bytes, renditions.sha256, renditions.crc32
           from renditions
           join photos on photos.organization_id = renditions.organization_id
                      and photos.accepted_attempt_id = renditions.attempt_id
           where renditions.organization_id = $1 and renditions.kind = 'full'
             and ($2::uuid is null or renditions.attempt_id > $2)
             and not exists (
                 select from renditions as delivered
                 where delivered.organization_id = $1
                   and delivered.attempt_id = renditions.attempt_id
                   and delivered.kind = 'delivered'
             )
           order by renditions.attempt_id
           limit $3"#,
        organization as _,
        after as _,
        most,
    )
    .fetch_all(scope.conn())
    .await
}

/// Records a file for customers that was made later. Another worker may have made the same.
pub async fn deliver(
    scope: &mut Scope,
    full: &Rendition,
    delivered: &NewRendition,
) -> sqlx::Result<()> {
    renditions::insert(scope, full.photo_id, full.attempt_id, delivered).await
}
