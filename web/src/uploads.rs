//! Photos coming in: streamed to storage, counted, hashed and sniffed on the
//! way, then received into their shoot in one commit. The same door serves the
//! page's script, which sends one file a request, and the plain form, which
//! sends them all in one.

use actix_multipart::{Field, Multipart};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, TryStreamExt};
use plumbline_domain::ids::{PhotoId, ShootId};
use plumbline_domain::members::Member;
use plumbline_domain::photos::{self, Received, Reception};
use plumbline_domain::shoots;
use plumbline_storage::key::Key;
use serde_json::json;

use crate::access::Editor;
use crate::csrf;
use crate::error::Error;
use crate::form::Path;
use crate::sniff;
use crate::state::State;
use crate::{redirect, urls};

/// Largest file we take, in bytes.
pub const MAX_BYTES: u64 = 200_000_000;

/// What became of one file.
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
    fn refused(sentence: impl Into<String>) -> Self {
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

/// `POST /shoots/{shoot}/photos`
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    member: Editor,
    Path(shoot): Path<ShootId>,
    mut form: Multipart,
) -> Result<HttpResponse, Error> {
    let mut checked = check_header(&request)?;
    let mut scope = member.scope(&state.db).await?;
    shoots::find(&mut scope, shoot)
        .await?
        .ok_or(Error::NotFound)?;
    drop(scope);
    let mut results = Vec::new();
    while let Some(mut field) = form.try_next().await.map_err(|_| Error::BadForm)? {
        match field.name() {
            Some("csrf") => {
                csrf::visit(&request).check(Some(&text(&mut field).await?))?;
                checked = true;
            }
            Some("photo") if !checked => return Err(Error::ForeignForm),
            Some("photo") => results.push(take_field(&state, &member, shoot, field).await),
            _ => {}
        }
    }
    if !checked {
        return Err(Error::ForeignForm);
    }
    if wants_json(&request) {
        return answer_script(results);
    }
    answer_form(&request, &state, &member, shoot, results).await
}

/// A script sends the token as a header, which only our own pages can set; the
/// plain form sends it as its first field.
fn check_header(request: &HttpRequest) -> Result<bool, Error> {
    let header = request
        .headers()
        .get(csrf::HEADER)
        .and_then(|value| value.to_str().ok());
    match header {
        Some(token) => csrf::visit(request).check(Some(token)).map(|()| true),
        None => Ok(false),
    }
}

async fn text(field: &mut Field) -> Result<String, Error> {
    let bytes = field.bytes(256).await.map_err(|_| Error::BadForm)?;
    let bytes = bytes.map_err(|_| Error::BadForm)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Error::BadForm)
}

async fn take_field(
    state: &State,
    member: &Member,
    shoot: ShootId,
    field: Field,
) -> Result<Taken, NotTaken> {
    let disposition = field.content_disposition();
    let name = plain_name(
        disposition
            .and_then(|known| known.get_filename())
            .unwrap_or_default(),
    );
    let mut pieces = field.map_err(|_| Error::BadForm).fuse();
    let taken = take(state, member, shoot, name, &mut pieces).await;
    if matches!(taken, Err(NotTaken::Refused { .. })) {
        drain(pieces).await;
    }
    taken
}

/// Lets the rest of a refused file pass by: an answer that comes while the
/// browser is still sending looks like a broken connection to it.
async fn drain(mut pieces: impl Stream<Item = Result<Bytes, Error>> + Unpin) {
    let mut passed = 0;
    while let Some(Ok(piece)) = pieces.next().await {
        passed += piece.len() as u64;
        if passed > MAX_BYTES {
            return;
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
    let received = store(state, &key, id, &name, pieces).await?;
    let reception = receive(state, member, shoot, &received).await;
    if !matches!(reception, Ok(Reception::New(_))) {
        state.storage.delete(&key).await.map_err(Error::from)?;
    }
    match reception? {
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
    let mut scope = member.scope(&state.db).await?;
    let reception = photos::receive(&mut scope, shoot, received).await?;
    scope.commit().await?;
    Ok(reception)
}

async fn store(
    state: &State,
    key: &Key,
    id: PhotoId,
    name: &str,
    pieces: impl Stream<Item = Result<Bytes, Error>>,
) -> Result<Received, NotTaken> {
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
        let room = sniff::HEAD_BYTES
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
    let looked = match refused {
        Some(refused) => Err(refused),
        None => look(&head, name),
    };
    match looked {
        Err(refused) => {
            upload.abort().await.map_err(Error::from)?;
            Err(refused)
        }
        Ok((content_type, size_pixels)) => {
            let stored = upload.finish().await.map_err(Error::from)?;
            Ok(Received {
                id,
                name: name.to_owned(),
                content_type,
                size_bytes: i64::try_from(stored.size_bytes).unwrap_or(i64::MAX),
                sha256: stored.sha256,
                size_pixels,
            })
        }
    }
}

/// Long before a wrong file has arrived, its first bytes tell.
fn refuse_early(head: &[u8], name: &str, size_bytes: u64) -> Option<NotTaken> {
    const ENOUGH: usize = 16;
    if size_bytes > MAX_BYTES {
        return Some(NotTaken::too_large());
    }
    (head.len() >= ENOUGH)
        .then(|| sniff::kind(head, name).err().map(NotTaken::refused))
        .flatten()
}

type Looked = (&'static str, Option<(i32, i32)>);

fn look(head: &[u8], name: &str) -> Result<Looked, NotTaken> {
    let content_type = sniff::kind(head, name).map_err(NotTaken::refused)?;
    let size = sniff::size_pixels(head);
    match size.and_then(sniff::too_many_pixels) {
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

fn wants_json(request: &HttpRequest) -> bool {
    let accept = request
        .headers()
        .get("accept")
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

fn answer_script(results: Vec<Result<Taken, NotTaken>>) -> Result<HttpResponse, Error> {
    let mut results = results;
    let Some(last) = results.pop() else {
        return Err(Error::BadForm);
    };
    match last {
        Ok(taken) => {
            let body = json!({
                "photo": taken.photo,
                "name": taken.name,
                "duplicate": taken.duplicate,
            });
            let mut response = if taken.duplicate {
                HttpResponse::Ok()
            } else {
                HttpResponse::Created()
            };
            Ok(response.json(body))
        }
        Err(NotTaken::Refused { sentence, status }) => Ok(HttpResponse::build(status)
            .content_type("application/problem+json")
            .body(json!({"title": "Not a photo we can take", "detail": sentence}).to_string())),
        Err(NotTaken::Broken(error)) => Err(error),
    }
}

async fn answer_form(
    request: &HttpRequest,
    state: &State,
    member: &Member,
    shoot: ShootId,
    results: Vec<Result<Taken, NotTaken>>,
) -> Result<HttpResponse, Error> {
    let mut refusals = Vec::new();
    let mut worst = StatusCode::UNPROCESSABLE_ENTITY;
    for result in results {
        match result {
            Ok(_) => {}
            Err(NotTaken::Refused { sentence, status }) => {
                refusals.push(sentence);
                worst = status;
            }
            Err(NotTaken::Broken(error)) => return Err(error),
        }
    }
    if refusals.is_empty() {
        return Ok(redirect::to(&urls::shoot(shoot)));
    }
    let sentence = refusals.join(" ");
    crate::shoots::refuse_upload(request, state, member, shoot, sentence, worst).await
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
