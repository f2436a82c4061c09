//! Personal looks: networks of finishes that an organization trained, each version a row and a file.

use plumbline_documents::LookRecord;
use time::OffsetDateTime;

use crate::ids::PersonalLookId;
use crate::scope::Scope;
use crate::shoots::personal_looks::choices::Uses;

pub mod choices;

/// Longest name, in characters.
pub const NAME_MAX_CHARS: usize = 60;
/// Longest note, in characters.
pub const NOTE_MAX_CHARS: usize = 500;

/// A version of a personal look.
#[derive(Debug, Clone)]
pub struct PersonalLook {
    pub id: PersonalLookId,
    pub name: String,
    /// Counted from one under the name, removed ones too.
    pub version: i32,
    pub sha256: Vec<u8>,
    pub size_bytes: i64,
    /// Words of whoever added it: its score, or what it was trained on.
    pub note: String,
    pub created_at: OffsetDateTime,
    pub removed_at: Option<OffsetDateTime>,
}

impl PersonalLook {
    /// The look as attempts name it.
    pub fn record(&self) -> LookRecord {
        LookRecord {
            id: self.id.uuid(),
            name: self.name.clone(),
            version: self.version.unsigned_abs(),
            sha256: hex::encode(&self.sha256),
        }
    }
}

/// A checked file that is to become the next version under a name.
#[derive(Debug, Clone)]
pub struct NewLook<'a> {
    pub id: PersonalLookId,
    pub name: &'a str,
    pub sha256: [u8; 32],
    pub size_bytes: i64,
    pub note: &'a str,
}

/// Records a file as the next version. The same bytes again are the version that they were under that
/// name, and restore it where it was removed.
pub async fn receive(scope: &mut Scope, new: &NewLook<'_>) -> sqlx::Result<PersonalLook> {
    let organization = scope.organization();
    // Versions are counted one after the other.
    sqlx::query!(
        "select id from organizations where id = $1 for no key update",
        organization as _,
    )
    .fetch_one(scope.conn())
    .await?;
    sqlx::query_as!(
        PersonalLook,
        r#"insert into personal_looks (
               id, organization_id, name, version, sha256, size_bytes, note
           )
           select $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6
           from personal_looks
           where organization_id = $2 and name = $3
           on conflict on constraint personal_looks_same_bytes_once do update
           set removed_at = null,
               note = coalesce(nullif(excluded.note, ''), personal_looks.note)
           returning id as "id: PersonalLookId", name, version, sha256, size_bytes, note,
                     created_at, removed_at"#,
        new.id as _,
        organization as _,
        new.name,
        new.sha256.as_slice(),
        new.size_bytes,
        new.note,
    )
    .fetch_one(scope.conn())
    .await
}

/// All versions that were not removed, by name.
pub async fn all(scope: &mut Scope) -> sqlx::Result<Vec<PersonalLook>> {
    let organization = scope.organization();
    sqlx::query_as!(
        PersonalLook,
        "select id, name, version, sha256, size_bytes, note, created_at, removed_at
         from personal_looks
         where organization_id = $1 and removed_at is null
         order by lower(name), name, version",
        organization as _,
    )
    .fetch_all(scope.conn())
    .await
}

/// A version under a name, the newest where none is given; none that was removed.
pub async fn named(
    scope: &mut Scope,
    name: &str,
    version: Option<i32>,
) -> sqlx::Result<Option<PersonalLook>> {
    let organization = scope.organization();
    sqlx::query_as!(
        PersonalLook,
        "select id, name, version, sha256, size_bytes, note, created_at, removed_at
         from personal_looks
         where organization_id = $1 and name = $2 and removed_at is null
           and ($3::integer is null or version = $3)
         order by version desc
         limit 1",
        organization as _,
        name,
        version,
    )
    .fetch_optional(scope.conn())
    .await
}

/// Keeps a look from being removed until the end of the scope. `false`: there is none.
pub(crate) async fn hold(scope: &mut Scope, look: PersonalLookId) -> sqlx::Result<bool> {
    let organization = scope.organization();
    let held = sqlx::query!(
        "select id from personal_looks
         where organization_id = $1 and id = $2 and removed_at is null
         for update",
        organization as _,
        look as _,
    )
    .fetch_optional(scope.conn())
    .await?;
    Ok(held.is_some())
}

/// Outcome of a removal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    Removed,
    /// Nothing was changed: somebody's photos would have changed their look unasked.
    InUse(Uses),
    Missing,
}

/// Stops offering a look that nobody uses. Its file and number stay: attempts name them.
pub async fn remove(scope: &mut Scope, look: PersonalLookId) -> sqlx::Result<Removal> {
    if !hold(scope, look).await? {
        return Ok(Removal::Missing);
    }
    let uses = choices::uses(scope, look).await?;
    if uses.by_organization || !uses.shoots.is_empty() {
        return Ok(Removal::InUse(uses));
    }
    let organization = scope.organization();
    sqlx::query!(
        "update personal_looks set removed_at = now() where organization_id = $1 and id = $2",
        organization as _,
        look as _,
    )
    .execute(scope.conn())
    .await?;
    Ok(Removal::Removed)
}
