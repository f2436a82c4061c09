//! `looks add`: a file becomes the next version of a name.

use std::path::Path;

use bytes::Bytes;
use plumbline_domain::ids::PersonalLookId;
use plumbline_domain::shoots::personal_looks::{self, NewLook};
use plumbline_storage::Storage;
use plumbline_storage::key::Key;
use sha2::{Digest, Sha256};

use crate::operators::looks::{Add, file};
use crate::operators::session::Session;

/// Stores the file before its row is committed: a look in the list has its file. The same bytes again
/// replace a file that was lost.
pub async fn add(session: &Session, storage: &Path, add: &Add) -> anyhow::Result<()> {
    let bytes = file::read(&add.file)?;
    let new = NewLook {
        id: PersonalLookId::new(),
        name: &add.name,
        sha256: Sha256::digest(&bytes).into(),
        size_bytes: i64::try_from(bytes.len())?,
        note: &add.note,
    };
    let mut scope = session.scope().await?;
    let look = personal_looks::receive(&mut scope, &new).await?;
    let key = Key::personal_look(session.organization.uuid(), look.id.uuid());
    let storage = Storage::folder(storage)?;
    storage.put(&key, Bytes::from(bytes)).await?;
    let _saved = scope.commit().await?;
    let (name, version) = (&look.name, look.version);
    match look.id == new.id {
        true => println!(
            "Added as {name}@{version}. Nobody uses it yet: `looks use` chooses the photos that are \
             finished in it."
        ),
        false => println!("{name}@{version} has these bytes already. Its file was stored again."),
    }
    Ok(())
}
