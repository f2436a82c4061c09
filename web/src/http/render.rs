//! A rendered template as a response.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::http::errors::Error;

pub fn show(page: &impl Template) -> HttpResponse {
    with_status(page, StatusCode::OK)
}

/// The same form again, with what is wrong about it.
pub fn refuse(page: &impl Template) -> HttpResponse {
    with_status(page, StatusCode::UNPROCESSABLE_ENTITY)
}

pub fn with_status(page: &impl Template, status: StatusCode) -> HttpResponse {
    match page.render() {
        Ok(html) => html_response(html, status),
        Err(error) => Error::Internal(error.into()).into_response(),
    }
}

pub fn html_response(html: String, status: StatusCode) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(html)
}

impl Error {
    fn into_response(self) -> HttpResponse {
        actix_web::ResponseError::error_response(&self)
    }
}
