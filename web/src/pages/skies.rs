//! Skies: an organization's own pictures of them, and how forms choose what becomes of a
//! photo's sky.

use actix_multipart::{Field, Multipart};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures::{StreamExt, TryStreamExt};
use plumbline_domain::ids::SkyId;
use plumbline_domain::people::members;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::skies::{self, Received, Sky, SkyChoice};
use plumbline_storage::key::Key;
use serde::Deserialize;

use crate::downloads::body::{Body, Delivery};
use crate::http::errors::Error;
use crate::http::extractors::{Editor, Member};
use crate::http::forms::Path;
use crate::http::layout::{Layout, Notice};
use crate::http::state::State;
use crate::http::{redirect, render, urls};
use crate::pages::view::{Picture, day, file_size, pixels};
use crate::uploads::intake::{self, Arrived, NotTaken};
use crate::uploads::{content_type, multipart};

#[derive(Template)]
#[template(path = "skies.html")]
struct IndexPage {
    layout: Layout,
    skies: Vec<SkyCard>,
    /// Just removed: the page offers to bring it back.
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
            .filter(|_| sky.content_type != "image/tiff")
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

/// `POST /skies`
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    member: Editor,
    form: Multipart,
) -> Result<HttpResponse, Error> {
    let taken = multipart::each(&request, form, "sky", async |field| {
        take(&state, &member, field).await
    });
    let mut refusals = Vec::new();
    for sky in taken.await? {
        match sky {
            Ok(_) => {}
            Err(NotTaken::Refused { sentence, .. }) => refusals.push(sentence),
            Err(NotTaken::Broken(error)) => return Err(error),
        }
    }
    if refusals.is_empty() {
        return Ok(redirect::to(&Notice::SkyAdded.on(&urls::skies())));
    }
    let mut scope = member.scope(&state.db).await?;
    let mut page = index_page(&request, &member, &mut scope, None).await?;
    page.upload_error = Some(refusals.join(" "));
    Ok(render::refuse(&page))
}

async fn take(state: &State, member: &members::Member, field: Field) -> Result<SkyId, NotTaken> {
    let file_name = multipart::name_of(&field);
    let id = SkyId::new();
    let key = Key::sky(member.organization().uuid(), id.uuid());
    let mut pieces = field.map_err(|_| Error::BadForm).fuse();
    let arrived = intake::store(state, &key, &file_name, &mut pieces).await;
    if matches!(arrived, Err(NotTaken::Refused { .. })) {
        multipart::drain(pieces).await;
    }
    let arrived = arrived?;
    if arrived.content_type == content_type::RAW {
        state.storage.delete(&key).await.map_err(Error::from)?;
        return Err(NotTaken::refused(
            "A camera RAW file cannot be a sky. Export it as JPEG or TIFF and upload that.",
        ));
    }
    let known = receive(state, member, id, &file_name, &arrived).await?;
    if known != id {
        state.storage.delete(&key).await.map_err(Error::from)?;
    }
    Ok(known)
}

async fn receive(
    state: &State,
    member: &members::Member,
    id: SkyId,
    file_name: &str,
    arrived: &Arrived,
) -> Result<SkyId, Error> {
    let received = Received {
        id,
        name: file_name
            .rsplit_once('.')
            .map(|(stem, _)| stem)
            .filter(|stem| !stem.is_empty())
            .unwrap_or(file_name),
        content_type: arrived.content_type,
        size_bytes: arrived.size_bytes,
        sha256: arrived.sha256,
        size_pixels: arrived.size_pixels,
    };
    let mut scope = member.scope(&state.db).await?;
    let known = skies::receive(&mut scope, &received).await?;
    scope.commit().await?;
    Ok(known)
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
        file_name: &sky.name,
        save: false,
    };
    Ok(Body::blob(key, sky.size_bytes, &sky.sha256).answer(&request, &state.storage, &delivery))
}

/// A form's word for what becomes of skies.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct WishField(pub SkyChoice);

