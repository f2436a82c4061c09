//! A case of every route: what its form sends, as a page of ours would send it.

use plumbline_tests::client::{Client, PASSWORD};
use plumbline_tests::pictures;
use plumbline_web::http::routes::Route;
use reqwest::StatusCode;

use super::world::World;

/// The fields that the form of each route sends. A new route must be written down here.
pub fn fields(route: &Route) -> &'static [(&'static str, &'static str)] {
    match (route.method, route.path) {
        ("post", "/sign-up") => &[
            ("name", "Carla"),
            ("organization", "Carla's"),
            ("email", "carla@example.com"),
            ("password", PASSWORD),
        ],
        ("post", "/sign-in") => &[("email", "anna@example.com"), ("password", PASSWORD)],
        ("post", "/shoots") => &[("name", "A new house")],
        ("post", "/shoots/{shoot}/galleries") => &[("expires", "30")],
        ("post", "/shoots/{shoot}/sky") => &[("sky", "light_cloud")],
        ("post", "/photos/{photo}/override" | "/photos/{photo}/correction") => {
            &[("place", "exterior"), ("sky", "clear")]
        }
        ("post", "/photos/{photo}/review") => &[("decision", "approved")],
        (
            "get",
            "/"
            | "/health"
            | "/sign-up"
            | "/sign-in"
            | "/sign-in/{token}"
            | "/shoots"
            | "/shoots/{shoot}"
            | "/shoots/{shoot}/photos"
            | "/shoots/{shoot}/live"
            | "/skies"
            | "/skies/{sky}/picture"
            | "/photos/{photo}"
            | "/photos/{photo}/mask"
            | "/photos/{photo}/live"
            | "/photos/{photo}/report"
            | "/photos/{photo}/report.json"
            | "/photos/{photo}/attempts/{attempt}/renditions/{kind}"
            | "/photos/{photo}/renditions/{kind}"
            | "/photos/{photo}/original"
            | "/photos/{photo}/original-code"
            | "/originals/{token}"
            | "/originals/{token}/{kind}"
            | "/reviews"
            | "/g/{token}"
            | "/g/{token}/download"
            | "/g/{token}/photos/{photo}"
            | "/g/{token}/photos/{photo}/{kind}",
        )
        | (
            "post",
            "/sign-in/{token}"
            | "/sign-out"
            | "/shoots/{shoot}/photos"
            | "/shoots/{shoot}/attempts"
            | "/skies"
            | "/skies/{sky}/removal"
            | "/skies/{sky}/restoration"
            | "/galleries/{gallery}/closing"
            | "/photos/{photo}/attempts"
            | "/photos/{photo}/override/withdrawal"
            | "/photos/{photo}/correction/withdrawal"
            | "/photos/{photo}/mask"
            | "/photos/{photo}/removal"
            | "/photos/{photo}/separation"
            | "/photos/{photo}/restoration"
            | "/photos/{photo}/review/withdrawal",
        ) => &[],
        (method, path) => {
            panic!("{method} {path} has no case in strangers/cases.rs: who may not use it?")
        }
    }
}

/// Sends the case as this client's own page would, token and all.
pub async fn tried(client: &Client, world: &World, route: &Route) -> StatusCode {
    let (path, fields) = world.case(route);
    sent(client, route, &path, fields, Some(client.token().await)).await
}

pub async fn sent(
    client: &Client,
    route: &Route,
    path: &str,
    fields: &[(&str, &str)],
    token: Option<String>,
) -> StatusCode {
    let request = client.request(route.method, path);
    let request = match (route.method, file_of(route)) {
        ("post", Some((field, bytes))) => {
            let part = reqwest::multipart::Part::bytes(bytes).file_name("new.jpg");
            let mut form = reqwest::multipart::Form::new();
            if let Some(token) = token {
                form = form.text("csrf", token);
            }
            request.multipart(form.part(field, part))
        }
        ("post", _) => {
            let mut fields = fields.to_vec();
            let token = token.unwrap_or_default();
            if !token.is_empty() {
                fields.push(("csrf", &token));
            }
            request.form(&fields)
        }
        _ => request,
    };
    // Event streams never end: the status says enough.
    request.send().await.expect("the site answers").status()
}

/// The forms that send a file: its field, and the file.
fn file_of(route: &Route) -> Option<(&'static str, Vec<u8>)> {
    match route.path {
        "/shoots/{shoot}/photos" => Some(("photo", pictures::room(3))),
        "/photos/{photo}/mask" => Some(("mask", mask())),
        "/skies" => Some(("sky", pictures::sky(2))),
        _ => None,
    }
}

/// It lies on what [`by_hand`] says its previews are.
pub fn mask() -> Vec<u8> {
    pictures::mask(600, 400, 0.4)
}
