//! Signing up: a person, their organization, and them its owner.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use plumbline_domain::people::accounts::{
    self, NewAccount, PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS, SignUpError,
};
use serde::Deserialize;

use crate::http::errors::Error;
use crate::http::extractors::Visitor;
use crate::http::forms::{Errors, Form};
use crate::http::layout::Layout;
use crate::http::state::State;
use crate::http::{redirect, render, urls};
use crate::pages::sessions;

#[derive(Template)]
#[template(path = "sign_up.html")]
struct Page {
    layout: Layout,
    form: SignUpForm,
}

#[derive(Default, Deserialize)]
pub struct SignUpForm {
    name: String,
    organization: String,
    email: String,
    #[serde(default)]
    password: String,
    #[serde(skip)]
    errors: Errors,
}

impl SignUpForm {
    fn check(&mut self) {
        for text in [&mut self.name, &mut self.organization, &mut self.email] {
            *text = text.trim().to_owned();
        }
        self.check_name("name", &self.name.clone(), "Please tell us your name.");
        self.check_name(
            "organization",
            &self.organization.clone(),
            "Please name your studio or agency.",
        );
        if !looks_like_an_email(&self.email) {
            self.errors.add(
                "email",
                "Please enter an email address like anna@example.com.",
            );
        }
        if self.password.chars().count() < PASSWORD_MIN_CHARS {
            self.errors.add(
                "password",
                "Please choose a password of at least 10 characters.",
            );
        }
        if self.password.len() > PASSWORD_MAX_BYTES {
            self.errors.add(
                "password",
                "Please choose a password of at most 500 characters.",
            );
        }
    }

    fn check_name(&mut self, field: &'static str, name: &str, missing: &str) {
        match name.chars().count() {
            0 => self.errors.add(field, missing),
            1..=120 => {}
            _ => self.errors.add(field, "Please keep it to 120 characters."),
        }
    }

    fn account(&self) -> NewAccount {
        NewAccount {
            name: self.name.clone(),
            organization: self.organization.clone(),
            email: self.email.clone(),
            password: self.password.clone(),
        }
    }
}

/// Only what every address has; whether it is real shows when mail is sent.
fn looks_like_an_email(email: &str) -> bool {
    let fits = email.len() <= 254 && !email.contains(char::is_whitespace);
    fits && email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    })
}

/// `GET /sign-up`
pub async fn new(request: HttpRequest, visitor: Visitor) -> HttpResponse {
    if visitor.0.is_some() {
        return redirect::to(&urls::shoots());
    }
    render::show(&Page {
        layout: layout(&request),
        form: SignUpForm::default(),
    })
}

/// `POST /sign-up`
pub async fn create(
    request: HttpRequest,
    state: web::Data<State>,
    Form(mut form): Form<SignUpForm>,
) -> Result<HttpResponse, Error> {
    state.limits.count_try(&request, &state, &form.email)?;
    form.check();
    if !form.errors.is_empty() {
        return Ok(render::refuse(&Page {
            layout: layout(&request),
            form,
        }));
    }
    let turn = state.limits.turn().await?;
    match accounts::sign_up(&state.db, turn, form.account()).await {
        Ok(membership) => sessions::begin(&state, membership).await,
        Err(SignUpError::EmailTaken) => {
            form.errors.add(
                "email",
                "There is an account with this email. Sign in instead.",
            );
            Ok(render::refuse(&Page {
                layout: layout(&request),
                form,
            }))
        }
        Err(SignUpError::Database(error)) => Err(error.into()),
    }
}

fn layout(request: &HttpRequest) -> Layout {
    Layout::plain(request, "Create an account")
}

#[cfg(test)]
mod tests {
    use super::looks_like_an_email;

    #[test]
    fn emails_are_told_from_slips_of_the_finger() {
        for good in ["a@b.co", "first.last+tag@sub.example.com"] {
            assert!(looks_like_an_email(good), "{good}");
        }
        for bad in ["", "anna", "@b.co", "a@b", "a@.co", "a b@c.de", "a@b.co."] {
            assert!(!looks_like_an_email(bad), "{bad}");
        }
    }
}
