//! The QR code of a photo's original link, for print and listings.

use actix_web::{HttpResponse, web};
use anyhow::anyhow;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use plumbline_domain::ids::PhotoId;
use plumbline_domain::shoots::{originals, photos};

use crate::http::errors::Error;
use crate::http::extractors::Member;
use crate::http::forms::Path;
use crate::http::state::State;
use crate::http::urls;

/// `GET /photos/{photo}/original-code`: an SVG.
pub async fn show(
    state: web::Data<State>,
    member: Member,
    Path(id): Path<PhotoId>,
) -> Result<HttpResponse, Error> {
    let mut scope = member.scope(&state.db).await?;
    photos::find(&mut scope, id).await?.ok_or(Error::NotFound)?;
    let token = originals::find(&mut scope, id)
        .await?
        .ok_or(Error::NotFound)?;
    let address = state.config.link(&urls::original(&token));
    let code = QRBuilder::new(address).build();
    let code = code.map_err(|error| anyhow!("no QR code: {error}"))?;
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header(("cache-control", "private, no-cache"))
        .body(SvgBuilder::default().to_str(&code)))
}
