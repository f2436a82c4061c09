//! `models pull`: from a source into a download.

use std::io::{IsTerminal, Read};

use anyhow::{Context, bail};
use plumbline_models::manifest::Weight;
use plumbline_models::weight_store::{Proof, WeightStore};

use super::download::Download;
use super::megabytes;
use super::source::{self, Source};

/// One after the other; what fails does not keep the others from coming.
pub fn run(store: &WeightStore, weights: &[&Weight], mirror: Option<&str>) -> anyhow::Result<()> {
    let mut failed = 0;
    for weight in weights {
        match one(store, weight, mirror) {
            Ok(sentence) => println!("{}: {sentence}", weight.id),
            Err(error) => {
                eprintln!("{}: {error:#}", weight.id);
                failed += 1;
            }
        }
    }
    if failed > 0 {
        bail!("{failed} of {} could not be fetched.", weights.len());
    }
    Ok(())
}

fn one(store: &WeightStore, weight: &Weight, mirror: Option<&str>) -> anyhow::Result<&'static str> {
    match store.verify(weight) {
        Ok(Proof::Good) => return Ok("installed already"),
        Ok(Proof::NeverRecorded { .. }) => return Ok("put here by hand, left as it is"),
        _ => {}
    }
    let mut download = Download::open(store, weight)?;
    if download.is_whole() {
        return download.finish(None).map(|()| "installed");
    }
    let sources = source::of(weight, mirror)?;
    let (last, others) = sources.split_last().context("it has no source")?;
    for source in others {
        match fetch(download, weight, source) {
            Ok(()) => return Ok("installed"),
            Err(error) => eprintln!("{}: {error:#}", weight.id),
        }
        download = Download::open(store, weight)?;
    }
    fetch(download, weight, last).map(|()| "installed")
}

fn fetch(mut download: Download, weight: &Weight, source: &Source) -> anyhow::Result<()> {
    let mut stream = source.open(&download.downloaded())?;
    download.begin(&stream)?;
    let mut progress = Progress::of(&weight.id, stream.whole.or(weight.bytes));
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let read = stream.bytes.read(&mut buffer);
        let stopped = || format!("{source} stopped; pull again to go on from there");
        match read.with_context(stopped)? {
            0 => break,
            count => download
                .write(&buffer[..count])
                .with_context(|| source.to_string())?,
        }
        progress.print(download.bytes());
    }
    progress.end();
    download
        .finish(stream.whole)
        .with_context(|| source.to_string())
}

/// A line that counts up at a terminal; where nobody watches, one at the end.
struct Progress<'a> {
    id: &'a str,
    whole: Option<u64>,
    reported: u64,
    live: bool,
}

impl<'a> Progress<'a> {
    fn of(id: &'a str, whole: Option<u64>) -> Self {
        Self {
            id,
            whole,
            reported: 0,
            live: std::io::stderr().is_terminal(),
        }
    }

    /// At every megabyte.
    fn print(&mut self, bytes: u64) {
        let before = std::mem::replace(&mut self.reported, bytes);
        if self.live && bytes >> 20 != before >> 20 {
            eprint!("\r{}", self.line());
        }
    }

    fn end(&self) {
        let start = if self.live { "\r" } else { "" };
        eprintln!("{start}{}", self.line());
    }

    fn line(&self) -> String {
        let so_far = megabytes(self.reported);
        match self.whole {
            Some(whole) => {
                let percent = self.reported * 100 / whole.max(1);
                format!("{}: {so_far} of {}, {percent} %", self.id, megabytes(whole))
            }
            None => format!("{}: {so_far}", self.id),
        }
    }
}
