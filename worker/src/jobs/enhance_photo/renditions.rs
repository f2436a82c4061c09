//! The encoded pictures of a run on their way into storage.

use plumbline_domain::ids::AttemptId;
use plumbline_domain::shoots::renditions::{Kind, NewRendition};
use plumbline_domain::work::attempts::NewAttempt;
use plumbline_pipeline::attempt::Attempt;
use plumbline_pipeline::encoding::{AttemptPreviews, Delivery, Encoded, EncodedPicture};
use plumbline_storage::Storage;
use plumbline_storage::key::Key;

use crate::failure::Failure;
use crate::job_context::JobContext;

/// Everything a run made, in storage, and not recorded yet.
pub struct Stored {
    pub attempts: Vec<NewAttempt>,
    pub size_pixels: (i32, i32),
    keys: Vec<Key>,
}

/// Stores the pictures, each under its attempt's id, all of them or none.
pub async fn store(context: &JobContext<'_>, encoded: Encoded) -> Result<Stored, Failure> {
    let full = &encoded.delivery.full;
    let mut stored = Stored {
        attempts: vec![],
        size_pixels: (pixels(full.width), pixels(full.height)),
        keys: vec![],
    };
    for (attempt, pictures) in by_attempt(encoded) {
        let mut attempt = to_record(attempt);
        for (kind, picture) in pictures {
            if let Err(error) = stored.put(context, &mut attempt, kind, picture).await {
                stored.remove(&context.daemon.storage).await;
                return Err(error);
            }
        }
        stored.attempts.push(attempt);
    }
    Ok(stored)
}

impl Stored {
    async fn put(
        &mut self,
        context: &JobContext<'_>,
        attempt: &mut NewAttempt,
        kind: Kind,
        picture: EncodedPicture,
    ) -> Result<(), Failure> {
        let organization = context.job.organization().uuid();
        let photo = context.claim.photo.id.uuid();
        let key = Key::rendition(organization, photo, attempt.id.uuid(), kind.as_str());
        self.keys.push(key.clone());
        attempt.renditions.push(rendition(kind, &picture));
        let size = picture.bytes.len() as u64;
        let put = context.daemon.storage.put(&key, picture.bytes.into()).await;
        put.map_err(|error| Failure::of_writing(error, size))
    }

    /// Takes the files out of storage again.
    pub async fn remove(&self, storage: &Storage) {
        for key in &self.keys {
            if let Err(error) = storage.delete(key).await {
                tracing::warn!(%error, "a file nobody needs stays in storage");
            }
        }
    }
}

type Pictures = Vec<(Kind, EncodedPicture)>;

/// Attempts with their pictures, first to last.
fn by_attempt(encoded: Encoded) -> Vec<(Attempt, Pictures)> {
    let (attempt, previews) = encoded.last;
    let Delivery {
        full,
        delivered,
        thumb,
        before,
        original,
        mask,
    } = encoded.delivery;
    let mut pictures = vec![
        (Kind::Full, full),
        (Kind::Delivered, delivered),
        (Kind::Thumb, thumb),
        (Kind::Before, before),
    ];
    pictures.extend(original.map(|original| (Kind::Original, original)));
    pictures.extend(mask.map(|mask| (Kind::Mask, mask)));
    pictures.extend(preview_pictures(previews));
    let earlier = encoded.earlier.into_iter();
    let earlier = earlier.map(|(attempt, previews)| (attempt, preview_pictures(previews)));
    earlier.chain([(attempt, pictures)]).collect()
}

fn preview_pictures(previews: AttemptPreviews) -> Pictures {
    let heatmap = previews.heatmap.map(|heatmap| (Kind::Heatmap, heatmap));
    let preview = [(Kind::Preview, previews.preview)];
    preview.into_iter().chain(heatmap).collect()
}

fn to_record(attempt: Attempt) -> NewAttempt {
    NewAttempt {
        id: AttemptId::new(),
        engine: attempt.engine,
        strength: attempt.strength,
        plan: serde_json::to_value(&attempt.plan).expect("a plan is plain data"),
        done: attempt.done.into(),
        report: serde_json::to_value(&attempt.report).expect("a report is plain data"),
        place: attempt.report.scene.and_then(|scene| scene.place),
        verdict: attempt.report.inspection.qc.verdict,
        severity: attempt.severity,
        took_ms: i32::try_from(attempt.took_ms).unwrap_or(i32::MAX),
        renditions: vec![],
    }
}

/// An encoded picture as its row records it.
pub fn rendition(kind: Kind, picture: &EncodedPicture) -> NewRendition {
    let size = picture.bytes.len();
    NewRendition {
        kind,
        content_type: picture.content_type,
        width: pixels(picture.width),
        height: pixels(picture.height),
        size_bytes: i64::try_from(size).expect("a file in memory is smaller than 8 EiB"),
        sha256: picture.sha256,
        crc32: picture.crc32,
    }
}

fn pixels(side: u32) -> i32 {
    i32::try_from(side).expect("a side is limited when decoding")
}
