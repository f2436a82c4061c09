//! Galleries: what a customer sees behind a share link.

pub mod links;

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use plumbline_documents::{AttemptReport, summary};
use plumbline_domain::ids::PhotoId;
use plumbline_domain::page::Page as Part;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use plumbline_domain::shoots::galleries::{self, Picture as SharedPicture, Totals};
use plumbline_domain::shoots::photos::lists;
use plumbline_domain::shoots::renditions::{self, Kind};
use plumbline_domain::shoots::{originals, photos};
use plumbline_domain::work::attempts::{self, Accepted};

use crate::http::errors::Error;
use crate::http::extractors::Guest;
use crate::http::forms::Path;
use crate::http::paging::{Asked, Paging};
use crate::http::state::State;
use crate::http::{render, urls};
use crate::pages::disclosure::Disclosure;
use crate::pages::originals::AlteredPictures;
use crate::pages::view::{Picture, file_size, pixels};

#[derive(Template)]
#[template(path = "gallery.html")]
struct Page {
    token: String,
    shoot_name: String,
    organization: String,
    /// Those on this page alone.
    photos: Vec<GalleryPhoto>,
    paging: Paging,
    /// "231 MB", all of them.
    download_size: String,
    /// Sentences on all photos together: which have generated pixels.
    summary: Vec<String>,
}

struct GalleryPhoto {
    id: PhotoId,
    name: String,
    thumb: Picture,
    preview: Picture,
    size: String,
    pixels: String,
    disclosure: Disclosure,
}

#[derive(Template)]
#[template(path = "gallery_photo.html")]
struct PhotoPage {
    token: String,
    shoot_name: String,
    organization: String,
    photo: GalleryPhoto,
    /// Only of a photo with generated pixels.
    pictures: Option<AlteredPictures>,
    /// "3 of 24"
    position: String,
    /// The page of the gallery that it is on.
    back: String,
    previous: Option<PhotoId>,
    next: Option<PhotoId>,
}

/// Photos on one page of a gallery.
const PER_PAGE: i64 = 100;

/// `GET /g/{token}`
pub async fn show(
    state: web::Data<State>,
    guest: Guest,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let mut scope = guest.scope(&state.db).await?;
    let shoot = shoots::find(&mut scope, guest.shoot)
        .await?
        .ok_or(Error::LinkClosed)?;
    // Photos that were shared before there were links to originals get theirs.
    originals::share(&mut scope, guest.shoot, None).await?;
    let totals = galleries::totals(&mut scope, guest.shoot).await?;
    let url = urls::gallery(&guest.token);
    let paging = Paging::new(*asked, totals.photos, PER_PAGE, url);
    let shared = galleries::pictures(&mut scope, guest.shoot, None, paging.page()).await?;
    let page = Page {
        token: guest.token.clone(),
        shoot_name: shoot.name,
        organization: galleries::host_name(&mut scope).await?,
        download_size: file_size(totals.size_bytes),
        summary: sentences(&totals),
        photos: to_show(&mut scope, &guest, shared).await?,
        paging,
    };
    let _saved = scope.commit().await?;
    Ok(render::show(&page))
}

fn sentences(totals: &Totals) -> Vec<String> {
    let count = i64::unsigned_abs;
    let sentences = summary(
        count(totals.altered),
        count(totals.untouched),
        count(totals.photos),
    );
    sentences.into_iter().map(String::from).collect()
}

