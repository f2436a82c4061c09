//! Parsing of requests: a path of ids, a form of fields. A form that passes came from our own
//! page; an id that does not parse is a page that does not exist.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::http::csrf;
use crate::http::errors::Error;
use crate::http::traffic::pace;

type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// The typed segments of a path.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parsed = web::Path::<T>::from_request(request, payload).into_inner();
        std::future::ready(
            parsed
                .map(|path| Self(path.into_inner()))
                .map_err(|_| Error::NotFound),
        )
    }
}

/// The fields of a form, after its token was found right.
pub struct Form<T>(pub T);

#[derive(Deserialize)]
struct Token {
    csrf: Option<String>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Error;
    type Future = Pending<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visit = csrf::visit(request);
        let body = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let body = body.await.map_err(|error| broken(&error))?;
            // Postgres has no text with a zero byte in it, and neither has anybody's name.
            if body.contains(&0) || body.windows(3).any(|three| three == b"%00") {
                return Err(Error::BadForm);
            }
            let token: Token = serde_urlencoded::from_bytes(&body).map_err(|_| Error::BadForm)?;
            visit.check(token.csrf.as_deref())?;
            serde_urlencoded::from_bytes(&body)
                .map(Self)
                .map_err(|_| Error::BadForm)
        })
    }
}

fn broken(error: &actix_web::Error) -> Error {
    match error.as_error() {
        Some(error) if pace::is_too_slow(error) => Error::TooSlow,
        _ => Error::BadForm,
    }
}

/// A form whose only field is its token: a button.
#[derive(Deserialize)]
pub struct Press {}

/// The errors of a form, one sentence a field.
#[derive(Debug, Default, Clone)]
pub struct Errors(BTreeMap<&'static str, String>);

impl Errors {
    pub fn add(&mut self, field: &'static str, sentence: &str) {
        self.0.entry(field).or_insert_with(|| sentence.to_owned());
    }

    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
