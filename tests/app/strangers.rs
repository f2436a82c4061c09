//! Every route, tried by everybody who should not get in. The table comes from
//! the site's own `routes!`, so a route without a case here fails the sweep.

mod cases;
mod world;

use plumbline_documents::Verdict;
use plumbline_tests::by_hand;
use plumbline_tests::rows;
use plumbline_web::http::routes::{Audience, Route, TABLE};

use cases::{sent, tried};
use world::{SECRET, World};

const ENHANCES_AGAIN: [&str; 5] = [
    "/photos/{photo}/override",
    "/photos/{photo}/override/withdrawal",
    "/photos/{photo}/correction",
    "/photos/{photo}/correction/withdrawal",
    "/photos/{photo}/mask",
];

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
    assert_eq!(rows::photos(&world.app).await, 2, "and changes nothing");
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
        "Make a new link",
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
async fn the_link_of_an_original_opens_that_original_alone() {
    let world = World::create().await;
    for route in routes(&[Audience::Onlooker]) {
        let (path, fields) = world.case(route);
        for other in [&"0".repeat(64), &world.token, &world.bertas_token] {
            let guessed = path.replace(&world.original_token, other);
            let status = sent(&world.nobody, route, &guessed, fields, None).await;
            assert_eq!(status, 404, "{guessed}");
        }
        world.nobody.get(&path).await.hides(SECRET);
    }
    for route in routes(&[Audience::Guest]) {
        let (path, fields) = world.case(route);
        let crossed = path.replace(&world.token, &world.original_token);
        let status = sent(&world.nobody, route, &crossed, fields, None).await;
        assert_eq!(status, 410, "{crossed}");
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
            Audience::Anyone | Audience::Guest | Audience::Onlooker => &world.app.visitor(),
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
