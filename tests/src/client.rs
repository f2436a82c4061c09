//! A browser without a window: keeps cookies, finds the token of a form, follows
//! nothing by itself.

use std::sync::Arc;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{ACCEPT, LOCATION};
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use serde_json::Value;

pub const PASSWORD: &str = "a long enough password";

pub struct Client {
    http: reqwest::Client,
    cookies: Arc<Jar>,
    address: String,
}

/// A response, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// The address of its redirect, without the host.
    pub location: Option<String>,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The last part of where it sends the browser: the id of what was made.
    pub fn made(&self) -> String {
        let location = self
            .location
            .as_deref()
            .unwrap_or_else(|| panic!("no redirect: {self:?}"));
        let path = location.split('?').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn shows(&self, words: &str) -> &Self {
        assert!(
            self.text.contains(words),
            "no {words:?} on the page ({}):\n{}",
            self.status,
            self.text
        );
        self
    }

    #[track_caller]
    pub fn hides(&self, words: &str) -> &Self {
        assert!(
            !self.text.contains(words),
            "{words:?} is on the page ({})",
            self.status
        );
        self
    }
}

impl Client {
    pub fn new(address: &str) -> Self {
        let cookies = Arc::new(Jar::default());
        let http = reqwest::Client::builder()
            .cookie_provider(cookies.clone())
            .redirect(Policy::none())
            // The site closes idle connections, which on a busy machine may be
            // just when a story sends its next request.
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client needs nothing");
        Self {
            http,
            cookies,
            address: address.to_owned(),
        }
    }

    /// Its cookies, as it sends them with every request.
    pub fn cookies(&self) -> String {
        let url = self.address.parse().expect("an address");
        let header = self.cookies.cookies(&url);
        let header = header.and_then(|header| header.to_str().ok().map(str::to_owned));
        header.unwrap_or_default()
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.to_uppercase().parse().expect("a method");
        self.http.request(method, format!("{}{path}", self.address))
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(
            self.request("get", path)
                .send()
                .await
                .expect("the site answers"),
        )
        .await
    }

    pub async fn bytes(&self, path: &str, range: Option<&str>) -> (StatusCode, Vec<u8>) {
        let mut request = self.request("get", path);
        if let Some(range) = range {
            request = request.header("range", range);
        }
        let response = request.send().await.expect("the site answers");
        let status = response.status();
        (
            status,
            response
                .bytes()
                .await
                .expect("the body ends as announced")
                .to_vec(),
        )
    }

    /// Sends a form with its token, as its page would.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token().await;
        let mut fields = fields.to_vec();
        fields.push(("csrf", &token));
        self.post_as_is(path, &fields).await
    }

    /// Sends these fields and no others.
    pub async fn post_as_is(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        read(
            self.request("post", path)
                .form(&fields)
                .send()
                .await
                .expect("the site answers"),
        )
        .await
    }

    /// Sends one file as the page's script does.
    pub async fn upload(&self, shoot: &str, name: &str, bytes: &[u8]) -> Answer {
        let token = self.token().await;
        let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let form = Form::new().text("csrf", token.clone()).part("photo", part);
        let request = self
            .request("post", &format!("/shoots/{shoot}/photos"))
            .header(ACCEPT, "application/json")
            .header("x-csrf-token", token)
            .multipart(form);
        read(request.send().await.expect("the site answers")).await
    }

    /// Sends files as the form does where there is no script.
    pub async fn upload_plainly(&self, shoot: &str, files: &[(&str, &[u8])]) -> Answer {
        let mut form = Form::new().text("csrf", self.token().await);
        for (name, bytes) in files {
            form = form.part(
                "photo",
                Part::bytes(bytes.to_vec()).file_name((*name).to_owned()),
            );
        }
        let request = self
            .request("post", &format!("/shoots/{shoot}/photos"))
            .multipart(form);
        read(request.send().await.expect("the site answers")).await
    }

    /// Sends one file as a form does where there is no script.
    pub async fn send_file(&self, path: &str, field: &'static str, file: (&str, &[u8])) -> Answer {
        let request = self
            .request("post", path)
            .multipart(self.with_file(field, file).await);
        read(request.send().await.expect("the site answers")).await
    }

    /// Sends one file as a page's script does, which reads documents.
    pub async fn send_file_by_script(
        &self,
        path: &str,
        field: &'static str,
        file: (&str, &[u8]),
    ) -> Answer {
        let request = self
            .request("post", path)
            .header(ACCEPT, "application/json")
            .header("x-csrf-token", self.token().await)
            .multipart(self.with_file(field, file).await);
        read(request.send().await.expect("the site answers")).await
    }

    async fn with_file(&self, field: &'static str, (name, bytes): (&str, &[u8])) -> Form {
        let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        Form::new()
            .text("csrf", self.token().await)
            .part(field, part)
    }

    /// The token that this browser's forms carry: any page with a form shows it.
    pub async fn token(&self) -> String {
        for page in ["/shoots", "/sign-in"] {
            if let Some(token) = token_in(&self.get(page).await.text) {
                return token;
            }
        }
        panic!("no page of this browser has a form");
    }

    pub async fn sign_up(&self, name: &str) -> Answer {
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
        let organization = format!("{name}'s studio");
        let answer = self
            .post(
                "/sign-up",
                &[
                    ("name", name),
                    ("organization", &organization),
                    ("email", &email),
                    ("password", PASSWORD),
                ],
            )
            .await;
        assert_eq!(
            answer.location.as_deref(),
            Some("/shoots"),
            "{}",
            answer.text
        );
        answer
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("email", email), ("password", password)])
            .await
    }

    /// A new shoot's id.
    pub async fn create_shoot(&self, name: &str) -> String {
        self.post("/shoots", &[("name", name)]).await.made()
    }

    /// A new photo's id.
    pub async fn add_photo(&self, shoot: &str, name: &str, bytes: &[u8]) -> String {
        let answer = self.upload(shoot, name, bytes).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()["photo"].as_str().expect("its id").to_owned()
    }

    /// A share link's path.
    pub async fn share(&self, shoot: &str) -> String {
        self.post(
            &format!("/shoots/{shoot}/galleries"),
            &[("expires", "never")],
        )
        .await;
        let page = self.get(&format!("/shoots/{shoot}")).await.text;
        let at = page.find("/g/").expect("the page shows the link");
        page[at..at + 3 + 64].to_owned()
    }
}

fn token_in(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("name=\"csrf\" value=\"")?;
    rest.split('"').next().map(str::to_owned)
}

async fn read(response: Response) -> Answer {
    let location = response
        .headers()
        .get(LOCATION)
        .and_then(|url| url.to_str().ok());
    Answer {
        status: response.status(),
        location: location.map(str::to_owned),
        headers: response.headers().clone(),
        text: response.text().await.expect("the body ends as announced"),
    }
}
