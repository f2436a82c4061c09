//! Private Postgres servers, through `bin/cluster`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use uuid::Uuid;

/// The address of the server that all stories share: the one in
/// `PLUMBLINE_TEST_DATABASE_URL`, or one of our own in the target folder.
pub fn shared_url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        std::env::var("PLUMBLINE_TEST_DATABASE_URL").unwrap_or_else(|_| start_our_own())
    })
}

/// A server of a story's own, which it may stop and restart. It forgets nothing
/// in a crash, as in production. Gone when dropped.
pub struct Cluster {
    folder: PathBuf,
    pub url: String,
}

impl Cluster {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// One that forgets everything in a crash, with a port that it may listen on.
    pub fn start_on(port: u16) -> Self {
        Self::start_with(&["--throwaway", "--port", &port.to_string()])
    }

    fn start_with(options: &[&str]) -> Self {
        // Not in a temporary folder of ours: the server's user must be able to enter.
        let folder = std::env::temp_dir().join(format!("plumbline-{}", Uuid::now_v7().simple()));
        call("start", &folder, options);
        let url = call("url", &folder, &[]);
        Self { folder, url }
    }

    /// The server's own folder, which is its user's.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub fn stop(&self) {
        call("stop", &self.folder, &[]);
    }

    pub fn start_again(&self) {
        call("start", &self.folder, &[]);
    }

    /// Stops as in a crash: connections break, nobody is asked to finish.
    pub fn restart(&self) {
        call("restart", &self.folder, &["--immediate"]);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        call("destroy", &self.folder, &[]);
    }
}

fn start_our_own() -> String {
    let folder = target_dir().join("test-cluster");
    // Every story may be a process of its own, and only one may start the server.
    let turn = File::create(folder.with_extension("lock")).expect("the target folder is writable");
    turn.lock().expect("files can be locked");
    call("start", &folder, &["--throwaway"]);
    call("url", &folder, &[])
}

fn call(command: &str, folder: &Path, options: &[&str]) -> String {
    let script = repository().join("bin/cluster");
    let output = Command::new(script)
        .arg(command)
        .arg(folder)
        .args(options)
        .output()
        .expect("bin/cluster can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "bin/cluster {command} failed: {said}"
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The folder of the sources.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("tests/ is in the repository")
        .to_owned()
}

/// The folder into which cargo builds: we run from `TARGET/PROFILE/deps`.
fn target_dir() -> PathBuf {
    let exe = std::env::current_exe().expect("a running program has a path");
    let target = exe
        .ancestors()
        .nth(3)
        .expect("cargo builds three folders deep")
        .to_owned();
    fs::create_dir_all(&target).expect("the target folder is writable");
    target
}
