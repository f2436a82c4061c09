//! Share links: making and closing them. A link is shown once, on the page after the form: the
//! database holds only its hash. Until then the browser that made it holds it, in a cookie for that
//! page alone.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};
use plumbline_domain::ids::{GalleryId, ShootId};
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use plumbline_domain::shoots::galleries::{self, Gallery, LABEL_MAX_CHARS, NewGallery};
use serde::Deserialize;

use crate::http::config::Config;
use crate::http::errors::Error;
use crate::http::extractors::Editor;
use crate::http::forms::{Form, Path, Press};
use crate::http::notices::Notice;
use crate::http::state::State;
use crate::http::{redirect, urls};
use crate::pages::view::day;

const COOKIE: &str = "plumbline_new_link";

#[derive(Deserialize)]
pub struct GalleryForm {
    #[serde(default)]
    label: String,
    expires: Expiry,
}

#[derive(Clone, Copy, Deserialize)]
enum Expiry {
    #[serde(rename = "7")]
    Week,
    #[serde(rename = "30")]
    Month,
    #[serde(rename = "90")]
    Quarter,
    #[serde(rename = "365")]
    Year,
    #[serde(rename = "never")]
    Never,
}

impl Expiry {
    fn days(self) -> Option<i32> {
        match self {
            Self::Week => Some(7),
            Self::Month => Some(30),
            Self::Quarter => Some(90),
            Self::Year => Some(365),
            Self::Never => None,
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
    let label = form.label.trim();
    if label.chars().count() > LABEL_MAX_CHARS {
        let sentence = "Please keep the name of the link to 120 characters.";
        return Err(Error::Wrong(sentence.to_owned()));
    }
    let mut scope = member.scope(&state.db).await?;
    shoots::find(&mut scope, shoot)
        .await?
        .ok_or(Error::NotFound)?;
    let new = NewGallery {
        label,
        lifetime_days: form.expires.days(),
    };
    let token = galleries::create(&mut scope, &member, shoot, new).await?;
    let saved = scope.commit().await?;
    let mut response = redirect::after(saved, &Notice::Shared.on(&urls::shoot(shoot)));
    set(&mut response, &cookie(shoot, token, &state.config))?;
    Ok(response)
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

/// The links of a shoot, as its page shows them.
pub struct SharePanel {
    /// Made just now, by this browser: it is shown this once.
    pub new: Option<String>,
    pub links: Vec<LinkRow>,
}

/// A link that works; which it is nobody knows any more.
pub struct LinkRow {
    pub id: GalleryId,
    pub label: String,
    /// "Made 1 December 2026, works until 1 March 2027"
    pub note: String,
    /// It is the one that was made just now.
    pub is_new: bool,
}

impl SharePanel {
    pub async fn of(
        request: &HttpRequest,
        config: &Config,
        scope: &mut Scope,
        shoot: ShootId,
    ) -> Result<Self, Error> {
        let token = request.cookie(COOKIE);
        let token = token.as_ref().map(Cookie::value);
        let new = match token {
            Some(token) => galleries::find(scope, shoot, token).await?,
            None => None,
        };
        let links = galleries::of_shoot(scope, shoot).await?;
        Ok(Self {
            links: links.into_iter().map(|one| row(one, new)).collect(),
            new: new
                .and(token)
                .map(|token| config.link(&urls::gallery(token))),
        })
    }

    /// Lets the browser forget the link that the page shows.
    pub fn shown(&self, response: &mut HttpResponse, shoot: ShootId) -> Result<(), Error> {
        if self.new.is_none() {
            return Ok(());
        }
        let mut gone = Cookie::build(COOKIE, "").path(urls::shoot(shoot)).finish();
        gone.make_removal();
        set(response, &gone)
    }
}

fn row(gallery: Gallery, new: Option<GalleryId>) -> LinkRow {
    let made = day(gallery.created_at);
    let note = match gallery.expires_at {
        Some(at) => format!("Made {made}, works until {}", day(at)),
        None => format!("Made {made}, does not expire"),
    };
    LinkRow {
        id: gallery.id,
        label: match gallery.label.is_empty() {
            true => "Share link".to_owned(),
            false => gallery.label,
        },
        note,
        is_new: new == Some(gallery.id),
    }
}

/// For as long as a redirect may take.
fn cookie(shoot: ShootId, token: String, config: &Config) -> Cookie<'static> {
    Cookie::build(COOKIE, token)
        .path(urls::shoot(shoot))
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(config.is_https())
        .max_age(Duration::minutes(5))
        .finish()
}

fn set(response: &mut HttpResponse, cookie: &Cookie<'_>) -> Result<(), Error> {
    response
        .add_cookie(cookie)
        .map_err(|error| Error::Internal(error.into()))
}
