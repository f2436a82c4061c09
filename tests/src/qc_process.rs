//! `plumbline-worker qc` as a process: what an operator types, and reads.

use std::process::Command;

use plumbline_domain::ids::OrganizationId;

use crate::database::TestDatabase;
use crate::worker_process::program;

#[derive(Debug)]
pub struct Output {
    pub status: Option<i32>,
    pub said: String,
    pub complained: String,
}

impl Output {
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.said.contains(words), "no {words:?} in {self:#?}");
        self
    }
}

/// `words` follow `qc`, `options` the organization.
pub fn qc(
    database: &TestDatabase,
    organization: OrganizationId,
    words: &str,
    options: &[&str],
) -> Output {
    let output = Command::new(program("plumbline-worker"))
        .args(["qc", words, "--organization", &organization.to_string()])
        .args(options)
        .env("PLUMBLINE_DATABASE_URL", &database.url)
        .output()
        .expect("the worker starts");
    let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
    Output {
        status: output.status.code(),
        said: text(output.stdout),
        complained: text(output.stderr),
    }
}
