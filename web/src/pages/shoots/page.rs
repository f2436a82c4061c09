//! The page of one shoot: its photos, its share links, its sky.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use plumbline_documents::{EngineChoice, Look};
use plumbline_domain::ids::{PhotoId, ShootId};
use plumbline_domain::people::members;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use plumbline_domain::shoots::photos::{self, Photo, lists};
use plumbline_domain::shoots::renditions::{self, Kind, Rendition};
use serde::Deserialize;

use crate::http::config::Config;
use crate::http::errors::Error;
use crate::http::extractors::Member;
use crate::http::forms::Path;
use crate::http::layout::Layout;
use crate::http::notices::Notice;
use crate::http::paging::{Asked, Paging};
use crate::http::state::State;
use crate::http::{render, urls};
use crate::pages::galleries::links::SharePanel;
use crate::pages::shoots::sky::SkyPanel;
use crate::pages::view::{Counts, Picture, StatusView, Trouble, day, pixels};

#[derive(Template)]
#[template(path = "shoot.html", blocks = ["photos"])]
struct Page {
    layout: Layout,
    id: ShootId,
    name: String,
    /// Only when it is not the usual one.
    look: Option<&'static str>,
    /// Only when it is not the usual one.
    engine: Option<&'static str>,
    sky: SkyPanel,
    created: String,
    counts: Counts,
    /// Those on this page alone.
    photos: Vec<PhotoTile>,
    paging: Paging,
    share: SharePanel,
    /// Just removed: the page offers to restore it.
    removed: Option<RemovedPhoto>,
    /// The reason why files sent without JavaScript were refused.
    upload_error: Option<String>,
}

struct PhotoTile {
    id: PhotoId,
    name: String,
    status: StatusView,
    thumb: Option<Picture>,
    pixels: Option<String>,
    trouble: Option<Trouble>,
}

struct RemovedPhoto {
    id: PhotoId,
    name: String,
}

/// Photos on one page of a shoot.
const PER_PAGE: i64 = 100;

#[derive(Debug, Default, Deserialize)]
pub struct Query {
    notice: Option<Notice>,
    removed: Option<PhotoId>,
    page: Option<i64>,
}

/// The page of a shoot that shows its photo of this position, counted from 1.
pub fn with(shoot: ShootId, position: i64) -> String {
    urls::on_page(&urls::shoot(shoot), (position - 1) / PER_PAGE + 1)
}

/// `GET /shoots/{shoot}`
pub async fn show(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path(id): Path<ShootId>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let asked = Asked { page: query.page };
    let mut page = page_of(&request, &state.config, &member, &mut scope, id, asked).await?;
    page.layout = page.layout.with_notice(query.notice);
    page.removed = match query.removed {
        Some(photo) => removed(&mut scope, photo).await?,
        None => None,
    };
    let mut response = render::show(&page);
    page.share.shown(&mut response, id)?;
    Ok(response)
}

/// `GET /shoots/{shoot}/photos`: the live part of the page alone.
pub async fn show_photos(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path(id): Path<ShootId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let page = page_of(&request, &state.config, &member, &mut scope, id, *asked).await?;
    Ok(render::show(&page.as_photos()))
}

/// The page again, for a form post without JavaScript whose files were refused.
pub async fn refuse_upload(
    request: &HttpRequest,
    state: &State,
    member: &members::Member,
    id: ShootId,
    sentence: String,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let asked = Asked::default();
    let mut page = page_of(request, &state.config, member, &mut scope, id, asked).await?;
    page.upload_error = Some(sentence);
    Ok(render::refuse(&page))
}

async fn page_of(
    request: &HttpRequest,
    config: &Config,
    member: &members::Member,
    scope: &mut Scope,
    id: ShootId,
    asked: Asked,
) -> Result<Page, Error> {
    let shoot = shoots::find(scope, id).await?.ok_or(Error::NotFound)?;
    let counts = lists::count(scope, id).await?;
    let paging = Paging::new(asked, counts.total, PER_PAGE, urls::shoot(id));
    let photos = lists::of_shoot(scope, id, paging.page()).await?;
    let shown: Vec<PhotoId> = photos.iter().map(|photo| photo.id).collect();
    let thumbs = by_photo(renditions::of_photos(scope, &shown, Kind::Thumb).await?);
    Ok(Page {
        layout: Layout::of_member(request, member, scope, &shoot.name).await?,
        id,
        sky: SkyPanel::of(scope, &shoot).await?,
        look: look_name(shoot.look),
        engine: engine_name(shoot.engine),
        created: day(shoot.created_at),
        name: shoot.name,
        counts: counts.into(),
        photos: photos
            .into_iter()
            .map(|photo| tile(photo, &thumbs))
            .collect(),
        paging,
        share: SharePanel::of(request, config, scope, id).await?,
        removed: None,
        upload_error: None,
    })
}

fn look_name(look: Look) -> Option<&'static str> {
    match look {
        Look::Neutral => None,
        Look::Bright => Some("Bright look"),
        Look::Warm => Some("Warm look"),
    }
}

fn engine_name(engine: EngineChoice) -> Option<&'static str> {
    match engine {
        EngineChoice::Best => None,
        EngineChoice::Tiled => Some("Texture redrawn where an AI model is installed"),
        EngineChoice::Natural => Some("Corrected by measurement only"),
    }
}

fn by_photo(renditions: Vec<Rendition>) -> HashMap<PhotoId, Rendition> {
    renditions
        .into_iter()
        .map(|rendition| (rendition.photo_id, rendition))
        .collect()
}

fn tile(photo: Photo, thumbs: &HashMap<PhotoId, Rendition>) -> PhotoTile {
    PhotoTile {
        id: photo.id,
        status: StatusView::of(&photo),
        thumb: thumbs.get(&photo.id).map(picture),
        pixels: photo
            .width
            .zip(photo.height)
            .map(|(width, height)| pixels(width, height)),
        trouble: Trouble::of(&photo),
        name: photo.name,
    }
}

/// A member's picture of a rendition. The attempt in the URL makes a new
/// result a new picture, which lets browsers keep the old one for ever.
pub fn picture(rendition: &Rendition) -> Picture {
    let url = urls::photo_rendition(rendition.photo_id, rendition.kind.as_str());
    Picture {
        src: format!("{url}?v={}", rendition.attempt_id),
        width: rendition.width.unsigned_abs(),
        height: rendition.height.unsigned_abs(),
    }
}

async fn removed(scope: &mut Scope, id: PhotoId) -> Result<Option<RemovedPhoto>, Error> {
    let photo = photos::find_even_removed(scope, id).await?;
    Ok(photo
        .filter(|photo| photo.removed_at.is_some())
        .map(|photo| RemovedPhoto {
            id: photo.id,
            name: photo.name,
        }))
}
