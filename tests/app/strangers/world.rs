//! Two organizations, with everybody who could try a route and everything there is to try for.

use plumbline_documents::{AttemptReport, GeneratedLedger, Verdict};
use plumbline_domain::people::accounts::{self, NewAccount};
use plumbline_domain::people::members::Role;
use plumbline_domain::people::passwords::Turn;
use plumbline_tests::app::{App, attempts};
use plumbline_tests::by_hand;
use plumbline_tests::client::{Client, PASSWORD};
use plumbline_tests::pictures;
use plumbline_web::http::routes::Route;

use super::cases::{fields, mask};

/// Words that stand on Anna's pages and on nobody else's.
pub const SECRET: &str = "Harbour Street";

pub struct World {
    pub app: App,
    pub anna: Client,
    /// Her colleagues.
    pub editor: Client,
    pub viewer: Client,
    /// Owner of another organization.
    pub berta: Client,
    pub nobody: Client,
    pub shoot: String,
    pub photo: String,
    pub attempt: String,
    pub held: String,
    pub sky: String,
    pub gallery: String,
    pub token: String,
    pub bertas_token: String,
    pub original_token: String,
    pub sign_in_token: String,
}

impl World {
    pub async fn create() -> Self {
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
        let altered = AttemptReport {
            ledger: Some(GeneratedLedger::default()),
            ..AttemptReport::read(&by_hand::report(Verdict::Passed))
        };
        by_hand::set_report(&app, &photo, &altered).await;
        let token = anna.share(&shoot).await[3..].to_owned();
        let page = anna.get(&format!("/photos/{photo}")).await.text;
        let at = page.find("/originals/").expect("an altered photo") + "/originals/".len();
        let original_token = page[at..at + 64].to_owned();
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
            original_token,
            sign_in_token,
        }
    }

    /// The route with Anna's own ids in it, and what its form sends.
    pub fn case(&self, route: &Route) -> (String, &'static [(&'static str, &'static str)]) {
        let photo = match route.path {
            "/photos/{photo}/review" | "/photos/{photo}/review/withdrawal" => &self.held,
            _ => &self.photo,
        };
        let token = match route.path {
            "/sign-in/{token}" => &self.sign_in_token,
            path if path.starts_with("/originals/") => &self.original_token,
            _ => &self.token,
        };
        let kind = if route.path.starts_with("/g/") {
            "full"
        } else if route.path.starts_with("/originals/") {
            "before"
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
    accounts::add_member(app.db(), Turn::alone(), anna, new, role)
        .await
        .unwrap();
    let client = app.visitor();
    client.sign_in(&email, PASSWORD).await;
    client
}
