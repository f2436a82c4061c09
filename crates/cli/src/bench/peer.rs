//! Another program that does the same steps: found, run and read.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::bench::stages::Run;

/// A script and the Python that has its modules.
pub struct Peer {
    python: PathBuf,
    script: PathBuf,
    /// Options of every call.
    options: Vec<String>,
}

impl Peer {
    /// `None`, and a line that says why, where it cannot run.
    pub fn find(python: &Path, folder: &Path, script: &str, options: &[&str]) -> Option<Self> {
        let peer = Self {
            python: python.to_owned(),
            script: folder.join(script),
            options: options.iter().map(|&option| option.to_owned()).collect(),
        };
        let probe = peer.command().arg("--probe").output();
        let answer = match &probe {
            Err(error) => error.to_string(),
            Ok(output) if output.status.success() => return Some(peer),
            Ok(output) => {
                let (out, err) = (&output.stdout, &output.stderr);
                let text = [&out[..], &err[..]].concat();
                String::from_utf8_lossy(&text).trim().to_owned()
            }
        };
        let last = answer.lines().last().unwrap_or_default();
        println!("{script} {} skipped: {last}", options.join(" "));
        None
    }

    pub fn run(&self, pictures: &[PathBuf], threads: usize) -> anyhow::Result<Run> {
        let mut command = self.command();
        command
            .args(pictures)
            .args(["--threads", &threads.to_string()]);
        self.read(command)
    }

    /// Measures of two pictures.
    pub fn pair(&self, [before, after]: &[PathBuf; 2]) -> anyhow::Result<Run> {
        let mut command = self.command();
        command.arg("--pair").args([before, after]);
        self.read(command)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        // Nothing is left beside the scripts.
        command.arg("-B").arg(&self.script).args(&self.options);
        command
    }

    fn read(&self, mut command: Command) -> anyhow::Result<Run> {
        let output = command.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            bail!("{} failed", self.script.display());
        }
        Run::read(&output.stdout)
            .with_context(|| format!("{} printed no figures", self.script.display()))
    }
}
