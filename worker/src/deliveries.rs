//! Files for customers of photos that an earlier release finished: it made only the full file, with
//! its place, serial numbers and owner. They are made now and then from that file, so that nobody
//! has to have a photo enhanced again to share it.

use std::time::Duration;

use anyhow::Context;
use plumbline_domain::shoots::renditions::missing::{self, Undelivered};
use plumbline_domain::shoots::renditions::{Kind, Rendition};
use plumbline_enhance::Limits;
use plumbline_pipeline::encoding;
use plumbline_pipeline::failure::Failure;
use plumbline_sandbox::InputFile;
use plumbline_storage::key::Key;

use crate::daemon::Daemon;
use crate::decoding;
use crate::jobs::enhance_photo::renditions::rendition;

/// A worker of the release before may still finish photos.
const EVERY: Duration = Duration::from_secs(600);
/// Photos that are asked for at once.
const AT_ONCE: i64 = 50;

/// Makes what is missing, now and every ten minutes.
pub async fn make_missing(daemon: &Daemon) {
    let mut times = tokio::time::interval(EVERY);
    loop {
        times.tick().await;
        if let Err(error) = of_everybody(daemon).await {
            tracing::warn!(%error, "files for customers could not be made, trying again later");
        }
    }
}

async fn of_everybody(daemon: &Daemon) -> anyhow::Result<()> {
    for organization in missing::organizations(&daemon.db).await? {
        of_organization(daemon, organization).await?;
    }
    Ok(())
}

async fn of_organization(daemon: &Daemon, organization: Undelivered) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let mut scope = organization.scope(&daemon.db).await?;
        let files = missing::undelivered(&mut scope, after, AT_ONCE).await?;
        drop(scope);
        let Some(last) = files.last() else {
            return Ok(());
        };
        after = Some(last.attempt_id);
        for full in &files {
            if let Err(error) = deliver(daemon, organization, full).await {
                let photo = full.photo_id;
                tracing::warn!(photo.id = %photo, "photo {photo} has no file for customers: {error:#}");
            }
        }
    }
}

async fn deliver(
    daemon: &Daemon,
    organization: Undelivered,
    full: &Rendition,
) -> anyhow::Result<()> {
    let key = |kind: Kind| {
        let (photo, attempt) = (full.photo_id.uuid(), full.attempt_id.uuid());
        Key::rendition(
            organization.organization().uuid(),
            photo,
            attempt,
            kind.as_str(),
        )
    };
    let file = daemon.storage.get(&key(Kind::Full)).await?;
    let (kind, size) = (content_type(full), size(full));
    let decoder = daemon.decoder.clone();
    let made = tokio::task::spawn_blocking(move || {
        // What was left as it came is still a stranger's file.
        let decode = || {
            let input = InputFile::of(&file).map_err(Failure::retry)?;
            decoding::decode(&decoder, &input, "", &Limits::default(), &mut |_| true)
        };
        encoding::delivered(&file, kind, size, decode).map_err(Failure::into_error)
    });
    let made = made.await.context("it cannot be rewritten")??;
    let delivered = rendition(Kind::Delivered, &made);
    let bytes = made.bytes.into();
    daemon.storage.put(&key(Kind::Delivered), bytes).await?;
    let mut scope = organization.scope(&daemon.db).await?;
    missing::deliver(&mut scope, full, &delivered).await?;
    scope.commit().await?;
    Ok(())
}

/// The format stays.
fn content_type(full: &Rendition) -> &'static str {
    let known = full.content_type.parse();
    known.map_or("image/jpeg", plumbline_documents::ContentType::as_str)
}

fn size(full: &Rendition) -> (u32, u32) {
    (full.width.unsigned_abs(), full.height.unsigned_abs())
}
