//! A file becomes a photo: streamed to storage, counted, hashed and identified on
//! the way, then received into its shoot. Every way in ends in [`take`]; pictures
//! that are no photos of a shoot come in by [`store`] alone.

use actix_web::http::StatusCode;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use plumbline_documents::ContentType;
use plumbline_domain::ids::{PhotoId, ShootId};
use plumbline_domain::people::members::Member;
use plumbline_domain::shoots::photos::reception::{self, Received, Reception};
use plumbline_storage::key::Key;

use crate::http::errors::Error;
use crate::http::state::State;
use crate::uploads::{content_type, dimensions};

/// Largest file we take, in bytes.
pub const MAX_BYTES: u64 = 200_000_000;

/// A file that was taken.
#[derive(Debug)]
pub struct Taken {
    pub photo: PhotoId,
    pub name: String,
    /// These bytes were in the shoot already.
    pub duplicate: bool,
}

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    #[error("{sentence}")]
    Refused {
        sentence: String,
        status: StatusCode,
    },
    #[error(transparent)]
    Broken(#[from] Error),
}

impl NotTaken {
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused {
            sentence: sentence.into(),
            status: StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn too_large() -> Self {
        Self::Refused {
            sentence: "This file has more than 200 MB. Export it as JPEG and upload that.".into(),
            status: StatusCode::PAYLOAD_TOO_LARGE,
        }
    }
}

/// Takes one file into a shoot: every way in ends here.
pub async fn take(
    state: &State,
    member: &Member,
    shoot: ShootId,
    name: String,
    pieces: impl Stream<Item = Result<Bytes, Error>>,
) -> Result<Taken, NotTaken> {
    let id = PhotoId::new();
    let key = Key::original(member.organization().uuid(), id.uuid());
    let arrived = store(state, &key, &name, pieces).await?;
    let received = Received {
        id,
        name: name.clone(),
        content_type: arrived.content_type.as_str(),
        size_bytes: arrived.size_bytes,
        sha256: arrived.sha256,
        size_pixels: arrived.size_pixels,
    };
    let reception = receive(state, member, shoot, &received).await?;
    // After an error the bytes stay: a commit whose answer was lost may have made
    // them somebody's photo.
    if reception != Reception::New(id) {
        state.storage.delete(&key).await.map_err(Error::from)?;
    }
    match reception {
        Reception::New(photo) => Ok(Taken {
            photo,
            name,
            duplicate: false,
        }),
        Reception::Duplicate(photo) => Ok(Taken {
            photo,
            name,
            duplicate: true,
        }),
        Reception::NoSuchShoot => Err(Error::NotFound.into()),
    }
}

async fn receive(
    state: &State,
    member: &Member,
    shoot: ShootId,
    received: &Received,
) -> Result<Reception, Error> {
    if let Some(known) = find_same(state, member, shoot, received).await? {
        restore_original(state, member, received.id, known).await?;
    }
    let mut scope = member.scope(&state.db).await?;
    let reception = reception::receive(&mut scope, shoot, received).await?;
    scope.commit().await?;
    Ok(reception)
}

async fn find_same(
    state: &State,
    member: &Member,
    shoot: ShootId,
    received: &Received,
) -> Result<Option<PhotoId>, Error> {
    let mut scope = member.scope(&state.db).await?;
    Ok(reception::find_same(&mut scope, shoot, &received.sha256).await?)
}

/// Puts back an original that was lost from storage and is sent again.
async fn restore_original(
    state: &State,
    member: &Member,
    sent: PhotoId,
    known: PhotoId,
) -> Result<(), Error> {
    let organization = member.organization().uuid();
    let original = Key::original(organization, known.uuid());
    if !state.storage.holds(&original).await? {
        let sent = Key::original(organization, sent.uuid());
        state.storage.copy(&sent, &original).await?;
    }
    Ok(())
}

/// A stored picture, with what its first bytes say.
pub struct Arrived {
    pub content_type: ContentType,
    pub size_bytes: i64,
    pub sha256: [u8; 32],
    pub size_pixels: Option<(i32, i32)>,
}

/// Streams one picture into storage; what is refused leaves nothing there.
pub async fn store(
    state: &State,
    key: &Key,
    name: &str,
    pieces: impl Stream<Item = Result<Bytes, Error>>,
) -> Result<Arrived, NotTaken> {
    let mut pieces = std::pin::pin!(pieces);
    let mut upload = state
        .storage
        .upload(key.clone())
        .await
        .map_err(Error::from)?;
    let mut head = BytesMut::new();
    let refused = loop {
        let piece = match pieces.next().await {
            None => break None,
            Some(Ok(piece)) => piece,
            Some(Err(error)) => break Some(NotTaken::Broken(error)),
        };
        let room = dimensions::HEAD_BYTES
            .saturating_sub(head.len())
            .min(piece.len());
        head.extend_from_slice(&piece[..room]);
        if let Some(refused) = refuse_early(&head, name, upload.size_bytes() + piece.len() as u64) {
            break Some(refused);
        }
        if let Err(error) = upload.write(&piece).await {
            break Some(NotTaken::Broken(error.into()));
        }
    };
    let identified = match refused {
        Some(refused) => Err(refused),
        None => identify(&head, name),
    };
    match identified {
        Err(refused) => {
            upload.abort().await.map_err(Error::from)?;
            Err(refused)
        }
        Ok((content_type, size_pixels)) => {
            let stored = upload.finish().await.map_err(Error::from)?;
            Ok(Arrived {
                content_type,
                size_bytes: i64::try_from(stored.size_bytes).unwrap_or(i64::MAX),
                sha256: stored.sha256,
                size_pixels,
            })
        }
    }
}

/// Refuses a wrong file by its first bytes, long before all of it has arrived.
fn refuse_early(head: &[u8], name: &str, size_bytes: u64) -> Option<NotTaken> {
    const ENOUGH: usize = 16;
    if size_bytes > MAX_BYTES {
        return Some(NotTaken::too_large());
    }
    (head.len() >= ENOUGH)
        .then(|| {
            content_type::detect(head, name)
                .err()
                .map(NotTaken::refused)
        })
        .flatten()
}

type Identified = (ContentType, Option<(i32, i32)>);

fn identify(head: &[u8], name: &str) -> Result<Identified, NotTaken> {
    let content_type = content_type::detect(head, name).map_err(NotTaken::refused)?;
    // A RAW file's first size is that of a small picture beside the sensor's.
    let size = (content_type != ContentType::Raw)
        .then(|| dimensions::size_pixels(head))
        .flatten();
    match size.and_then(dimensions::too_many_pixels) {
        Some(sentence) => Err(NotTaken::refused(sentence)),
        None => Ok((content_type, size)),
    }
}

/// A file's name without folders and control characters, as people know it.
pub fn plain_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    if name.trim().is_empty() {
        "photo".to_owned()
    } else {
        name.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_name_is_the_last_part_of_what_was_sent() {
        for (sent, name) in [
            ("kitchen.jpg", "kitchen.jpg"),
            ("C:\\photos\\kitchen.jpg", "kitchen.jpg"),
            ("../../kitchen.jpg", "kitchen.jpg"),
            ("a\r\nb.jpg", "ab.jpg"),
            ("", "photo"),
        ] {
            assert_eq!(plain_name(sent), name);
        }
    }
}
