//! Errors as answers: the page for people, the document for programs, and what an answer says about
//! trying again.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::json;

use crate::http::errors::{Problem, bad_form, not_found, too_large, unexpected};
use crate::http::layout::Layout;
use crate::http::{redirect, render, urls};

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
    let mut rendered = render(&http, &problem);
    tell_when(&mut rendered, &problem);
    Ok(ServiceResponse::new(http, rendered).map_into_right_body())
}

/// When to try again; and after half a body, nothing more can be understood on its connection.
fn tell_when(response: &mut HttpResponse, problem: &Problem) {
    if let Some(secs) = problem.retry_after_secs {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, secs.into());
    }
    if problem.status == StatusCode::REQUEST_TIMEOUT {
        response
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
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
