//! `looks add`: a file becomes the next version of a name.

use std::path::Path;

use bytes::Bytes;
use plumbline_domain::ids::PersonalLookId;
use plumbline_domain::shoots::personal_looks::{self, NewLook, PersonalLook};
use plumbline_storage::Storage;
use plumbline_storage::key::Key;
use sha2::{Digest, Sha256};

use crate::operators::looks::{Add, file};
use crate::operators::session::Session;

/// Stores the file before its row: a look in the list has its file, and no transaction waits for storage. A file
/// whose row fails is left over. The same bytes again replace a file that was lost.
pub async fn add(session: &Session, storage: &Path, add: &Add) -> anyhow::Result<()> {
    let bytes = Bytes::from(file::read(&add.file)?);
    let new = NewLook {
        id: PersonalLookId::new(),
        name: &add.name,
        sha256: Sha256::digest(&bytes).into(),
        size_bytes: i64::try_from(bytes.len())?,
        note: &add.note,
    };
    let storage = Storage::folder(storage)?;
    let key = |id: PersonalLookId| Key::personal_look(session.organization.uuid(), id.uuid());
    storage.put(&key(new.id), bytes.clone()).await?;
    let look = recorded(session, &new).await?;
    let (name, version) = (&look.name, look.version);
    if look.id == new.id {
        println!(
            "Added as {name}@{version}. Nobody uses it yet: `looks use` chooses the photos that are \
             finished in it."
        );
        return Ok(());
    }
    storage.put(&key(look.id), bytes).await?;
    storage.delete(&key(new.id)).await?;
    println!("{name}@{version} has these bytes already. Its file was stored again.");
    Ok(())
}

async fn recorded(session: &Session, new: &NewLook<'_>) -> anyhow::Result<PersonalLook> {
    let mut scope = session.scope().await?;
    let look = personal_looks::receive(&mut scope, new).await?;
    let _saved = scope.commit().await?;
    Ok(look)
}
