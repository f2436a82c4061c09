//! Errors: status codes and their sentences. Handlers answer with an [`Error`]; the
//! middleware here turns it into a page for people or `application/problem+json`
//! (RFC 9457) for programs, and gives an unexpected error a reference number that is on the
//! page and in the log.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use plumbline_domain::db::is_passing;
use serde_json::json;

use crate::http::layout::Layout;
use crate::http::{redirect, render, urls};

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
            ),
            Self::Wrong(sentence) => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "That did not work",
                sentence,
                "Nothing was changed.",
            ),
            Self::Database(error) if is_passing(error) => busy(),
            Self::Database(_) | Self::Storage(_) | Self::Internal(_) => unexpected(),
        }
    }
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

fn busy() -> Problem {
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

/// Renders errors, ours and the framework's, as a page or as JSON.
pub async fn middleware<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let response = next.call(request).await?;
    let Some(problem) = problem_of(&response) else {
        return Ok(response.map_into_left_body());
    };
    let http = response.request().clone();
    drop(response);
    let rendered = render(&http, &problem);
    Ok(ServiceResponse::new(http, rendered).map_into_right_body())
}

fn problem_of<B>(response: &ServiceResponse<B>) -> Option<Problem> {
    let known = response.response().extensions().get::<Problem>().cloned();
    known.or_else(|| match response.status() {
        _ if is_rendered(response.headers()) => None,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Some(not_found()),
        StatusCode::PAYLOAD_TOO_LARGE => Some(too_large()),
        StatusCode::INTERNAL_SERVER_ERROR => Some(unexpected()),
        StatusCode::BAD_REQUEST => Some(bad_form()),
        _ => None,
    })
}

/// A handler's own page or document, which says more than we could.
fn is_rendered(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html") || kind.contains("json"))
}

fn render(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    if wants_json(request) {
        return as_json(problem);
    }
    match problem.status {
        StatusCode::UNAUTHORIZED if request.method() == Method::GET => {
            redirect::to(&urls::sign_in())
        }
        StatusCode::GONE => render::with_status(
            &ClosedPage {
                title: problem.title,
                sentence: problem.sentence.clone(),
            },
            problem.status,
        ),
        _ => as_page(request, problem),
    }
}

fn wants_json(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("json") && !accept.contains("html"))
}

fn as_json(problem: &Problem) -> HttpResponse {
    HttpResponse::build(problem.status)
        .content_type("application/problem+json")
        .body(
            json!({
                "type": "about:blank",
                "status": problem.status.as_u16(),
                "title": problem.title,
                "detail": format!("{} {}", problem.sentence, problem.next_step),
                "reference": problem.reference,
            })
            .to_string(),
        )
}

#[derive(Template)]
#[template(path = "error.html")]
struct Page {
    layout: Layout,
    status: u16,
    sentence: String,
    next_step: &'static str,
    reference: Option<String>,
}

#[derive(Template)]
#[template(path = "gallery_closed.html")]
struct ClosedPage {
    title: &'static str,
    sentence: String,
}

fn as_page(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let shown = Page {
        layout: Layout::plain(request, problem.title),
        status: problem.status.as_u16(),
        sentence: problem.sentence.clone(),
        next_step: problem.next_step,
        reference: problem.reference.clone(),
    };
    match shown.render() {
        Ok(html) => render::html_response(html, problem.status),
        Err(_) => HttpResponse::build(problem.status).body(problem.sentence.clone()),
    }
}
