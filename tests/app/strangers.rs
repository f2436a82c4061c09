//! Every route, tried by everybody who should not get in. The table comes from
//! the site's own `routes!`, so a route without a case here fails the sweep.

use plumbline_documents::Verdict;
use plumbline_domain::people::accounts::{self, NewAccount};
use plumbline_domain::people::members::Role;
use plumbline_tests::app::{App, attempts};
use plumbline_tests::by_hand;
use plumbline_tests::client::{Client, PASSWORD};
use plumbline_tests::pictures;
use plumbline_web::http::routes::{Audience, Route, TABLE};
use reqwest::StatusCode;

/// Words that stand on Anna's pages and on nobody else's.
const SECRET: &str = "Harbour Street";

struct World {
    app: App,
    anna: Client,
    /// Her colleagues.
    editor: Client,
    viewer: Client,
    /// Owner of another organization.
    berta: Client,
    nobody: Client,
    shoot: String,
    photo: String,
    attempt: String,
    held: String,
    sky: String,
    gallery: String,
    token: String,
    bertas_token: String,
    sign_in_token: String,
}

impl World {
    async fn create() -> Self {
        let app = App::start().await;
        let anna = app.owner("Anna").await;
        let berta = app.owner("Berta").await;
        let shoot = anna.create_shoot(&format!("12 {SECRET}")).await;
        let photo = anna
            .add_photo(&shoot, "kitchen.jpg", &pictures::room(1))
            .await;
        let held = anna
            .add_photo(&shoot, "garden.jpg", &pictures::room(2))
            .await;
        by_hand::finish(&app, &photo, Verdict::Passed).await;
        by_hand::finish(&app, &held, Verdict::Held).await;
        let corrected = anna
            .send_file(
                &format!("/photos/{photo}/mask"),
                "mask",
                ("mask.png", &mask()),
            )
            .await;
        assert_eq!(corrected.status, 303, "{}", corrected.text);
        by_hand::finish(&app, &photo, Verdict::Passed).await;
        anna.send_file("/skies", "sky", ("evening.jpg", &pictures::sky(1)))
            .await;
        let skies = anna.get("/skies").await.text;
        let at_sky = skies.find("/skies/").expect("a sky") + "/skies/".len();
        let token = anna.share(&shoot).await[3..].to_owned();
        let bertas = berta.create_shoot("1 Elsewhere").await;
        let bertas_token = berta.share(&bertas).await[3..].to_owned();
        let page = anna.get(&format!("/shoots/{shoot}")).await.text;
        let at = page.find("/galleries/").expect("a gallery") + "/galleries/".len();
        let membership = accounts::find_by_email(app.db(), "anna@example.com")
            .await
            .unwrap()
            .unwrap();
        let sign_in_token = plumbline_domain::people::sign_in_links::create(app.db(), membership)
            .await
            .unwrap();
        Self {
            editor: colleague(&app, "Edith", Role::Editor).await,
            viewer: colleague(&app, "Vera", Role::Viewer).await,
            nobody: app.visitor(),
            sky: skies[at_sky..at_sky + 36].to_owned(),
            gallery: page[at..at + 36].to_owned(),
            attempt: attempts(&app, &photo).await.remove(0),
            app,
            anna,
            berta,
            shoot,
            photo,
            held,
            token,
            bertas_token,
            sign_in_token,
        }
    }

    /// The route with Anna's own ids in it, and what its form sends.
    fn case(&self, route: &Route) -> (String, &'static [(&'static str, &'static str)]) {
        let photo = match route.path {
            "/photos/{photo}/review" | "/photos/{photo}/review/withdrawal" => &self.held,
            _ => &self.photo,
        };
        let token = match route.path {
            "/sign-in/{token}" => &self.sign_in_token,
            _ => &self.token,
        };
        let kind = if route.path.starts_with("/g/") {
            "full"
        } else {
            "preview"
        };
        let path = route
            .path
            .replace("{shoot}", &self.shoot)
            .replace("{photo}", photo)
            .replace("{attempt}", &self.attempt)
            .replace("{gallery}", &self.gallery)
            .replace("{sky}", &self.sky)
            .replace("{token}", token)
            .replace("{kind}", kind);
        (path, fields(route))
    }
}

