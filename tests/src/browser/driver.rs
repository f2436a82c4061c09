//! The process between us and the browser, which speaks WebDriver.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Ended when dropped, and its browser with it.
pub struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn arguments(profile: &Path) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--window-size=1440,900",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments
}

/// Tries of a driver that ends before it says its port.
const TRIES: usize = 5;

/// Starts a driver at a free port. The port that it finds free for IPv4 can be taken for IPv6; then it
/// ends, and another try finds another.
pub fn start() -> (Driver, u16) {
    (0..TRIES)
        .find_map(|_| try_start())
        .expect("the driver says its port")
}

fn try_start() -> Option<(Driver, u16)> {
    let program = std::env::var("PLUMBLINE_TEST_CHROMEDRIVER").unwrap_or("chromedriver".into());
    let mut child = Command::new(&program)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; bin/install --tests installs it"));
    let output = child.stdout.take().expect("it is piped");
    let driver = Driver(child);
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let port = lines.find_map(|line| {
        line.split("successfully on port ")
            .nth(1)?
            .trim_end_matches('.')
            .parse()
            .ok()
    })?;
    // It must not stop because nobody listens.
    std::thread::spawn(move || lines.for_each(drop));
    Some((driver, port))
}
