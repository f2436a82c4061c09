//! The encoded sizes of a developed photo, and their way into storage.

use bytes::Bytes;
use plumbline_domain::attempts::{NewAttempt, Verdict as Kept};
use plumbline_domain::ids::{AttemptId, OrganizationId, PhotoId};
use plumbline_domain::photos::Stage;
use plumbline_domain::renditions::{Kind, NewRendition};
use plumbline_enhance::{EncodeError, Output, Pixels, encode_preview, preview};
use plumbline_storage::Storage;
use plumbline_storage::key::Key;
use sha2::{Digest, Sha256};

use crate::develop::{AttemptDone, Developed, GoOn, enter};
use crate::failure::Failure;

/// Pixels along the longer edge; sharp on a laptop's whole screen.
const PREVIEW_EDGE: u32 = 2048;
/// Twice the width of a card on the shoot's page.
const THUMB_EDGE: u32 = 640;
/// WebP quality of what is looked at on pages; the file to keep is the full one.
const PREVIEW_QUALITY: u8 = 82;
const THUMB_QUALITY: u8 = 75;
const PREVIEW_TYPE: &str = "image/webp";

/// Everything a run made, in memory.
pub struct Cooked {
    attempts: Vec<AttemptDone>,
    files: Vec<File>,
    size_pixels: (i32, i32),
}

struct File {
    about: NewRendition,
    bytes: Bytes,
}

/// Everything a run made, in storage, and not recorded yet.
pub struct Finished {
    pub attempts: Vec<NewAttempt>,
    pub size_pixels: (i32, i32),
    keys: Vec<Key>,
}

/// Encodes the last attempt. The originals of a shoot are compared with it on the
/// page, so the photo as it was gets a preview, too.
pub fn encode(developed: Developed, go_on: &mut GoOn<'_>) -> Result<Cooked, Failure> {
    enter(go_on, Stage::Saving)?;
    let Developed {
        original,
        picture,
        metadata,
        attempts,
        ..
    } = developed;
    let output = Output::default();
    // One encoder keeps one core busy; together they take as long as the slowest.
    let (full, small) = rayon::join(
        || plumbline_enhance::encode(&picture, &metadata, &output).map_err(trouble),
        || previews(original, &picture),
    );
    let full = file(Kind::Full, output.media_type(), &picture, full?);
    Ok(Cooked {
        attempts,
        size_pixels: (pixels(picture.width()), pixels(picture.height())),
        files: [full].into_iter().chain(small?).collect(),
    })
}

/// What pages show: the photo now, small, and as it was.
fn previews(original: Pixels, picture: &Pixels) -> Result<[File; 3], Failure> {
    let (before, now) = rayon::join(
        || {
            let shown = preview(&original, PREVIEW_EDGE);
            drop(original);
            webp(Kind::Before, &shown, PREVIEW_QUALITY)
        },
        || {
            let shown = preview(picture, PREVIEW_EDGE);
            let thumb = webp(Kind::Thumb, &preview(&shown, THUMB_EDGE), THUMB_QUALITY)?;
            Ok::<_, Failure>([webp(Kind::Preview, &shown, PREVIEW_QUALITY)?, thumb])
        },
    );
    let [shown, thumb] = now?;
    Ok([shown, thumb, before?])
}

impl Cooked {
    /// Stores the files under the last attempt's id, all of them or none.
    pub async fn store(
        self,
        storage: &Storage,
        organization: OrganizationId,
        photo: PhotoId,
    ) -> Result<Finished, Failure> {
        let mut attempts: Vec<NewAttempt> = self.attempts.into_iter().map(to_record).collect();
        let last = attempts
            .last_mut()
            .expect("a developed photo has an attempt");
        let mut finished = Finished {
            attempts: vec![],
            size_pixels: self.size_pixels,
            keys: vec![],
        };
        for File { about, bytes } in self.files {
            let (organization, photo) = (organization.uuid(), photo.uuid());
            let key = Key::rendition(organization, photo, last.id.uuid(), about.kind.as_str());
            finished.keys.push(key.clone());
            if let Err(error) = storage.put(&key, bytes).await {
                finished.remove(storage).await;
                return Err(error.into());
            }
            last.renditions.push(about);
        }
        finished.attempts = attempts;
        Ok(finished)
    }
}

impl Finished {
    /// Takes the files out of storage again.
    pub async fn remove(&self, storage: &Storage) {
        for key in &self.keys {
            if let Err(error) = storage.delete(key).await {
                tracing::warn!(%error, "a file nobody needs stays in storage");
            }
        }
    }
}

fn to_record(attempt: AttemptDone) -> NewAttempt {
    NewAttempt {
        id: AttemptId::new(),
        engine: attempt.engine,
        strength: attempt.strength,
        plan: attempt.plan,
        done: attempt.done.into(),
        report: attempt.report,
        verdict: if attempt.passed {
            Kept::Passed
        } else {
            Kept::Held
        },
        severity: attempt.severity,
        took_ms: i32::try_from(attempt.took_ms).unwrap_or(i32::MAX),
        renditions: vec![],
    }
}

fn webp(kind: Kind, pixels: &Pixels, quality: u8) -> Result<File, Failure> {
    let bytes = encode_preview(pixels, quality).map_err(trouble)?;
    Ok(file(kind, PREVIEW_TYPE, pixels, bytes))
}

fn file(kind: Kind, content_type: &'static str, picture: &Pixels, bytes: Vec<u8>) -> File {
    let about = NewRendition {
        kind,
        content_type,
        width: pixels(picture.width()),
        height: pixels(picture.height()),
        size_bytes: i64::try_from(bytes.len()).expect("a file in memory is smaller than 8 EiB"),
        sha256: Sha256::digest(&bytes).into(),
        crc32: crc32fast::hash(&bytes),
    };
    File {
        about,
        bytes: bytes.into(),
    }
}

fn pixels(side: u32) -> i32 {
    i32::try_from(side).expect("a side is limited when decoding")
}

fn trouble(error: EncodeError) -> Failure {
    Failure::Retry(error.into())
}
