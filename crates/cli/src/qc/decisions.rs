//! The decisions as a stream of lines: thousands of undecided reports are never in memory together. A
//! stream without its last line was cut off, and is refused.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines, Read, stdin};
use std::iter::Peekable;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use plumbline_documents::{
    DecidedReport, Decision, DecisionsEnd, DecisionsHeader, REFIT_VERSION, Report, Verdict,
};
use plumbline_enhance::inspect::refit::Decided;
use plumbline_enhance::inspect::shadow::Standing;

const CUT_OFF: &str =
    "The decisions were cut off. Write them again with `plumbline-web qc decisions`.";

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
            lines: Reports {
                lines,
                read: 0,
                ended: false,
            }
            .peekable(),
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
            ensure!(
                one.decision.is_none(),
                "A decision comes after reports on which nobody decided."
            );
            let standing = standing(&one);
            if let Ok(report) = serde_json::from_value::<Report>(one.report) {
                count(standing, &report);
            }
        }
        Ok(())
    }
}

/// The lines between header and end. The end is checked, and not returned.
struct Reports {
    lines: Lines<Box<dyn BufRead>>,
    read: u64,
    ended: bool,
}

impl Iterator for Reports {
    type Item = anyhow::Result<DecidedReport>;

    fn next(&mut self) -> Option<Self::Item> {
        (!self.ended)
            .then(|| self.report())
            .and_then(Result::transpose)
    }
}

impl Reports {
    /// `None`: the end.
    fn report(&mut self) -> anyhow::Result<Option<DecidedReport>> {
        let Some(line) = self.lines.next().transpose()? else {
            self.ended = true;
            bail!("{CUT_OFF}");
        };
        if let Ok(end) = serde_json::from_str::<DecisionsEnd>(&line) {
            self.ended = true;
            ensure!(end.reports == self.read, "{CUT_OFF}");
            return Ok(None);
        }
        self.read += 1;
        serde_json::from_str(&line).context("A line is no report")
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
