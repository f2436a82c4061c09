//! Extractors that identify who is asking. Handlers take one of these, and only they open a
//! `Scope`, so a handler that forgets to ask cannot read a row.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use plumbline_domain::people::members::Role;
use plumbline_domain::people::{members, sessions};
use plumbline_domain::shoots::{galleries, originals};

use crate::http::config::Config;
use crate::http::errors::Error;
use crate::http::state::State;

pub const SESSION_COOKIE: &str = "plumbline_session";

type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// Anybody; signed in or not.
pub struct Visitor(pub Option<members::Member>);

/// Somebody who is signed in.
pub struct Member(members::Member);

/// A member who may upload, share and remove.
pub struct Editor(members::Member);

/// A member who may decide on held photos.
pub struct Admin(members::Member);

/// A customer who holds a share link that works.
pub struct Guest {
    guest: galleries::Guest,
    pub token: String,
}

/// Somebody who holds the link of an altered photo's original.
pub struct Onlooker {
    onlooker: originals::Onlooker,
    pub token: String,
}

/// The kinds of members, each with what its role must allow.
macro_rules! members {
    ($($kind:ident: $may:expr;)+) => {$(
        impl Deref for $kind {
            type Target = members::Member;

            fn deref(&self) -> &members::Member {
                &self.0
            }
        }

        impl FromRequest for $kind {
            type Error = Error;
            type Future = Pending<Self>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                Box::pin(async move { allowed(request, $may).await.map(Self) })
            }
        }
    )+};
}

members! {
    Member: |_| true;
    Editor: Role::can_edit;
    Admin: Role::can_review;
}

impl Deref for Guest {
    type Target = galleries::Guest;

    fn deref(&self) -> &galleries::Guest {
        &self.guest
    }
}

impl Deref for Onlooker {
    type Target = originals::Onlooker;

    fn deref(&self) -> &originals::Onlooker {
        &self.onlooker
    }
}

pub fn session_token(request: &HttpRequest) -> Option<String> {
    request
        .cookie(SESSION_COOKIE)
        .map(|cookie| cookie.value().to_owned())
}

pub fn session_cookie(token: String, config: &Config) -> Cookie<'static> {
    Cookie::build(SESSION_COOKIE, token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.is_https())
        // The longest browsers keep one; when a session ends is the database's to say.
        .max_age(Duration::days(400))
        .finish()
}

/// The state that every handler can reach, for what is no handler.
pub fn state(request: &HttpRequest) -> web::Data<State> {
    request
        .app_data::<web::Data<State>>()
        .cloned()
        .expect("serve() puts the state in every app")
}

async fn find(request: HttpRequest) -> Result<Option<members::Member>, Error> {
    let Some(token) = session_token(&request) else {
        return Ok(None);
    };
    Ok(sessions::find(&state(&request).db, &token).await?)
}

async fn allowed(request: HttpRequest, may: fn(Role) -> bool) -> Result<members::Member, Error> {
    let member = find(request).await?.ok_or(Error::SignInFirst)?;
    if may(member.role) {
        Ok(member)
    } else {
        Err(Error::NotAllowed)
    }
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = Pending<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { find(request).await.map(Self) })
    }
}

impl FromRequest for Guest {
    type Error = Error;
    type Future = Pending<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let token = request.match_info().query("token").to_owned();
            let guest = galleries::enter(&state(&request).db, &token).await?;
            let guest = guest.ok_or(Error::LinkClosed)?;
            Ok(Self { guest, token })
        })
    }
}

impl FromRequest for Onlooker {
    type Error = Error;
    type Future = Pending<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let token = request.match_info().query("token").to_owned();
            let onlooker = originals::enter(&state(&request).db, &token).await?;
            let onlooker = onlooker.ok_or(Error::NotFound)?;
            Ok(Self { onlooker, token })
        })
    }
}