async fn colleague(app: &App, name: &str, role: Role) -> Client {
    let anna = accounts::find_by_email(app.db(), "anna@example.com")
        .await
        .unwrap()
        .unwrap();
    let email = format!("{}@example.com", name.to_lowercase());
    let new = NewAccount {
        name: name.to_owned(),
        organization: String::new(),
        email: email.clone(),
        password: PASSWORD.to_owned(),
    };
    accounts::add_member(app.db(), anna, new, role)
        .await
        .unwrap();
    let client = app.visitor();
    client.sign_in(&email, PASSWORD).await;
    client
}

/// The fields that the form of each route sends. A new route must be written down here.
fn fields(route: &Route) -> &'static [(&'static str, &'static str)] {
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
        ("post", "/photos/{photo}/override") => &[("place", "exterior"), ("sky", "clear")],
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
            | "/photos/{photo}/mask"
            | "/photos/{photo}/removal"
            | "/photos/{photo}/separation"
            | "/photos/{photo}/restoration"
            | "/photos/{photo}/review/withdrawal",
        ) => &[],
        (method, path) => {
            panic!("{method} {path} has no case in strangers.rs: who may not use it?")
        }
    }
}

/// Sends the case as this client's own page would, token and all.
async fn tried(client: &Client, world: &World, route: &Route) -> StatusCode {
    let (path, fields) = world.case(route);
    sent(client, route, &path, fields, Some(client.token().await)).await
}

async fn sent(
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

const ENHANCES_AGAIN: [&str; 3] = [
    "/photos/{photo}/override",
    "/photos/{photo}/override/withdrawal",
    "/photos/{photo}/mask",
];

/// It lies on what [`by_hand`] says its previews are.
fn mask() -> Vec<u8> {
    pictures::mask(600, 400, 0.4)
}

fn routes(audiences: &[Audience]) -> impl Iterator<Item = &'static Route> {
    TABLE
        .iter()
        .filter(move |route| audiences.contains(&route.audience))
}

