//! The decisions as a stream of lines: thousands of undecided reports are never in memory together.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines, Read, stdin};
use std::iter::Peekable;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use plumbline_documents::{
    DecidedReport, Decision, DecisionsHeader, REFIT_VERSION, Report, Standing, Verdict,
};
use plumbline_enhance::inspect::refit::Decided;

/// Opened, the header is read; the decided reports come first.
pub struct Decisions {
    pub header: DecisionsHeader,
    lines: Peekable<Reports>,
}

impl Decisions {
    /// `-` is standard input.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            return Self::read(stdin().lock());
        }
        let file = File::open(path);
        Self::read(file.with_context(|| format!("{} cannot be read", path.display()))?)
    }

    pub fn read(input: impl Read + 'static) -> anyhow::Result<Self> {
        let input: Box<dyn BufRead> = Box::new(BufReader::new(input));
        let mut lines = input.lines();
        let header = lines.next().context("The decisions are empty")??;
        let header: DecisionsHeader =
            serde_json::from_str(&header).context("The first line is no header of decisions")?;
        let version = header.version;
        ensure!(
            version == REFIT_VERSION,
            "These decisions are of version {version}; this program reads version {REFIT_VERSION}."
        );
        Ok(Self {
            header,
            lines: Reports(lines).peekable(),
        })
    }

    /// Returns the decided reports, and how many of them cannot be read.
    pub fn decided(&mut self) -> anyhow::Result<(Vec<Decided>, usize)> {
        let (mut decided, mut unreadable) = (Vec::new(), 0);
        let is_undecided = |line: &anyhow::Result<DecidedReport>| {
            line.as_ref().is_ok_and(|one| one.decision.is_none())
        };
        while let Some(line) = self.lines.next_if(|line| !is_undecided(line)) {
            match readable(line?) {
                Some(one) => decided.push(one),
                None => unreadable += 1,
            }
        }
        Ok((decided, unreadable))
    }

    /// Calls `count` with every undecided report that can be read.
    pub fn each_undecided(
        &mut self,
        mut count: impl FnMut(Standing, &Report),
    ) -> anyhow::Result<()> {
        for line in &mut self.lines {
            let one = line?;
            if one.decision.is_some() {
                bail!("A decision comes after reports on which nobody decided.");
            }
            let standing = standing(&one);
            if let Ok(report) = serde_json::from_value::<Report>(one.report) {
                count(standing, &report);
            }
        }
        Ok(())
    }
}

struct Reports(Lines<Box<dyn BufRead>>);

impl Iterator for Reports {
    type Item = anyhow::Result<DecidedReport>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.0.next()?;
        let read = |line: String| serde_json::from_str(&line).context("A line is no report");
        Some(line.map_err(anyhow::Error::from).and_then(read))
    }
}

fn readable(one: DecidedReport) -> Option<Decided> {
    Some(Decided {
        photo: one.photo.to_string(),
        approved: one.decision == Some(Decision::Approved),
        report: serde_json::from_value(one.report).ok()?,
    })
}

fn standing(one: &DecidedReport) -> Standing {
    match (one.verdict, one.waits) {
        (Verdict::Passed, _) => Standing::Passed,
        (Verdict::Held, true) => Standing::Waiting,
        (Verdict::Held, false) => Standing::Past,
    }
}
