//! Real worker processes: started, signalled, watched, and never left behind.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use uuid::Uuid;

use crate::database::Address;
use crate::house::House;
use crate::wait::until;

/// The settings of a worker. The defaults find a dead worker within seconds, where
/// production allows itself half a minute.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    pub heartbeat_secs: u32,
    pub missed_heartbeats: u32,
    pub lease_secs: u32,
    pub grace_secs: u32,
    pub concurrency: u32,
    pub stall_secs: u32,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            heartbeat_secs: 1,
            missed_heartbeats: 3,
            lease_secs: 3,
            grace_secs: 25,
            concurrency: 1,
            stall_secs: 900,
        }
    }
}

/// Killed when dropped. What it logged is shown when the story fails.
pub struct WorkerProcess {
    child: Child,
    log: PathBuf,
}

impl WorkerProcess {
    /// The product's own worker.
    pub fn start(house: &House, setup: Setup) -> Self {
        Self::spawn("plumbline-worker", &["run"], house, setup, &[])
    }

    /// The product's own worker, without a house.
    pub fn start_for(address: &Address, storage: PathBuf, log: PathBuf, setup: Setup) -> Self {
        let place = (address, storage);
        Self::spawn_for("plumbline-worker", &["run"], place, log, setup, &[])
    }

    /// A real worker with an analyzer that misbehaves; `fault` as its command line says.
    pub fn start_faulty(house: &House, setup: Setup, fault: &[&str]) -> Self {
        Self::spawn("faulty-worker", fault, house, setup, &[])
    }

    /// The same on a machine whose clock is wrong, by `+2h` for instance.
    pub fn start_with_clock(house: &House, setup: Setup, fault: &[&str], clock: &str) -> Self {
        let library = faketime_library();
        let clock = [
            ("LD_PRELOAD", library.to_str().expect("a plain path")),
            ("FAKETIME", clock),
            // Time that passes is right: only the time of day is not.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ];
        Self::spawn("faulty-worker", fault, house, setup, &clock)
    }

    fn spawn(
        program: &str,
        arguments: &[&str],
        house: &House,
        setup: Setup,
        environment: &[(&str, &str)],
    ) -> Self {
        let log = house.path(&format!("{program}-{}.log", Uuid::now_v7().simple()));
        let place = (&house.database.worker, house.storage_folder());
        Self::spawn_for(program, arguments, place, log, setup, environment)
    }

    fn spawn_for(
        program: &str,
        arguments: &[&str],
        (address, storage): (&Address, PathBuf),
        log: PathBuf,
        setup: Setup,
        environment: &[(&str, &str)],
    ) -> Self {
        let direct_url = address.direct_url.as_ref();
        let child = Command::new(self::program(program))
            .args(arguments)
            .env("PLUMBLINE_DATABASE_URL", &address.url)
            .envs(direct_url.map(|url| ("PLUMBLINE_DATABASE_DIRECT_URL", url)))
            .env("PLUMBLINE_STORAGE", storage)
            .env("PLUMBLINE_HEARTBEAT_SECS", setup.heartbeat_secs.to_string())
            .env(
                "PLUMBLINE_MISSED_HEARTBEATS",
                setup.missed_heartbeats.to_string(),
            )
            .env("PLUMBLINE_LEASE_SECS", setup.lease_secs.to_string())
            .env("PLUMBLINE_GRACE_SECS", setup.grace_secs.to_string())
            .env("PLUMBLINE_CONCURRENCY", setup.concurrency.to_string())
            .env("PLUMBLINE_STALL_SECS", setup.stall_secs.to_string())
            .env("PLUMBLINE_LOG", "info")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).expect("a log file"))
            .spawn()
            .expect("the worker starts");
        Self { child, log }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it answers the queue.
    pub async fn is_ready(&self) {
        self.has_said("answering the queue").await;
    }

    /// Waits until its log holds `words`.
    pub async fn has_said(&self, words: &str) {
        until(words, Duration::from_secs(60), async || {
            self.log().contains(words).then_some(())
        })
        .await;
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Not asked, and cannot clean up.
    pub fn kill(&mut self) {
        self.child.kill().expect("the worker is ours to kill");
        self.child.wait().expect("a killed process ends");
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        let pid = libc::pid_t::try_from(self.pid()).expect("process numbers are small");
        // SAFETY: no memory is involved, and the process is our own child, not yet waited for.
        let sent = unsafe { libc::kill(pid, libc::SIGTERM) };
        assert_eq!(sent, 0, "the worker is ours to stop");
    }

    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the worker is our own child")
    }

    pub async fn exits(&mut self, limit: Duration) -> ExitStatus {
        let child = std::cell::RefCell::new(&mut self.child);
        until("the worker exits", limit, async || {
            child
                .borrow_mut()
                .try_wait()
                .expect("the worker is our own child")
        })
        .await
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let end = &lines[lines.len().saturating_sub(60)..];
            eprintln!("--- the end of {}\n{}", self.log.display(), end.join("\n"));
        }
    }
}

/// Lies in a folder of the machine's kind.
fn faketime_library() -> PathBuf {
    let kinds = fs::read_dir("/usr/lib").expect("Debian's folder of libraries");
    let in_kind = kinds
        .flatten()
        .map(|kind| kind.path().join("faketime/libfaketime.so.1"));
    let found = in_kind.into_iter().find(|path| path.exists());
    found.expect("bin/install --tests installs faketime")
}

/// A program that was built: in `PLUMBLINE_BIN_DIR`, or beside this test's folder.
pub fn program(name: &str) -> PathBuf {
    let folder = match std::env::var_os("PLUMBLINE_BIN_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => {
            let exe = std::env::current_exe().expect("a running program has a path");
            exe.ancestors()
                .nth(2)
                .expect("tests run from PROFILE/deps")
                .to_owned()
        }
    };
    let program = folder.join(name);
    assert!(
        program.exists(),
        "{} is missing: run `cargo build` first",
        program.display()
    );
    program
}
