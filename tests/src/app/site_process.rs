//! The real site as a process of its own, which may be gone from one moment to the next.

use std::fs::File;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::ACCEPT;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::client::Client;
use crate::cluster::repository;
use crate::database::Address;
use crate::wait::until;
use crate::worker_process::program;

/// Killed when dropped.
pub struct SiteProcess {
    child: Child,
    port: u16,
    database: Address,
    storage: PathBuf,
    log: PathBuf,
}

impl SiteProcess {
    /// Starts the site on a free port.
    pub fn start(database: &Address, storage: PathBuf, log: PathBuf) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("it is bound").port();
        drop(free);
        Self {
            child: spawn(database, &storage, &log, port),
            port,
            database: database.clone(),
            storage,
            log,
        }
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits until the site answers.
    pub async fn is_up(&self) {
        let health = format!("{}/health", self.address());
        until("the site answers", Duration::from_secs(60), async || {
            let answer = reqwest::get(&health).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// Kills it without a word, and starts it again.
    pub fn kill_and_start_again(&mut self) {
        self.child.kill().expect("the site is ours to kill");
        self.child.wait().expect("a killed process ends");
        self.child = spawn(&self.database, &self.storage, &self.log, self.port);
    }
}

/// Sends one file to a site that may be gone at any moment. `None`: there was no answer.
pub async fn try_upload(
    client: &Client,
    shoot: &str,
    (name, bytes): (&str, &[u8]),
    token: &str,
) -> Option<(StatusCode, Value)> {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    let form = Form::new()
        .text("csrf", token.to_owned())
        .part("photo", part);
    let request = client
        .request("post", &format!("/shoots/{shoot}/photos"))
        .header(ACCEPT, "application/json")
        .header("x-csrf-token", token)
        .multipart(form);
    let response = request.send().await.ok()?;
    let status = response.status();
    let document = serde_json::from_str(&response.text().await.ok()?);
    Some((status, document.unwrap_or_default()))
}

fn spawn(database: &Address, storage: &PathBuf, log: &PathBuf, port: u16) -> Child {
    let direct_url = database.direct_url.as_ref();
    let log = File::options().create(true).append(true).open(log);
    Command::new(program("plumbline-web"))
        .arg("serve")
        .env("PLUMBLINE_DATABASE_URL", &database.url)
        .envs(direct_url.map(|url| ("PLUMBLINE_DATABASE_DIRECT_URL", url)))
        .env("PLUMBLINE_STORAGE", storage)
        .env("PLUMBLINE_LISTEN", format!("127.0.0.1:{port}"))
        .env("PLUMBLINE_PUBLIC_URL", format!("http://127.0.0.1:{port}"))
        .env("PLUMBLINE_STATIC", repository().join("static"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log.expect("a log file"))
        .spawn()
        .expect("the site's program starts")
}

impl Drop for SiteProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
