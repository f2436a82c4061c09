//! The programs' `qc` and `looks` commands as processes, with what an operator types and reads.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use plumbline_domain::ids::OrganizationId;

use crate::app::App;
use crate::database::TestDatabase;
use crate::worker_process::program;

#[derive(Debug)]
pub struct Said {
    pub status: Option<i32>,
    pub said: String,
    pub complained: String,
}

impl Said {
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.said.contains(words), "no {words:?} in {self:#?}");
        self
    }
}

impl Said {
    /// The same, with exit status 0.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.status, Some(0), "{self:#?}");
        self
    }

    /// Asserts that the command refused, with these words.
    #[track_caller]
    pub fn refused(&self, words: &str) {
        assert_eq!(self.status, Some(2), "{self:#?}");
        let complained = &self.complained;
        assert!(complained.contains(words), "no {words:?} in {self:#?}");
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
        Self {
            status: output.status.code(),
            said: text(output.stdout),
            complained: text(output.stderr),
        }
    }
}

/// `plumbline qc fit` of a file of decisions.
pub fn qc_fit(decisions: &Path, options: &[&str]) -> Said {
    let output = Command::new(program("plumbline"))
        .args(["qc", "fit"])
        .arg(decisions)
        .args(options)
        .output()
        .expect("the program starts");
    output.into()
}

/// `plumbline-web qc`: `words` follow `qc`, `input` is its standard input.
pub fn operator_qc(
    database: &TestDatabase,
    organization: OrganizationId,
    words: &str,
    input: &str,
) -> Said {
    let storage = OsStr::new("unused");
    let words = ["qc", words, "--organization", &organization.to_string()];
    operator(database, storage, &words, input)
}

/// `plumbline-web looks`: the command, for an organization, with the rest of its words.
pub fn operator_looks(app: &App, organization: &str, command: &str, words: &[&str]) -> Said {
    let begin = ["looks", command, "--organization", organization];
    let words = [&begin, words].concat();
    operator(&app.database, app.blobs().as_os_str(), &words, "")
}

fn operator(database: &TestDatabase, storage: &OsStr, words: &[&str], input: &str) -> Said {
    let mut process = Command::new(program("plumbline-web"))
        .args(words)
        .env("PLUMBLINE_DATABASE_URL", &database.web.url)
        .env("PLUMBLINE_STORAGE", storage)
        .env("PLUMBLINE_LOG", "warn")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the site's program starts");
    let mut pipe = process.stdin.take().expect("it was asked for");
    // A command that reads nothing may have ended already.
    let _ = pipe.write_all(input.as_bytes());
    drop(pipe);
    let output = process.wait_with_output().expect("it ends");
    output.into()
}
