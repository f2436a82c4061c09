//! Errors: status codes and their sentences. Handlers answer with an [`Error`]; the
//! middleware of [`answers`] turns it into a page for people or `application/problem+json`
//! (RFC 9457) for programs, and gives an unexpected error a reference number that is on the
//! page and in the log.

pub mod answers;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use plumbline_domain::db::is_passing;

use crate::http::traffic::slots::Kind;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not found")]
    NotFound,
    /// A share link that was closed or has run out.
    #[error("link closed")]
    LinkClosed,
    #[error("not signed in")]
    SignInFirst,
    #[error("role too low")]
    NotAllowed,
    #[error("form from elsewhere")]
    ForeignForm,
    #[error("form cannot be read")]
    BadForm,
    #[error("too large")]
    TooLarge,
    #[error("too many attempts")]
    TooMany,
    /// All slots of an account, a link or a network are taken.
    #[error("too many at once")]
    Busy(Kind),
    /// More people sign in than passwords can be hashed.
    #[error("too many passwords to hash")]
    Overloaded,
    /// Files for customers that have to be made first.
    #[error("not made yet")]
    Preparing,
    /// A body that arrives too slowly.
    #[error("too slow")]
    TooSlow,
    /// The request cannot be fulfilled; the sentence says why.
    #[error("{0}")]
    Wrong(String),
    #[error("database")]
    Database(#[from] plumbline_domain::db::Error),
    #[error("storage")]
    Storage(#[from] plumbline_storage::StorageError),
    #[error("internal")]
    Internal(#[from] anyhow::Error),
}

/// The error of a response, until the middleware has rendered it.
#[derive(Clone)]
struct Problem {
    status: StatusCode,
    title: &'static str,
    sentence: String,
    next_step: &'static str,
    reference: Option<String>,
    /// When to try again.
    retry_after_secs: Option<u32>,
}

impl Problem {
    fn new(
        status: StatusCode,
        title: &'static str,
        sentence: &str,
        next_step: &'static str,
    ) -> Self {
        Self {
            status,
            title,
            sentence: sentence.to_owned(),
            next_step,
            reference: None,
            retry_after_secs: None,
        }
    }

    fn retry_after(self, secs: u32) -> Self {
        Self {
            retry_after_secs: Some(secs),
            ..self
        }
    }
}

impl Error {
    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => not_found(),
            Self::LinkClosed => Problem::new(
                StatusCode::GONE,
                "This link no longer works",
                "The photos behind this link are no longer shared.",
                "Ask the photographer who sent it to you for a new one.",
            ),
            Self::SignInFirst => Problem::new(
                StatusCode::UNAUTHORIZED,
                "Please sign in",
                "This page is for members of an organization.",
                "Sign in to see it.",
            ),
            Self::NotAllowed => Problem::new(
                StatusCode::FORBIDDEN,
                "Your role does not allow this",
                "Nothing was changed.",
                "Ask an owner or admin of your organization to do it, or to change your role.",
            ),
            Self::ForeignForm => Problem::new(
                StatusCode::FORBIDDEN,
                "That form is out of date",
                "Nothing was changed.",
                "Go back, reload the page and send it again.",
            ),
            Self::BadForm => bad_form(),
            Self::TooLarge => too_large(),
            Self::TooMany => Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many attempts",
                "To keep accounts safe, the number of attempts per minute is limited.",
                "Wait a minute and try again.",
            )
            .retry_after(60),
            Self::Busy(kind) => busy(*kind),
            Self::Overloaded => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Many people are signing in right now",
                "Your password was not checked yet.",
                "Try again in a few seconds.",
            )
            .retry_after(5),
            Self::Preparing => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "These photos are being prepared",
                "Their files are being made ready for download, which takes a few minutes.",
                "Keep the link and try again soon.",
            )
            .retry_after(60),
            Self::TooSlow => Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "That arrived too slowly",
                "The connection was too slow or was interrupted, so nothing of it was kept.",
                "Check your connection and send it again.",
            ),
            Self::Wrong(sentence) => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "That did not work",
                sentence,
                "Nothing was changed.",
            ),
            Self::Database(error) if is_passing(error) => database_busy(),
            Self::Database(_) | Self::Storage(_) | Self::Internal(_) => unexpected(),
        }
    }
}

fn busy(kind: Kind) -> Problem {
    let (sentence, secs) = match kind {
        Kind::Upload => (
            "Your account or your network is already uploading as many files as it can at once.",
            10,
        ),
        Kind::Events => (
            "Your account or your network already has as many open pages as can be kept up to date.",
            30,
        ),
        Kind::Download => (
            "As many files as possible are already being downloaded by this link, account or network.",
            30,
        ),
    };
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "Too much at once",
        sentence,
        "Wait until one of them is done, then try again.",
    )
    .retry_after(secs)
}

fn not_found() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        "The page was removed, or its address is not complete.",
        "Check the address, or go to the home page.",
    )
}

fn bad_form() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "That form could not be read",
        "Nothing was changed.",
        "Go back, reload the page and send it again.",
    )
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "That file is too large",
        "A photo may have up to 200 MB.",
        "Export it as JPEG and upload that.",
    )
}

fn database_busy() -> Problem {
    with_reference(Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "We are busy right now",
        "Our database did not answer in time. Nothing you uploaded is lost.",
        "Try again in a minute. If it keeps happening, send us the reference below.",
    ))
}

fn unexpected() -> Problem {
    with_reference(Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side",
        "Nothing you uploaded is lost.",
        "Try again in a moment. If it keeps happening, send us the reference below.",
    ))
}

fn with_reference(mut problem: Problem) -> Problem {
    problem.reference = Some(hex::encode(rand::random::<[u8; 4]>()));
    problem
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.problem().status
    }

    fn error_response(&self) -> HttpResponse {
        let problem = self.problem();
        if let Some(reference) = &problem.reference {
            tracing::error!(reference, error = ?self, "request failed, reference {reference}");
        }
        let response = HttpResponse::build(problem.status).finish();
        with_problem(response, problem)
    }
}

fn with_problem(mut response: HttpResponse, problem: Problem) -> HttpResponse {
    response.extensions_mut().insert(problem);
    response
}