/// A photo's form has one word more: as its shoot's.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct SaidSky(pub Option<SkyChoice>);

const AS_SHOOT: &str = "shoot";

impl Default for WishField {
    fn default() -> Self {
        Self(SkyChoice::Keep)
    }
}

impl TryFrom<String> for WishField {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        let wish = match word.as_str() {
            "keep" => SkyChoice::Keep,
            "clear" => SkyChoice::Clear,
            "light_cloud" => SkyChoice::LightCloud,
            "high_cloud" => SkyChoice::HighCloud,
            id => SkyChoice::Own(id.parse().map_err(|_| "no such sky")?),
        };
        Ok(Self(wish))
    }
}

impl TryFrom<String> for SaidSky {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        match word.as_str() {
            AS_SHOOT => Ok(Self(None)),
            _ => WishField::try_from(word).map(|WishField(wish)| Self(Some(wish))),
        }
    }
}

/// An own sky must be there to be chosen, or have been chosen before it was removed.
pub async fn check(scope: &mut Scope, wish: Option<SkyChoice>) -> Result<(), Error> {
    if let Some(own) = wish.and_then(SkyChoice::own) {
        skies::find_even_removed(scope, own)
            .await?
            .ok_or(Error::NotFound)?;
    }
    Ok(())
}

/// One line of a list to choose from.
#[derive(Clone)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

/// What may become of skies, the organization's own among it. A removed one is offered
/// only where it is what was chosen.
pub fn choices(skies: &[Sky], chosen: Option<SkyChoice>) -> Vec<Choice> {
    let known = [
        SkyChoice::Keep,
        SkyChoice::Clear,
        SkyChoice::LightCloud,
        SkyChoice::HighCloud,
    ];
    let own = skies
        .iter()
        .filter(|sky| sky.removed_at.is_none() || chosen == Some(SkyChoice::Own(sky.id)))
        .map(|sky| SkyChoice::Own(sky.id));
    let choice = |wish: SkyChoice| Choice {
        value: value(wish),
        label: words(skies, wish),
        is_chosen: chosen == Some(wish),
    };
    known.into_iter().chain(own).map(choice).collect()
}

/// The same for one photo of a shoot.
pub fn choices_of_photo(
    skies: &[Sky],
    of_shoot: SkyChoice,
    said: Option<SkyChoice>,
) -> Vec<Choice> {
    let as_shoot = Choice {
        value: AS_SHOOT.to_owned(),
        label: format!("As the shoot: {}", in_sentence(skies, of_shoot)),
        is_chosen: said.is_none(),
    };
    [as_shoot].into_iter().chain(choices(skies, said)).collect()
}

/// The word in forms and documents; an own picture's is its id.
pub fn value(wish: SkyChoice) -> String {
    match wish {
        SkyChoice::Keep => "keep".into(),
        SkyChoice::Clear => "clear".into(),
        SkyChoice::LightCloud => "light_cloud".into(),
        SkyChoice::HighCloud => "high_cloud".into(),
        SkyChoice::Own(id) => id.to_string(),
    }
}

/// "Light cloud", or the name of an own picture.
pub fn words(skies: &[Sky], wish: SkyChoice) -> String {
    match wish {
        SkyChoice::Keep => "Keep the sky".into(),
        SkyChoice::Clear => "Clear".into(),
        SkyChoice::LightCloud => "Light cloud".into(),
        SkyChoice::HighCloud => "High cloud".into(),
        SkyChoice::Own(id) => {
            let own = skies.iter().find(|sky| sky.id == id);
            match own {
                Some(sky) if sky.removed_at.is_some() => format!("{} (removed)", sky.name),
                Some(sky) => sky.name.clone(),
                None => "An own sky".into(),
            }
        }
    }
}

/// The words as they stand behind a colon; a name stays as it was given.
fn in_sentence(skies: &[Sky], wish: SkyChoice) -> String {
    match wish {
        SkyChoice::Own(_) => words(skies, wish),
        _ => words(skies, wish).to_lowercase(),
    }
}
