//! The public page of an altered photo's original. It needs no account, and stays when a gallery
//! closes: listings link to it. What it shows is the pages' own pictures, never the uploaded file,
//! whose metadata may say where and by whom it was taken.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use plumbline_documents::AttemptReport;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::galleries;
use plumbline_domain::shoots::photos::{self, Photo};
use plumbline_domain::shoots::renditions::{self, Kind, Rendition};
use plumbline_domain::work::attempts::{self, Accepted};

use crate::downloads::body::Keep;
use crate::downloads::files;
use crate::http::errors::Error;
use crate::http::extractors::Onlooker;
use crate::http::forms::Path;
use crate::http::state::State;
use crate::http::{render, urls};
use crate::pages::disclosure::Disclosure;
use crate::pages::view::Picture;

#[derive(Template)]
#[template(path = "original.html")]
struct Page {
    organization: String,
    name: String,
    /// `None`: the edited photo is not shared at present.
    disclosure: Option<Disclosure>,
    pictures: AlteredPictures,
}

/// The pictures of an altered photo, as anybody may see them.
pub struct AlteredPictures {
    pub original: Picture,
    /// "Original, as it came"
    pub original_tag: &'static str,
    /// Only while customers may see it.
    pub delivered: Option<Picture>,
    /// White where pixels were generated.
    pub mask: Option<Picture>,
}

impl AlteredPictures {
    /// `None`: no picture of the original was kept.
    pub async fn of(
        scope: &mut Scope,
        photo: &Photo,
        token: &str,
        report: Option<&AttemptReport>,
    ) -> Result<Option<Self>, Error> {
        let mut find = async |kind| -> Result<Option<Picture>, Error> {
            let found = renditions::find(scope, photo.id, kind).await?;
            Ok(found.map(|rendition| picture(token, &rendition)))
        };
        let as_it_came = find(Kind::Original).await?;
        let original_tag = original_tag(as_it_came.is_some(), report);
        let original = match as_it_came {
            Some(original) => Some(original),
            None => find(Kind::Before).await?,
        };
        let Some(original) = original else {
            return Ok(None);
        };
        let shared = photo.status.is_ready();
        let altered = report.is_some_and(|report| report.ledger.is_some());
        Ok(Some(Self {
            original,
            original_tag,
            delivered: if shared {
                find(Kind::Preview).await?
            } else {
                None
            },
            mask: if shared && altered {
                find(Kind::Mask).await?
            } else {
                None
            },
        }))
    }
}

/// The label of a picture of the original. Attempts of earlier releases kept only the framed one,
/// and did not say whether it was.
pub fn original_tag(was_kept: bool, report: Option<&AttemptReport>) -> &'static str {
    let framing = report.and_then(|report| report.framing);
    match was_kept || framing.is_some_and(|framing| !framing.is_changed()) {
        true => "Original, as it came",
        false => "Original, framed as the result",
    }
}

/// The attempt in the URL lets browsers keep the picture.
fn picture(token: &str, rendition: &Rendition) -> Picture {
    let url = urls::original_rendition(token, rendition.kind.as_str());
    Picture {
        src: format!("{url}?v={}", rendition.attempt_id),
        width: rendition.width.unsigned_abs(),
        height: rendition.height.unsigned_abs(),
    }
}

/// `GET /originals/{token}`
pub async fn show(state: web::Data<State>, onlooker: Onlooker) -> Result<HttpResponse, Error> {
    let mut scope = onlooker.scope(&state.db).await?;
    let found = photos::find(&mut scope, onlooker.photo).await?;
    let photo = found.ok_or(Error::NotFound)?;
    let accepted = attempts::accepted(&mut scope, photo.shoot_id, Some(&[photo.id])).await?;
    let report = accepted.first().map(Accepted::read_report);
    let report = report.as_ref();
    let pictures = AlteredPictures::of(&mut scope, &photo, &onlooker.token, report).await?;
    Ok(render::show(&Page {
        organization: galleries::host_name(&mut scope).await?,
        name: photo.name,
        disclosure: report.map(|report| Disclosure::of(report, None)),
        pictures: pictures.ok_or(Error::NotFound)?,
    }))
}

/// `GET /originals/{token}/{kind}`: the pictures of that page.
pub async fn show_rendition(
    request: HttpRequest,
    state: web::Data<State>,
    onlooker: Onlooker,
    Path((_, kind)): Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let kind: Kind = kind.parse().map_err(|_| Error::NotFound)?;
    let mut scope = onlooker.scope(&state.db).await?;
    let photo = photos::find(&mut scope, onlooker.photo).await?;
    let photo = photo.ok_or(Error::NotFound)?;
    if !may_be_shown(kind, &photo) {
        return Err(Error::NotFound);
    }
    let found = renditions::find(&mut scope, photo.id, kind).await?;
    drop(scope);
    let found = found.ok_or(Error::NotFound)?;
    let organization = onlooker.organization();
    Ok(files::rendition(
        &request,
        &state,
        organization,
        &photo,
        &found,
        // The photo may be removed, or not be shared any more.
        (Keep::Never, None),
    ))
}

/// The original always, the edited photo while customers may see it, and no file in full size.
fn may_be_shown(kind: Kind, photo: &Photo) -> bool {
    match kind {
        Kind::Original | Kind::Before => true,
        Kind::Preview | Kind::Mask => photo.status.is_ready(),
        Kind::Full | Kind::Delivered | Kind::Thumb | Kind::Heatmap => false,
    }
}
