//! Skies: an organization's own pictures of them.

pub mod choices;
pub mod removals;
pub mod restorations;
pub mod uploads;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use plumbline_documents::ContentType;
use plumbline_domain::ids::SkyId;
use plumbline_domain::people::members;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::skies::{self, Sky};
use plumbline_storage::key::Key;
use serde::Deserialize;

use crate::downloads::body::{Body, Delivery, Keep};
use crate::downloads::names::original_name;
use crate::http::errors::Error;
use crate::http::extractors::Member;
use crate::http::forms::Path;
use crate::http::layout::Layout;
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{render, urls};
use crate::pages::view::{Picture, day, file_size, pixels};

#[derive(Template)]
#[template(path = "skies.html")]
struct IndexPage {
    layout: Layout,
    skies: Vec<SkyCard>,
    /// Just removed: the page offers to restore it.
    removed: Option<SkyCard>,
    upload_error: Option<String>,
}

struct SkyCard {
    id: SkyId,
    name: String,
    /// Browsers cannot show a TIFF.
    picture: Option<Picture>,
    /// "6000 × 4000, 8.1 MB, added 14 March 2026"
    about: String,
}

impl SkyCard {
    fn of(sky: Sky) -> Self {
        let size = sky.width.zip(sky.height);
        let picture = size
            .filter(|_| sky.content_type != ContentType::Tiff.as_str())
            .map(|(width, height)| Picture {
                src: urls::sky_picture(sky.id),
                width: width.unsigned_abs(),
                height: height.unsigned_abs(),
            });
        let about = [
            size.map(|(width, height)| pixels(width, height)),
            Some(file_size(sky.size_bytes)),
            Some(format!("added {}", day(sky.received_at))),
        ];
        Self {
            id: sky.id,
            picture,
            about: about.into_iter().flatten().collect::<Vec<_>>().join(", "),
            name: sky.name,
        }
    }
}

#[derive(Deserialize)]
pub struct Query {
    notice: Option<Notice>,
    removed: Option<SkyId>,
}

/// `GET /skies`
pub async fn index(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    query: web::Query<Query>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let mut page = index_page(&request, &member, &mut scope, query.removed).await?;
    page.layout = page.layout.with_notice(query.notice);
    Ok(render::show(&page))
}

async fn index_page(
    request: &HttpRequest,
    member: &members::Member,
    scope: &mut Scope,
    removed: Option<SkyId>,
) -> Result<IndexPage, Error> {
    let all = skies::even_removed(scope).await?;
    let (gone, there): (Vec<Sky>, Vec<Sky>) =
        all.into_iter().partition(|sky| sky.removed_at.is_some());
    let removed = gone.into_iter().find(|sky| Some(sky.id) == removed);
    Ok(IndexPage {
        layout: Layout::of_member(request, member, scope, "Skies").await?,
        skies: there.into_iter().map(SkyCard::of).collect(),
        removed: removed.map(SkyCard::of),
        upload_error: None,
    })
}

/// `GET /skies/{sky}/picture`
pub async fn show(
    request: HttpRequest,
    state: web::Data<State>,
    member: Member,
    Path(id): Path<SkyId>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let sky = skies::find_even_removed(&mut scope, id)
        .await?
        .ok_or(Error::NotFound)?;
    drop(scope);
    let key = Key::sky(member.organization().uuid(), id.uuid());
    let delivery = Delivery {
        content_type: &sky.content_type,
        file_name: &original_name(&sky.name, &sky.content_type).0,
        save: false,
        keep: Keep::Versions,
        slot: None,
    };
    Ok(Body::blob(key, sky.size_bytes, &sky.sha256).answer(&request, &state.storage, delivery))
}

/// The page again, with the sentence about files that were refused.
async fn refuse_upload(
    request: &HttpRequest,
    state: &State,
    member: &members::Member,
    sentence: String,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    let mut page = index_page(request, member, &mut scope, None).await?;
    page.upload_error = Some(sentence);
    Ok(render::refuse(&page))
}
