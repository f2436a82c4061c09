//! Every path of the site as a function. Templates and redirects take them from
//! here; the patterns they are matched by stand in `routes.rs`. Templates pass
//! ids by reference, handlers by value: `Borrow` takes both.

use std::borrow::Borrow;
use std::sync::OnceLock;

use plumbline_domain::ids::{AttemptId, GalleryId, MaskId, PhotoId, ShootId, SkyId};

pub fn home() -> String {
    "/".into()
}

pub fn sign_up() -> String {
    "/sign-up".into()
}

pub fn sign_in() -> String {
    "/sign-in".into()
}

pub fn sign_in_link(token: &str) -> String {
    format!("/sign-in/{token}")
}

pub fn sign_out() -> String {
    "/sign-out".into()
}

pub fn shoots() -> String {
    "/shoots".into()
}

pub fn shoot(id: impl Borrow<ShootId>) -> String {
    format!("/shoots/{}", id.borrow())
}

/// A list's address on one of its pages; the first page is the address itself.
pub fn on_page(url: &str, number: i64) -> String {
    match number {
        1 => url.to_owned(),
        _ => format!("{url}?page={number}"),
    }
}

pub fn shoot_photos(id: impl Borrow<ShootId>) -> String {
    format!("/shoots/{}/photos", id.borrow())
}

pub fn shoot_live(id: impl Borrow<ShootId>) -> String {
    format!("/shoots/{}/live", id.borrow())
}

pub fn shoot_sky(id: impl Borrow<ShootId>) -> String {
    format!("/shoots/{}/sky", id.borrow())
}

pub fn shoot_attempts(id: impl Borrow<ShootId>) -> String {
    format!("/shoots/{}/attempts", id.borrow())
}

pub fn skies() -> String {
    "/skies".into()
}

pub fn sky_picture(id: impl Borrow<SkyId>) -> String {
    let id = id.borrow();
    // The bytes of a sky never change, and an address with a version is kept by browsers.
    format!("/skies/{id}/picture?v={id}")
}

pub fn sky_removal(id: impl Borrow<SkyId>) -> String {
    format!("/skies/{}/removal", id.borrow())
}

pub fn sky_restoration(id: impl Borrow<SkyId>) -> String {
    format!("/skies/{}/restoration", id.borrow())
}

pub fn photo(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}", id.borrow())
}

pub fn photo_live(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/live", id.borrow())
}

pub fn photo_rendition(id: impl Borrow<PhotoId>, kind: &str) -> String {
    format!("/photos/{}/renditions/{kind}", id.borrow())
}

pub fn photo_original(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/original", id.borrow())
}

/// The photo's page with one of its attempts as "after".
pub fn photo_at(id: impl Borrow<PhotoId>, attempt: impl Borrow<i32>) -> String {
    format!("/photos/{}?attempt={}", id.borrow(), attempt.borrow())
}

pub fn attempt_rendition(
    id: impl Borrow<PhotoId>,
    attempt: impl Borrow<AttemptId>,
    kind: &str,
) -> String {
    let (id, attempt) = (id.borrow(), attempt.borrow());
    format!("/photos/{id}/attempts/{attempt}/renditions/{kind}")
}

pub fn photo_report(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/report", id.borrow())
}

pub fn photo_report_document(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/report.json", id.borrow())
}

pub fn photo_review(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/review", id.borrow())
}

pub fn photo_review_withdrawal(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/review/withdrawal", id.borrow())
}

pub fn photo_attempts(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/attempts", id.borrow())
}

pub fn photo_override(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/override", id.borrow())
}

pub fn photo_override_withdrawal(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/override/withdrawal", id.borrow())
}

pub fn photo_mask(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/mask", id.borrow())
}

/// The mask under its own name: browsers may keep it.
pub fn photo_mask_at(id: impl Borrow<PhotoId>, mask: impl Borrow<MaskId>) -> String {
    format!("/photos/{}/mask?v={}", id.borrow(), mask.borrow())
}

pub fn photo_removal(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/removal", id.borrow())
}

pub fn photo_separation(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/separation", id.borrow())
}

pub fn photo_restoration(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/restoration", id.borrow())
}

pub fn reviews() -> String {
    "/reviews".into()
}

pub fn galleries(shoot: impl Borrow<ShootId>) -> String {
    format!("/shoots/{}/galleries", shoot.borrow())
}

pub fn gallery_closing(id: impl Borrow<GalleryId>) -> String {
    format!("/galleries/{}/closing", id.borrow())
}

pub fn gallery(token: &str) -> String {
    format!("/g/{token}")
}

pub fn gallery_photo(token: &str, photo: impl Borrow<PhotoId>) -> String {
    format!("/g/{token}/photos/{}", photo.borrow())
}

pub fn gallery_rendition(token: &str, photo: impl Borrow<PhotoId>, kind: &str) -> String {
    format!("/g/{token}/photos/{}/{kind}", photo.borrow())
}

pub fn gallery_download(token: &str) -> String {
    format!("/g/{token}/download")
}

/// The QR code of a photo's original link.
pub fn photo_original_code(id: impl Borrow<PhotoId>) -> String {
    format!("/photos/{}/original-code", id.borrow())
}

pub fn original(token: &str) -> String {
    format!("/originals/{token}")
}

pub fn original_rendition(token: &str, kind: &str) -> String {
    format!("/originals/{token}/{kind}")
}

static RELEASE: OnceLock<String> = OnceLock::new();

/// Names the release of the static files, once, when the site starts.
pub fn set_static_release(release: String) {
    let _ = RELEASE.set(release);
}

/// A file below `static/`. The release is part of the URL, so that browsers may
/// keep the file for ever and still get the new one with the next release.
pub fn static_file(path: &str) -> String {
    let release = RELEASE.get().map_or("0", String::as_str);
    format!("/static/{path}?v={release}")
}
