//! `plumbline enhance` as a process, with what it cost.

use std::io;
use std::mem::MaybeUninit;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::worker_process::program;

#[derive(Debug)]
pub struct Enhanced {
    /// `None`: a signal ended it.
    pub status: Option<i32>,
    /// Its standard error.
    pub said: String,
    pub took: Duration,
    /// The most memory it held at once.
    pub peak_bytes: u64,
}

pub fn enhance(file: &Path, out: &Path, report: &Path, options: &[&str]) -> Enhanced {
    enhance_in(file, out, report, options, &[])
}

/// The same with more in its environment.
#[expect(
    clippy::zombie_processes,
    reason = "`wait4` waits for it, and tells its memory"
)]
pub fn enhance_in(
    file: &Path,
    out: &Path,
    report: &Path,
    options: &[&str],
    environment: &[(&str, &str)],
) -> Enhanced {
    let since = Instant::now();
    let mut child = Command::new(program("plumbline"))
        .args([
            "enhance".as_ref(),
            file.as_os_str(),
            "-o".as_ref(),
            out.as_os_str(),
        ])
        .args(["--report".as_ref(), report.as_os_str()])
        .args(options)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let pipe = child.stderr.take().expect("its standard error is piped");
    let said = io::read_to_string(pipe).expect("it speaks UTF-8");
    let (status, peak_bytes) = wait(&child);
    Enhanced {
        status,
        said,
        took: since.elapsed(),
        peak_bytes,
    }
}

/// The exit status and the peak of resident memory, which std's `wait` does not tell.
fn wait(child: &Child) -> (Option<i32>, u64) {
    let pid = libc::pid_t::try_from(child.id()).expect("process numbers are small");
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both pointers are to our own memory, and a zeroed `rusage` is a valid one.
    // Nobody else waits for this child.
    let (waited, usage) = unsafe {
        let waited = libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr());
        (waited, usage.assume_init())
    };
    assert_eq!(waited, pid, "the program is our own child");
    let code = libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
    // Linux counts in KiB.
    (
        code,
        u64::try_from(usage.ru_maxrss).expect("memory is not negative") * 1024,
    )
}
