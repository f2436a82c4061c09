//! The encoded sizes of a developed photo, and their way into storage.

use bytes::Bytes;
use plumbline_documents::Stage;
use plumbline_domain::ids::{AttemptId, OrganizationId, PhotoId};
use plumbline_domain::shoots::renditions::{Kind, NewRendition};
use plumbline_domain::work::attempts::NewAttempt;
use plumbline_enhance::{
    EncodeError, Heatmap, Mask, Metadata, Output, Pixels, encode_preview, preview,
};
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
const HEATMAP_QUALITY: u8 = 80;
const PREVIEW_TYPE: &str = "image/webp";

/// Everything a run made, in memory.
pub struct Cooked {
    /// Each with its files, first to last.
    attempts: Vec<(AttemptDone, Vec<File>)>,
    size_pixels: (i32, i32),
}

/// Pictures of the attempts that were not the last, encoded as they came.
#[derive(Default)]
pub struct Album(Vec<Vec<File>>);

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

impl Album {
    /// What people look at when they ask why the attempt was not the last.
    pub fn keep(&mut self, picture: &Pixels, heatmap: Option<&Heatmap>) -> Result<(), Failure> {
        let (shown, heat) = rayon::join(
            || {
                webp(
                    Kind::Preview,
                    &preview(picture, PREVIEW_EDGE),
                    PREVIEW_QUALITY,
                )
            },
            || heat(heatmap),
        );
        self.0.push([shown?].into_iter().chain(heat?).collect());
        Ok(())
    }
}

/// Encodes the last attempt. The originals of a shoot are compared with it on the
/// page, so the photo as it was gets a preview, too.
pub fn encode(developed: Developed, album: Album, go_on: &mut GoOn<'_>) -> Result<Cooked, Failure> {
    enter(go_on, Stage::Saving)?;
    let Developed {
        original,
        picture,
        heatmap,
        matte,
        metadata,
        attempts,
        ..
    } = developed;
    let output = Output::default();
    let (before, now) = shrink(original, &picture);
    // One encoder keeps one core busy; together they take as long as the slowest.
    let (small, full) = rayon::join(
        || previews(&before, &now, heatmap.as_ref()),
        || plumbline_enhance::encode(&picture, &metadata, &output).map_err(trouble),
    );
    let full = file(Kind::Full, output.media_type(), &picture, full?);
    let mask = matte.map(mask).transpose()?;
    let last = [full].into_iter().chain(small?).chain(mask).collect();
    Ok(Cooked {
        attempts: attempts
            .into_iter()
            .zip(album.0.into_iter().chain([last]))
            .collect(),
        size_pixels: (pixels(picture.width()), pixels(picture.height())),
    })
}

/// Both as pages show them. The original is gone before the large file is made, which then has its
/// room.
fn shrink(original: Pixels, picture: &Pixels) -> (Pixels, Pixels) {
    rayon::join(
        move || preview(&original, PREVIEW_EDGE),
        || preview(picture, PREVIEW_EDGE),
    )
}

/// What pages show: the photo now, small, as it was, and where the two differ.
fn previews(
    before: &Pixels,
    now: &Pixels,
    heatmap: Option<&Heatmap>,
) -> Result<Vec<File>, Failure> {
    let (before, now) = rayon::join(
        || webp(Kind::Before, before, PREVIEW_QUALITY),
        || {
            let thumb = webp(Kind::Thumb, &preview(now, THUMB_EDGE), THUMB_QUALITY)?;
            Ok::<_, Failure>([webp(Kind::Preview, now, PREVIEW_QUALITY)?, thumb])
        },
    );
    Ok(now?
        .into_iter()
        .chain([before?])
        .chain(heat(heatmap)?)
        .collect())
}

/// Rather small already: a heatmap has an eighth of the picture's sides.
fn heat(heatmap: Option<&Heatmap>) -> Result<Option<File>, Failure> {
    let Some(heatmap) = heatmap else {
        return Ok(None);
    };
    let shown = preview(&heatmap.to_pixels(), PREVIEW_EDGE);
    webp(Kind::Heatmap, &shown, HEATMAP_QUALITY).map(Some)
}

/// Where the sky is, for pages to show and people to correct: sent back as it is, it
/// must say the same, so it is a PNG.
fn mask(matte: Mask) -> Result<File, Failure> {
    let grey = matte.values().iter().flat_map(|&v| [v; 3]).collect();
    let grey = Pixels::from_eight(matte.width(), matte.height(), grey)
        .expect("three samples for every value");
    drop(matte);
    let shown = preview(&grey, PREVIEW_EDGE);
    let bytes = plumbline_enhance::encode(&shown, &Metadata::default(), &Output::Png);
    let bytes = bytes.map_err(trouble)?;
    Ok(file(Kind::Mask, Output::Png.media_type(), &shown, bytes))
}

impl Cooked {
    /// Stores the files, each under its attempt's id, all of them or none.
    pub async fn store(
        self,
        storage: &Storage,
        organization: OrganizationId,
        photo: PhotoId,
    ) -> Result<Finished, Failure> {
        let mut finished = Finished {
            attempts: vec![],
            size_pixels: self.size_pixels,
            keys: vec![],
        };
        for (attempt, files) in self.attempts {
            let mut attempt = to_record(attempt);
            for File { about, bytes } in files {
                let (organization, photo) = (organization.uuid(), photo.uuid());
                let kind = about.kind.as_str();
                let key = Key::rendition(organization, photo, attempt.id.uuid(), kind);
                finished.keys.push(key.clone());
                if let Err(error) = storage.put(&key, bytes).await {
                    finished.remove(storage).await;
                    return Err(error.into());
                }
                attempt.renditions.push(about);
            }
            finished.attempts.push(attempt);
        }
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
        report: serde_json::to_value(&attempt.report).expect("a report is plain data"),
        place: attempt.report.scene.and_then(|scene| scene.place?.known()),
        verdict: attempt.report.qc.verdict,
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

#[cfg(test)]
mod tests {
    use plumbline_enhance::{Limits, decode};

    use super::*;

    /// Sky above, house below, in full size.
    fn matte(width: u32, height: u32) -> Mask {
        let values = (0..height).flat_map(|y| {
            let level = if y < height / 2 { 255 } else { 0 };
            std::iter::repeat_n(level, width as usize)
        });
        Mask::new(width, height, values.collect()).unwrap()
    }

    #[test]
    fn a_mask_is_kept_as_large_as_the_preview_and_says_exactly_where_the_sky_is() {
        let kept = mask(matte(4096, 2730)).unwrap();

        assert_eq!(kept.about.kind, Kind::Mask);
        assert_eq!(kept.about.content_type, "image/png");
        assert_eq!((kept.about.width, kept.about.height), (2048, 1365));
        let pixels = decode(&kept.bytes, &Limits::default()).unwrap().pixels;
        assert_eq!(pixels.unit(1000, 100), [1.0; 3]);
        assert_eq!(pixels.unit(1000, 1300), [0.0; 3]);
    }
}
