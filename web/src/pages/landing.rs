//! The landing page, and the health check.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use askama_web::WebTemplate;

use crate::http::extractors::Visitor;
use crate::http::layout::Layout;
use crate::http::redirect;
use crate::http::state::State;
use crate::http::urls;

#[derive(Template, WebTemplate)]
#[template(path = "landing.html")]
struct Page {
    layout: Layout,
}

/// `GET /`: the landing page for strangers, a redirect to their shoots for members.
pub async fn show(request: HttpRequest, visitor: Visitor) -> HttpResponse {
    if visitor.0.is_some() {
        return redirect::to(&urls::shoots());
    }
    let layout = Layout::plain(&request, "Market-ready photos of the same house");
    crate::http::render::show(&Page { layout })
}

/// `GET /health`: 200 while the site and its database answer.
pub async fn health(state: web::Data<State>) -> HttpResponse {
    if state.db.is_up().await {
        HttpResponse::Ok().content_type("text/plain").body("ok\n")
    } else {
        HttpResponse::ServiceUnavailable()
            .content_type("text/plain")
            .body("database\n")
    }
}