/// `GET /g/{token}/photos/{photo}`
pub async fn show_photo(
    state: web::Data<State>,
    guest: Guest,
    Path((_, id)): Path<(String, PhotoId)>,
) -> Result<HttpResponse, Error> {
    let mut scope = guest.scope(&state.db).await?;
    let shoot = shoots::find(&mut scope, guest.shoot)
        .await?
        .ok_or(Error::LinkClosed)?;
    originals::share(&mut scope, guest.shoot, Some(id)).await?;
    let one = Part { skip: 0, take: 1 };
    let shared = galleries::pictures(&mut scope, guest.shoot, Some(id), one).await?;
    let photo = to_show(&mut scope, &guest, shared).await?.pop();
    let photo = photo.ok_or(Error::NotFound)?;
    let row = photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let place = lists::place(&mut scope, &row, true).await?;
    let gallery = urls::gallery(&guest.token);
    let page = PhotoPage {
        token: guest.token.clone(),
        shoot_name: shoot.name,
        organization: galleries::host_name(&mut scope).await?,
        pictures: altered_pictures(&mut scope, id).await?,
        photo,
        position: format!("{} of {}", place.position, place.of),
        back: urls::on_page(&gallery, (place.position - 1) / PER_PAGE + 1),
        previous: place.previous,
        next: place.next,
    };
    let _saved = scope.commit().await?;
    Ok(render::show(&page))
}

/// The pictures of an altered photo; they are public, and so are their addresses.
async fn altered_pictures(
    scope: &mut Scope,
    id: PhotoId,
) -> Result<Option<AlteredPictures>, Error> {
    let photo = photos::find(scope, id).await?.ok_or(Error::NotFound)?;
    let accepted = attempts::accepted(scope, photo.shoot_id, Some(&[id])).await?;
    let report = accepted.first().map(Accepted::read_report);
    let report = report.filter(|report| report.evidence().alteration().is_some());
    let token = originals::find(scope, id).await?;
    match (report, token) {
        (Some(report), Some(token)) => {
            AlteredPictures::of(scope, &photo, &token, Some(&report)).await
        }
        _ => Ok(None),
    }
}

/// These photos with all that their page shows of each.
async fn to_show(
    scope: &mut Scope,
    guest: &Guest,
    shared: Vec<SharedPicture>,
) -> Result<Vec<GalleryPhoto>, Error> {
    let ids: Vec<PhotoId> = shared.iter().map(|one| one.photo).collect();
    let thumbs = pictures(scope, guest, &ids, Kind::Thumb).await?;
    let previews = pictures(scope, guest, &ids, Kind::Preview).await?;
    let links = originals::of_shoot(scope, guest.shoot).await?;
    let accepted = attempts::accepted(scope, guest.shoot, Some(&ids)).await?;
    let reports: HashMap<PhotoId, AttemptReport> = accepted
        .into_iter()
        .map(|one| (one.photo, one.read_report()))
        .collect();
    let photos = shared.iter().filter_map(|one| {
        let report = reports.get(&one.photo)?;
        let token = links.get(&one.photo).map(String::as_str);
        let (thumb, preview) = (thumbs.get(&one.photo)?, previews.get(&one.photo)?);
        let disclosure = Disclosure::of(report, token);
        Some(gallery_photo(one, thumb, preview, disclosure))
    });
    Ok(photos.collect())
}

fn gallery_photo(
    shared: &SharedPicture,
    thumb: &Picture,
    preview: &Picture,
    disclosure: Disclosure,
) -> GalleryPhoto {
    GalleryPhoto {
        id: shared.photo,
        name: shared.name.clone(),
        thumb: thumb.clone(),
        preview: preview.clone(),
        size: file_size(shared.size_bytes),
        pixels: pixels(shared.width, shared.height),
        disclosure,
    }
}

async fn pictures(
    scope: &mut Scope,
    guest: &Guest,
    photos: &[PhotoId],
    kind: Kind,
) -> Result<HashMap<PhotoId, Picture>, Error> {
    let renditions = renditions::of_photos(scope, photos, kind).await?;
    let picture = |rendition: renditions::Rendition| {
        let url = urls::gallery_rendition(&guest.token, rendition.photo_id, kind.as_str());
        let picture = Picture {
            src: format!("{url}?v={}", rendition.attempt_id),
            width: rendition.width.unsigned_abs(),
            height: rendition.height.unsigned_abs(),
        };
        (rendition.photo_id, picture)
    };
    Ok(renditions.into_iter().map(picture).collect())
}
