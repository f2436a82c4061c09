//! Shoots: the photos of one property; below, what belongs to a shoot.

pub mod galleries;
pub mod originals;
pub mod overrides;
pub mod personal_looks;
pub mod photos;
pub mod renditions;
pub mod skies;

use plumbline_documents::{EngineChoice, Look, SkyWord};
use time::OffsetDateTime;

use crate::ids::{PersonalLookId, PhotoId, ShootId, SkyId};
use crate::page::Page;
use crate::people::members::Member;
use crate::scope::Scope;
use crate::shoots::personal_looks::choices::{LookChoice, LookSource};
use crate::shoots::skies::SkyChoice;

/// Longest name of a shoot, in characters.
pub const NAME_MAX_CHARS: usize = 200;

#[derive(Debug, Clone)]
pub struct Shoot {
    pub id: ShootId,
    pub name: String,
    pub look: Look,
    pub engine: EngineChoice,
    /// The sky of its exteriors, where they have no override.
    pub sky: SkyChoice,
    /// The look that its photos are finished in.
    pub finished_in: LookChoice,
    pub created_at: OffsetDateTime,
}

/// A shoot as the list shows it: its photos by status, and some of them as covers.
#[derive(Debug, Clone)]
pub struct Summary {
    pub id: ShootId,
    pub name: String,
    pub created_at: OffsetDateTime,
    pub counts: Counts,
    /// Up to four photos that have a thumbnail.
    pub covers: Vec<PhotoId>,
}

/// Numbers of photos of a shoot by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub total: i64,
    pub in_progress: i64,
    pub ready: i64,
    pub held: i64,
    pub rejected: i64,
    pub failed: i64,
}

pub async fn create(
    scope: &mut Scope,
    member: &Member,
    name: &str,
    look: Look,
) -> sqlx::Result<ShootId> {
    let id = ShootId::new();
    let organization = scope.organization();
    sqlx::query!(
        "insert into shoots (id, organization_id, name, look, created_by)
         values ($1, $2, $3, $4, $5)",
        id as _,
        organization as _,
        name,
        look as _,
        member.account() as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(id)
}

/// Chooses the engine for photos that are enhanced from now on.
pub async fn choose_engine(
    scope: &mut Scope,
    id: ShootId,
    engine: EngineChoice,
) -> sqlx::Result<()> {
    let organization = scope.organization();
    sqlx::query!(
        "update shoots set engine = $3 where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        engine as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(())
}

struct Row {
    id: ShootId,
    name: String,
    look: Look,
    engine: EngineChoice,
    sky: SkyWord,
    own_sky_id: Option<SkyId>,
    look_source: LookSource,
    personal_look_id: Option<PersonalLookId>,
    created_at: OffsetDateTime,
}

impl From<Row> for Shoot {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            look: row.look,
            engine: row.engine,
            sky: skies::choice(row.sky, row.own_sky_id),
            finished_in: LookChoice::of(row.look_source, row.personal_look_id),
            created_at: row.created_at,
        }
    }
}

pub async fn find(scope: &mut Scope, id: ShootId) -> sqlx::Result<Option<Shoot>> {
    let organization = scope.organization();
    let row = sqlx::query_as!(
        Row,
        r#"select id, name, look as "look: Look", engine as "engine: EngineChoice",
                  sky as "sky: SkyWord", own_sky_id as "own_sky_id: SkyId",
                  look_source as "look_source: LookSource",
                  personal_look_id as "personal_look_id: PersonalLookId", created_at
           from shoots
           where organization_id = $1 and id = $2"#,
        organization as _,
        id as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    Ok(row.map(Shoot::from))
}

/// The shoot of this name, for tools that must find again what they made.
pub async fn find_by_name(scope: &mut Scope, name: &str) -> sqlx::Result<Option<Shoot>> {
    let organization = scope.organization();
    let row = sqlx::query_as!(
        Row,
        r#"select id, name, look as "look: Look", engine as "engine: EngineChoice",
                  sky as "sky: SkyWord", own_sky_id as "own_sky_id: SkyId",
                  look_source as "look_source: LookSource",
                  personal_look_id as "personal_look_id: PersonalLookId", created_at
           from shoots
           where organization_id = $1 and name = $2
           order by created_at
           limit 1"#,
        organization as _,
        name,
    )
    .fetch_optional(scope.conn())
    .await?;
    Ok(row.map(Shoot::from))
}

/// Chooses the sky for exteriors that are enhanced from now on. `false`: there is no such
/// shoot.
pub async fn choose_sky(scope: &mut Scope, id: ShootId, sky: SkyChoice) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let chosen = sqlx::query!(
        "update shoots set sky = $3, own_sky_id = $4
         where organization_id = $1 and id = $2",
        organization as _,
        id as _,
        sky.word() as _,
        sky.own().copied() as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(chosen.rows_affected() > 0)
}

pub async fn count(scope: &mut Scope) -> sqlx::Result<i64> {
    let organization = scope.organization();
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from shoots where organization_id = $1"#,
        organization as _
    )
    .fetch_one(scope.conn())
    .await
}

/// A page of all shoots, newest first.
pub async fn summaries(scope: &mut Scope, page: Page) -> sqlx::Result<Vec<Summary>> {
    let organization = scope.organization();
    let rows = sqlx::query_file!(
        "queries/shoot_summaries.sql",
        organization as _,
        page.take,
        page.skip
    )
    .fetch_all(scope.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Summary {
            id: row.id,
            name: row.name,
            created_at: row.created_at,
            counts: Counts {
                total: row.total,
                in_progress: row.in_progress,
                ready: row.ready,
                held: row.held,
                rejected: row.rejected,
                failed: row.failed,
            },
            covers: row.covers,
        })
        .collect())
}
