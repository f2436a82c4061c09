//! A real browser: headless Chromium with an empty profile, driven through its
//! own driver. What the page's console says is kept, and pictures of pages can
//! be taken at any width, light or dark.

mod driver;

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::root;
use crate::browser::driver::Driver;
use crate::wait;

/// Pages of photos take a moment on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Browser {
    pub page: Client,
    address: String,
    downloads: TempDir,
    _profile: TempDir,
    _driver: Driver,
}

#[derive(Debug, Clone, Copy)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Browser {
    /// A browser that has never been used, on the site at `address`.
    pub async fn start(address: &str) -> Self {
        let (driver, port) = driver::start();
        let (profile, downloads) = (folder(), folder());
        let options = json!({
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {
                "args": driver::arguments(profile.path()),
                "prefs": {
                    "download.default_directory": downloads.path(),
                    "download.prompt_for_download": false,
                    // Files of a share link are the customer's to save.
                    "safebrowsing.enabled": false,
                },
            },
        });
        let Value::Object(capabilities) = options else {
            unreachable!("it is an object")
        };
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let page = ClientBuilder::new(connector)
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the browser starts");
        Self {
            page,
            address: address.to_owned(),
            downloads,
            _profile: profile,
            _driver: driver,
        }
    }

    pub async fn open(&self, path: &str) {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            self.address.clone() + path
        };
        self.page.goto(&url).await.expect("the page opens");
    }

    pub async fn path(&self) -> String {
        self.page
            .current_url()
            .await
            .expect("a page is open")
            .path()
            .to_owned()
    }

    pub async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field
            .send_keys(text)
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    pub async fn press(&self, selector: &str) {
        let button = self.find(selector).await;
        button
            .click()
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Draws with the mouse from one place on an element to another, both in pixels from
    /// its middle.
    pub async fn draw(&self, selector: &str, from: (f64, f64), to: (f64, f64)) {
        let element = self.find(selector).await;
        let duration = Some(Duration::from_millis(50));
        let at = |(x, y): (f64, f64)| PointerAction::MoveToElement {
            element: element.clone(),
            duration,
            x,
            y,
        };
        let button = MOUSE_BUTTON_LEFT;
        let strokes = MouseActions::new("mouse".to_owned())
            .then(at(from))
            .then(PointerAction::Down { button })
            .then(at(to))
            .then(PointerAction::Up { button });
        let drawn = self.page.perform_actions(strokes).await;
        drawn.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    pub async fn find(&self, selector: &str) -> fantoccini::elements::Element {
        self.page
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(selector))
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// The value of an expression on the page.
    pub async fn ask(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        let answer = self.page.execute(&script, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until the expression holds on the page.
    pub async fn see(&self, expression: &str) {
        let what = format!("{expression} on {}", self.path().await);
        let look = || async { (self.ask(expression).await == true).then_some(()) };
        wait::until(&what, 3 * PATIENCE, look).await;
    }

    pub async fn see_text(&self, words: &str) {
        self.see(&format!("document.body.innerText.includes({words:?})"))
            .await;
    }

    /// A file that the page lets one save, once it is complete.
    pub async fn downloaded(&self, ending: &str) -> PathBuf {
        let look = || async {
            let files = std::fs::read_dir(self.downloads.path()).expect("the folder is there");
            files
                .map(|entry| entry.expect("it can be listed").path())
                .find(|path| path.extension().is_some_and(|known| known == ending))
        };
        wait::until("the download", 2 * PATIENCE, look).await
    }

    /// Errors on pages since the last call: errors in scripts, refused
    /// resources, broken security rules.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self
            .send("POST", "se/log", json!({"type": "browser"}))
            .await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// From now on pages get no script to run.
    pub async fn forbid_scripts(&self) {
        let value = json!({"value": true});
        self.devtools("Emulation.setScriptExecutionDisabled", value)
            .await;
    }

    pub async fn look_like(&self, width: u32, theme: Theme) {
        let mobile = width < 600;
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": mobile}),
        )
        .await;
        let features = json!([
            {"name": "prefers-color-scheme", "value": theme.word()},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}))
            .await;
    }

    /// The whole page as a PNG in `target/screenshots`.
    pub async fn picture(&self, name: &str) -> PathBuf {
        // Pictures further down load when they come near; a hurried camera would miss them.
        self.ask(
            "(Promise.all([...document.images].map(image => {
                image.loading = 'eager';
                return image.decode().catch(() => {});
            })).then(() => { window.everythingIsDrawn = true; }), true)",
        )
        .await;
        self.see("window.everythingIsDrawn === true").await;
        self.capture(name, "png", true).await
    }

    /// The window as a JPEG in `target/screenshots`: small enough for a README.
    pub async fn snapshot(&self, name: &str) -> PathBuf {
        self.capture(name, "jpeg", false).await
    }

    async fn capture(&self, name: &str, format: &str, whole: bool) -> PathBuf {
        let wanted = json!({"format": format, "quality": 82, "captureBeyondViewport": whole});
        let shot = self.devtools("Page.captureScreenshot", wanted).await;
        let data = shot["data"].as_str().expect("a picture");
        let folder = root().join("target/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let path = folder.join(format!("{name}.{format}"));
        std::fs::write(&path, base64(data)).expect("the picture is kept");
        path
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.send(
            "POST",
            "goog/cdp/execute",
            json!({"cmd": command, "params": parameters}),
        )
        .await
    }

    async fn send(&self, method: &'static str, path: &'static str, body: Value) -> Value {
        let command = DriverCommand { method, path, body };
        self.page
            .issue_cmd(command)
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[derive(Debug)]
struct DriverCommand {
    method: &'static str,
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for DriverCommand {
    fn endpoint(
        &self,
        base_url: &url::Url,
        session_id: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session_id.unwrap_or_default();
        base_url.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let method = self.method.parse().expect("a method");
        (method, Some(self.body.to_string()))
    }
}

/// Standard alphabet, padded: what the driver sends.
fn base64(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .expect("the driver sends base64")
}
