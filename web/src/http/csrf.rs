//! Forms come from our own pages. Every browser gets a random visit cookie; the
//! token in a form is derived from it, so another site, which cannot read the
//! cookie, cannot make one. Browsers that say where a request comes from are
//! believed first.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::http::errors::Error;
use crate::http::state::State;

pub const HEADER: &str = "x-csrf-token";
const COOKIE: &str = "plumbline_visit";

/// One browser's visit: the secret its form tokens are made from.
#[derive(Clone)]
pub struct Visit {
    secret: String,
    is_new: bool,
}

impl Visit {
    fn of(request: &ServiceRequest) -> Self {
        let known = request
            .cookie(COOKIE)
            .map(|cookie| cookie.value().to_owned())
            .filter(|secret| secret.len() == 64);
        let is_new = known.is_none();
        let secret = known.unwrap_or_else(|| hex::encode(rand::random::<[u8; 32]>()));
        Self { secret, is_new }
    }

    /// The value of the `csrf` field in forms of this visit.
    pub fn token(&self) -> String {
        hex::encode(Sha256::digest(format!("csrf:{}", self.secret)))
    }

    /// Refuses a form that did not come from a page we gave this browser.
    pub fn check(&self, token: Option<&str>) -> Result<(), Error> {
        let expected = self.token();
        let right = token.is_some_and(|t| bool::from(t.as_bytes().ct_eq(expected.as_bytes())));
        if right {
            Ok(())
        } else {
            Err(Error::ForeignForm)
        }
    }
}

/// The visit of a request, put there by [`middleware`].
pub fn visit(request: &HttpRequest) -> Visit {
    request
        .extensions()
        .get::<Visit>()
        .cloned()
        .unwrap_or_else(|| Visit {
            secret: String::new(),
            is_new: false,
        })
}

/// Gives each browser its visit, and turns away requests that other sites send.
pub async fn middleware<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    if !request.method().is_safe() && is_foreign(request.headers()) {
        return Ok(request
            .error_response(Error::ForeignForm)
            .map_into_right_body());
    }
    let visit = Visit::of(&request);
    let https = request
        .app_data::<actix_web::web::Data<State>>()
        .is_some_and(|s| s.config.is_https());
    request.extensions_mut().insert(visit.clone());
    let mut response = next.call(request).await?;
    if visit.is_new && is_page(response.headers()) {
        response
            .response_mut()
            .add_cookie(&cookie(visit.secret, https))?;
    }
    Ok(response.map_into_left_body())
}

fn cookie(secret: String, https: bool) -> Cookie<'static> {
    Cookie::build(COOKIE, secret)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        // As long as a session's, so that tabs left open keep their forms.
        .max_age(Duration::days(400))
        .finish()
}

/// `Sec-Fetch-Site` where the browser sends it, `Origin` against `Host` elsewhere.
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_none_or(|(_, authority)| authority != host),
        _ => false,
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/html"))
}
