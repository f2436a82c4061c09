//! A gallery as one zip: every photo in full resolution, and a folder that says what was done.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use plumbline_domain::ids::{OrganizationId, PhotoId};
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use plumbline_domain::shoots::galleries;
use plumbline_domain::shoots::originals;
use plumbline_domain::shoots::renditions::{self, Kind, Shared};
use plumbline_domain::work::attempts;

use crate::downloads::archive::{self, Entry};
use crate::downloads::body::{Delivery, Keep, Segment};
use crate::downloads::files::rendition_key;
use crate::downloads::names::{file_name, safe_name};
use crate::downloads::report_folder::{self, Delivered};
use crate::http::errors::Error;
use crate::http::extractors::Guest;
use crate::http::state::State;
use crate::http::traffic::slots;

/// `GET /g/{token}/download`: every photo of the gallery, in full resolution.
pub async fn show(
    request: HttpRequest,
    state: web::Data<State>,
    guest: Guest,
) -> Result<HttpResponse, Error> {
    let kind = slots::Kind::Download;
    let slot = state.slots.of_guest(&request, &state, &guest, kind)?;
    let mut scope = guest.scope(&state.db).await?;
    let shoot = shoots::find(&mut scope, guest.shoot)
        .await?
        .ok_or(Error::LinkClosed)?;
    originals::share(&mut scope, guest.shoot, None).await?;
    let shared = renditions::shared(&mut scope, guest.shoot, Kind::Delivered, None).await?;
    let totals = galleries::totals(&mut scope, guest.shoot).await?;
    // A zip without some of the photos would look whole.
    if i64::try_from(shared.len()).is_ok_and(|ready| ready < totals.photos) {
        return Err(Error::Preparing);
    }
    if shared.is_empty() {
        return Err(Error::Wrong(
            "No photo of this gallery is ready yet.".into(),
        ));
    }
    let delivered = delivered(&mut scope, &guest, shared).await?;
    let _saved = scope.commit().await?;
    let organization = guest.organization();
    let photos = delivered.iter().map(|one| photo(organization, &one.full));
    let mut entries: Vec<Entry> = photos.collect();
    entries.extend(report_folder::entries(
        organization,
        &shoot.name,
        &delivered,
        &state.config,
    )?);
    let delivery = Delivery {
        content_type: "application/zip",
        file_name: &format!("{}.zip", safe_name(&shoot.name)),
        save: true,
        keep: Keep::Never,
        slot: Some(slot),
    };
    Ok(archive::lay_out(entries).answer(&request, &state.storage, delivery))
}

/// The photos with all that there is to tell about each.
async fn delivered(
    scope: &mut Scope,
    guest: &Guest,
    shared: Vec<Shared>,
) -> Result<Vec<Delivered>, Error> {
    let mut masks = by_photo(scope, guest, Kind::Mask).await?;
    let mut kept = by_photo(scope, guest, Kind::Original).await?;
    let mut befores = by_photo(scope, guest, Kind::Before).await?;
    let mut links = originals::of_shoot(scope, guest.shoot).await?;
    let reports = attempts::accepted(scope, guest.shoot, None).await?;
    let mut reports: HashMap<_, _> = reports
        .into_iter()
        .map(|one| (one.photo, one.read_report()))
        .collect();
    let delivered = shared.into_iter().map(|full| Delivered {
        report: reports.remove(&full.photo_id).unwrap_or_default(),
        mask: masks.remove(&full.photo_id).map(|(mask, _)| mask),
        original: kept
            .remove(&full.photo_id)
            .or_else(|| befores.remove(&full.photo_id)),
        link: links.remove(&full.photo_id),
        full,
    });
    Ok(delivered.collect())
}

async fn by_photo(
    scope: &mut Scope,
    guest: &Guest,
    kind: Kind,
) -> Result<HashMap<PhotoId, (Shared, Kind)>, Error> {
    let shared = renditions::shared(scope, guest.shoot, kind, None).await?;
    Ok(shared
        .into_iter()
        .map(|one| (one.photo_id, (one, kind)))
        .collect())
}

fn photo(organization: OrganizationId, full: &Shared) -> Entry {
    let name = file_name(full.number, &full.name, &full.content_type);
    of_rendition(organization, name, full, Kind::Delivered)
}

/// An entry of a rendition that customers may have.
pub fn of_rendition(
    organization: OrganizationId,
    name: String,
    shared: &Shared,
    kind: Kind,
) -> Entry {
    let attempt = shared.attempt_id.uuid();
    Entry {
        name,
        content: Segment::Blob {
            key: rendition_key(organization, shared.photo_id, attempt, kind),
            size_bytes: shared.size_bytes.unsigned_abs(),
        },
        crc32: shared.crc32 as u32,
        sha256: shared.sha256.clone(),
        modified_at: shared.received_at,
    }
}