const OF_MEMBERS: [Audience; 3] = [Audience::Member, Audience::Editor, Audience::Admin];

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_sign_in() {
    let world = World::create().await;
    for route in routes(&OF_MEMBERS) {
        let expected = if route.method == "get" { 303 } else { 401 };
        let status = tried(&world.nobody, &world, route).await;
        assert_eq!(status, expected, "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn another_organization_finds_nothing() {
    let world = World::create().await;
    for route in routes(&OF_MEMBERS) {
        let (path, _) = world.case(route);
        let status = tried(&world.berta, &world, route).await;
        if path == route.path {
            // A page of one's own: nothing of Anna's stands on it.
            assert!(
                status.is_success() || status == 303,
                "{} {path}: {status}",
                route.method
            );
            world.berta.get("/shoots").await.hides(SECRET);
            world.berta.get("/reviews").await.hides("garden.jpg");
        } else {
            assert_eq!(status, 404, "{} {}", route.method, route.path);
        }
    }
    let photos: i64 = sqlx::query_scalar("select count(*) from photos where removed_at is null")
        .fetch_one(&world.app.database.everything)
        .await
        .unwrap();
    assert_eq!(photos, 2, "and changes nothing");
}

#[tokio::test]
async fn a_role_that_is_too_low_is_told_so() {
    let world = World::create().await;
    for route in routes(&[Audience::Editor, Audience::Admin]) {
        let status = tried(&world.viewer, &world, route).await;
        assert_eq!(status, 403, "a viewer: {} {}", route.method, route.path);
    }
    for route in routes(&[Audience::Admin]) {
        let status = tried(&world.editor, &world, route).await;
        assert_eq!(status, 403, "an editor: {} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn a_viewer_is_not_offered_what_a_viewer_may_not_do() {
    let world = World::create().await;
    let offers = [
        "type=\"file\"",
        "Create share link",
        "New shoot",
        "Remove from",
        "Stop sharing",
        "Enhance again",
        "Reset and enhance again",
        "Paint a sky mask",
        "Edit the sky mask",
        "Save</button>",
    ];
    for path in [
        "/shoots".to_owned(),
        format!("/shoots/{}", world.shoot),
        format!("/photos/{}", world.photo),
        "/skies".to_owned(),
    ] {
        let page = world.viewer.get(&path).await;
        assert_eq!(page.status, 200);
        for offer in offers {
            page.hides(offer);
        }
        let editors = world.editor.get(&path).await;
        assert!(
            offers.iter().any(|offer| editors.text.contains(offer)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_link_that_was_never_made_opens_nothing() {
    let world = World::create().await;
    for route in routes(&[Audience::Guest]) {
        let (path, fields) = world.case(route);
        let guessed = path.replace(&world.token, &"0".repeat(64));
        let status = sent(&world.nobody, route, &guessed, fields, None).await;
        assert_eq!(status, 410, "{guessed}");
    }
}

#[tokio::test]
async fn a_link_to_one_shoot_does_not_open_another() {
    let world = World::create().await;
    for route in routes(&[Audience::Guest]) {
        let (path, _) = world.case(route);
        let crossed = path.replace(&world.token, &world.bertas_token);
        let answer = world.nobody.get(&crossed).await;
        answer.hides(SECRET).hides("kitchen");
        if route.path.contains("{photo}") {
            assert_eq!(answer.status, 404, "{}", route.path);
        }
    }
}

#[tokio::test]
async fn no_form_works_without_its_token_or_from_another_site() {
    let world = World::create().await;
    for route in TABLE.iter().filter(|route| route.method == "post") {
        let (path, fields) = world.case(route);
        let bare = sent(&world.anna, route, &path, fields, None).await;
        assert_eq!(bare, 403, "without a token: {path}");

        let token = world.anna.token().await;
        let foreign = world
            .anna
            .request("post", &path)
            .header("sec-fetch-site", "cross-site")
            .form(&[("csrf", token)])
            .send()
            .await
            .unwrap();
        assert_eq!(foreign.status(), 403, "from another site: {path}");
    }
    world.anna.get("/shoots").await.shows(SECRET);
}

#[tokio::test]
async fn whoever_may_use_a_route_can() {
    let world = World::create().await;
    for route in TABLE {
        let client = match route.audience {
            Audience::Anyone | Audience::Guest => &world.app.visitor(),
            Audience::Member => &world.viewer,
            Audience::Editor => &world.editor,
            Audience::Admin => &world.anna,
        };
        // A closed gallery would turn away the guests that come after.
        if route.path == "/galleries/{gallery}/closing" || route.path.ends_with("/removal") {
            continue;
        }
        let status = tried(client, &world, route).await;
        assert!(
            status.is_success() || status == 303,
            "{} {}: {status}",
            route.method,
            route.path
        );
        // A photo with a new override is enhanced again, and customers wait for it.
        if route.method == "post" && ENHANCES_AGAIN.contains(&route.path) {
            by_hand::finish(&world.app, &world.photo, Verdict::Passed).await;
        }
    }
    for last in ["/photos/{photo}/removal", "/galleries/{gallery}/closing"] {
        let route = TABLE.iter().find(|route| route.path == last).unwrap();
        assert_eq!(tried(&world.editor, &world, route).await, 303, "{last}");
    }
}

#[tokio::test]
async fn an_id_that_is_no_id_is_a_page_that_is_not_there() {
    let world = World::create().await;
    for path in [
        "/shoots/1",
        "/photos/x",
        "/photos/../etc",
        "/photos/%00/original",
        "/nowhere",
    ] {
        assert_eq!(world.anna.get(path).await.status, 404, "{path}");
    }
    for path in [
        "/static/../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/..%2fCargo.toml",
    ] {
        let answer = world.nobody.get(path).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        answer.hides("[workspace]");
    }
}

#[tokio::test]
async fn every_page_tells_the_browser_what_to_refuse() {
    let world = World::create().await;
    let gallery = format!("/g/{}", world.token);
    for path in ["/", "/sign-in", "/shoots", gallery.as_str(), "/nowhere"] {
        let page = world.anna.get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff", "{path}");
        page.hides("<script>").hides(" style=\"").hides(" onclick=");
    }
}
