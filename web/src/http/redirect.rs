//! Redirects after a form: the result is a GET, so that reloading sends nothing twice.

use actix_web::HttpResponse;
use actix_web::http::header;
use plumbline_domain::scope::Saved;

/// 303 See Other.
pub fn to(url: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, url))
        .finish()
}

/// The same, after a commit.
pub fn after(_: Saved, url: &str) -> HttpResponse {
    to(url)
}
