//! The landing page, and the health check.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use askama_web::WebTemplate;
use plumbline_documents::{Gate, Thresholds};

use crate::http::extractors::Visitor;
use crate::http::layout::Layout;
use crate::http::redirect;
use crate::http::state::State;
use crate::http::urls;
use crate::pages::qc_report::MeasureView;

#[derive(Template, WebTemplate)]
#[template(path = "landing.html")]
struct Page {
    layout: Layout,
    /// Examples, in the sentences of real reports.
    measures: Vec<MeasureView>,
}

/// `GET /`: the landing page for strangers, a redirect to their shoots for members.
pub async fn show(request: HttpRequest, visitor: Visitor) -> HttpResponse {
    if visitor.0.is_some() {
        return redirect::to(&urls::shoots());
    }
    let layout = Layout::plain(&request, "Market-ready photos of the same house");
    let measures = examples();
    crate::http::render::show(&Page { layout, measures })
}

fn examples() -> Vec<MeasureView> {
    let thresholds = Thresholds::default();
    let values = [
        (Gate::Structure, 0.981),
        (Gate::NeutralDrift, 0.8),
        (Gate::LostHighlights, 0.04),
    ];
    let measure = |(gate, value)| thresholds.measure(gate, value).into();
    values.into_iter().map(measure).collect()
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
