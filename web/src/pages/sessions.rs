//! Signing in, by password or by a one-time link, and signing out.

use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use plumbline_domain::people::accounts::{self, Membership, PASSWORD_MAX_BYTES};
use plumbline_domain::people::{sessions, sign_in_links};
use serde::Deserialize;

use crate::http::errors::Error;
use crate::http::extractors::{self, SESSION_COOKIE, Visitor};
use crate::http::forms::{Errors, Form, Path, Press};
use crate::http::layout::Layout;
use crate::http::state::State;
use crate::http::{redirect, render, urls};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    layout: Layout,
    form: SignInForm,
}

#[derive(Default, Deserialize)]
pub struct SignInForm {
    email: String,
    #[serde(default)]
    password: String,
    #[serde(skip)]
    errors: Errors,
}

#[derive(Template)]
#[template(path = "sign_in_link.html")]
struct LinkPage {
    layout: Layout,
    /// `None`: used, expired, or never made.
    name: Option<String>,
}

/// `GET /sign-in`
pub async fn new(request: HttpRequest, visitor: Visitor) -> HttpResponse {
    if visitor.0.is_some() {
        return redirect::to(&urls::shoots());
    }
    render::show(&Page {
        layout: Layout::plain(&request, "Sign in"),
        form: SignInForm::default(),
    })
}

/// `POST /sign-in`
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    Form(mut form): Form<SignInForm>,
) -> Result<HttpResponse, Error> {
    state.limits.count_try(&request, &state, &form.email)?;
    let password = std::mem::take(&mut form.password);
    let membership = match password.len() {
        ..=PASSWORD_MAX_BYTES => {
            let turn = state.limits.turn().await?;
            accounts::authenticate(&state.db, turn, form.email.trim(), password).await?
        }
        _ => None,
    };
    if let Some(membership) = membership {
        return begin(&state, membership).await;
    }
    form.errors.add(
        "form",
        "That email and password do not match. Check both and try again.",
    );
    Ok(render::refuse(&Page {
        layout: Layout::plain(&request, "Sign in"),
        form,
    }))
}

/// `GET /sign-in/{token}`
pub async fn show_link(
    request: HttpRequest,
    state: web::Data<State>,
    Path(token): Path<String>,
) -> Result<HttpResponse, Error> {
    let name = sign_in_links::find(&state.db, &token).await?;
    Ok(render::show(&LinkPage {
        layout: Layout::plain(&request, "Sign in"),
        name,
    }))
}

/// `POST /sign-in/{token}`
pub async fn create_from_link(
    request: HttpRequest,
    state: web::Data<State>,
    Path(token): Path<String>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    match sign_in_links::redeem(&state.db, &token).await? {
        Some(membership) => begin(&state, membership).await,
        None => Ok(render::refuse(&LinkPage {
            layout: Layout::plain(&request, "Sign in"),
            name: None,
        })),
    }
}

/// `POST /sign-out`
pub async fn delete(
    request: HttpRequest,
    state: web::Data<State>,
    _: Form<Press>,
) -> Result<HttpResponse, Error> {
    if let Some(token) = extractors::session_token(&request) {
        sessions::end(&state.db, &token).await?;
    }
    let mut response = redirect::to(&urls::home());
    let mut gone = Cookie::build(SESSION_COOKIE, "").path("/").finish();
    gone.make_removal();
    response
        .add_cookie(&gone)
        .map_err(|error| Error::Internal(error.into()))?;
    Ok(response)
}

/// Signs this browser in and shows its shoots.
pub async fn begin(state: &State, membership: Membership) -> Result<HttpResponse, Error> {
    let token = sessions::create(&state.db, membership).await?;
    let mut response = redirect::to(&urls::shoots());
    response
        .add_cookie(&extractors::session_cookie(token, &state.config))
        .map_err(|error| Error::Internal(error.into()))?;
    Ok(response)
}
