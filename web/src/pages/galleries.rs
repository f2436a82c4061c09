//! Galleries: making and closing share links, and what a customer sees behind one.

use actix_web::{HttpResponse, web};
use askama::Template;
use plumbline_domain::ids::{GalleryId, PhotoId, ShootId};
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use plumbline_domain::shoots::galleries::{self, Picture as SharedPicture};
use plumbline_domain::shoots::renditions::{self, Kind};
use serde::Deserialize;
use std::collections::HashMap;

use crate::http::errors::Error;
use crate::http::extractors::{Editor, Guest};
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, render, urls};
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
}

#[derive(Template)]
#[template(path = "gallery_photo.html")]
struct PhotoPage {
    token: String,
    shoot_name: String,
    organization: String,
    photo: GalleryPhoto,
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
    let photos = photos_of(&mut scope, &guest).await?;
    Ok(render::show(&Page {
        token: guest.token.clone(),
        shoot_name: shoot.name,
        organization: galleries::host_name(&mut scope).await?,
        download_size: file_size(photos.iter().map(|photo| photo.size_bytes).sum()),
        photos,
    }))
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
    let photos = photos_of(&mut scope, &guest).await?;
    let at = photos
        .iter()
        .position(|photo| photo.id == id)
        .ok_or(Error::NotFound)?;
    Ok(render::show(&PhotoPage {
        token: guest.token.clone(),
        shoot_name: shoot.name,
        organization: galleries::host_name(&mut scope).await?,
        photo: photos[at].clone(),
        position: format!("{} of {}", at + 1, photos.len()),
        previous: at.checked_sub(1).map(|before| photos[before].id),
        next: photos.get(at + 1).map(|after| after.id),
    }))
}

async fn photos_of(scope: &mut Scope, guest: &Guest) -> Result<Vec<GalleryPhoto>, Error> {
    let thumbs = pictures(scope, guest, Kind::Thumb).await?;
    let previews = pictures(scope, guest, Kind::Preview).await?;
    let shared = galleries::pictures(scope, guest.shoot).await?;
    Ok(shared
        .iter()
        .filter_map(|one| gallery_photo(one, &thumbs, &previews))
        .collect())
}

fn gallery_photo(
    shared: &SharedPicture,
    thumbs: &HashMap<PhotoId, Picture>,
    previews: &HashMap<PhotoId, Picture>,
) -> Option<GalleryPhoto> {
    Some(GalleryPhoto {
        id: shared.photo,
        name: shared.name.clone(),
        thumb: thumbs.get(&shared.photo)?.clone(),
        preview: previews.get(&shared.photo)?.clone(),
        size_bytes: shared.size_bytes,
        size: file_size(shared.size_bytes),
        pixels: pixels(shared.width, shared.height),
    })
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
