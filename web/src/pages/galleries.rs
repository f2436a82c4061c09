//! Galleries: making and closing share links, and what a customer sees behind one.

use actix_web::{HttpResponse, web};
use askama::Template;
use plumbline_documents::{AttemptReport, summary};
use plumbline_domain::ids::{GalleryId, PhotoId, ShootId};
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use plumbline_domain::shoots::galleries::{self, Picture as SharedPicture};
use plumbline_domain::shoots::renditions::{self, Kind};
use plumbline_domain::shoots::{originals, photos};
use plumbline_domain::work::attempts::{self, Accepted};
use serde::Deserialize;
use std::collections::HashMap;

use crate::http::errors::Error;
use crate::http::extractors::{Editor, Guest};
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, render, urls};
use crate::pages::disclosure::Disclosure;
use crate::pages::originals::AlteredPictures;
use crate::pages::view::{Picture, file_size, pixels};

#[derive(Deserialize)]
pub struct GalleryForm {
    expires: Expiry,
}

#[derive(Clone, Copy, Deserialize)]
enum Expiry {
    #[serde(rename = "never")]
    Never,
    #[serde(rename = "30")]
    Month,
    #[serde(rename = "90")]
    Quarter,
}

impl Expiry {
    fn days(self) -> Option<i32> {
        match self {
            Self::Never => None,
            Self::Month => Some(30),
            Self::Quarter => Some(90),
        }
    }
}

/// `POST /shoots/{shoot}/galleries`
pub async fn create(
    state: web::Data<State>,
    member: Editor,
    Path(shoot): Path<ShootId>,
    Form(form): Form<GalleryForm>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    shoots::find(&mut scope, shoot)
        .await?
        .ok_or(Error::NotFound)?;
    galleries::create(&mut scope, &member, shoot, form.expires.days()).await?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &Notice::Shared.on(&urls::shoot(shoot)),
    ))
}

/// `POST /galleries/{gallery}/closing`
pub async fn delete(
    state: web::Data<State>,
    member: Editor,
    Path(id): Path<GalleryId>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let shoot = galleries::close(&mut scope, id)
        .await?
        .ok_or(Error::NotFound)?;
    let saved = scope.commit().await?;
    Ok(redirect::after(
        saved,
        &Notice::Unshared.on(&urls::shoot(shoot)),
    ))
}

#[derive(Template)]
#[template(path = "gallery.html")]
struct Page {
    token: String,
    shoot_name: String,
    organization: String,
    photos: Vec<GalleryPhoto>,
    /// "231 MB", all of them.
    download_size: String,
    /// Sentences on all photos together: which have generated pixels.
    summary: Vec<String>,
}

#[derive(Clone)]
struct GalleryPhoto {
    id: PhotoId,
    name: String,
    thumb: Picture,
    preview: Picture,
    size_bytes: i64,
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
    previous: Option<PhotoId>,
    next: Option<PhotoId>,
}

/// `GET /g/{token}`
pub async fn show(state: web::Data<State>, guest: Guest) -> Result<HttpResponse, Error> {
    let mut scope = guest.scope(&state.db).await?;
    let shoot = shoots::find(&mut scope, guest.shoot)
        .await?
        .ok_or(Error::LinkClosed)?;
    let (photos, reports) = photos_of(&mut scope, &guest).await?;
    let page = Page {
        token: guest.token.clone(),
        shoot_name: shoot.name,
        organization: galleries::host_name(&mut scope).await?,
        download_size: file_size(photos.iter().map(|photo| photo.size_bytes).sum()),
        summary: summary(&reports).into_iter().map(String::from).collect(),
        photos,
    };
    let _saved = scope.commit().await?;
    Ok(render::show(&page))
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
    let (photos, _) = photos_of(&mut scope, &guest).await?;
    let at = photos
        .iter()
        .position(|photo| photo.id == id)
        .ok_or(Error::NotFound)?;
    let page = PhotoPage {
        token: guest.token.clone(),
        shoot_name: shoot.name,
        organization: galleries::host_name(&mut scope).await?,
        pictures: altered_pictures(&mut scope, id).await?,
        photo: photos[at].clone(),
        position: format!("{} of {}", at + 1, photos.len()),
        previous: at.checked_sub(1).map(|before| photos[before].id),
        next: photos.get(at + 1).map(|after| after.id),
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
    let accepted = attempts::accepted(scope, photo.shoot_id, Some(id)).await?;
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

/// The photos of the gallery, and their reports. Links that are missing are made: photos that were
/// shared before there were links have none.
async fn photos_of(
    scope: &mut Scope,
    guest: &Guest,
) -> Result<(Vec<GalleryPhoto>, Vec<AttemptReport>), Error> {
    originals::share(scope, guest.shoot, None).await?;
    let thumbs = pictures(scope, guest, Kind::Thumb).await?;
    let previews = pictures(scope, guest, Kind::Preview).await?;
    let links = originals::of_shoot(scope, guest.shoot).await?;
    let accepted = attempts::accepted(scope, guest.shoot, None).await?;
    let reports: HashMap<PhotoId, AttemptReport> = accepted
        .into_iter()
        .map(|one| (one.photo, one.read_report()))
        .collect();
    let shared = galleries::pictures(scope, guest.shoot).await?;
    let photos = shared.iter().filter_map(|one| {
        let report = reports.get(&one.photo)?;
        let token = links.get(&one.photo).map(String::as_str);
        let (thumb, preview) = (thumbs.get(&one.photo)?, previews.get(&one.photo)?);
        let disclosure = Disclosure::of(report, token);
        Some(gallery_photo(one, thumb, preview, disclosure))
    });
    let photos = photos.collect();
    Ok((photos, reports.into_values().collect()))
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
        size_bytes: shared.size_bytes,
        size: file_size(shared.size_bytes),
        pixels: pixels(shared.width, shared.height),
        disclosure,
    }
}

async fn pictures(
    scope: &mut Scope,
    guest: &Guest,
    kind: Kind,
) -> Result<HashMap<PhotoId, Picture>, Error> {
    let renditions = renditions::of_shoot(scope, guest.shoot, kind).await?;
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
