//! `qc faults`: the share of injected faults that is held. `qc fit`: thresholds fitted to the review
//! decisions of one organization. The decisions come from `plumbline-web qc decisions`, and
//! `plumbline-web qc adopt` puts the refit in force.

mod decisions;
mod faults;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use plumbline_documents::{DecisionsHeader, REFIT_VERSION, RefitDocument};
use plumbline_enhance::inspect::refit;
use plumbline_enhance::inspect::shadow::{Change, Shadow};
use plumbline_pipeline::qc_policy::QcPolicy;

use crate::files::{keep, write_beside};
use crate::qc::decisions::Decisions;

/// Nothing was written.
const REFUSED: u8 = 2;

/// Exit status: 0 done, 2 refused with a sentence, and nothing is written.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints the thresholds that review decisions ask for, and what they would have changed.
    Fit(Args),
    /// Does wanted looks and damages to photos, and prints what share of each quality control holds.
    Faults(faults::Args),
}

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Decisions, as `plumbline-web qc decisions` writes them; `-` reads standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    decisions: PathBuf,
    /// File for the refit, for `plumbline-web qc adopt`; `-` writes it to standard output, and
    /// everything else to standard error.
    #[arg(long, value_name = "FILE")]
    refit: Option<PathBuf>,
    /// File for the changes, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub fn run(command: &Command) -> ExitCode {
    let done = match command {
        Command::Fit(args) => fit(args),
        Command::Faults(args) => faults::faults(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

fn fit(args: &Args) -> anyhow::Result<()> {
    let proposal = Proposal::make(Decisions::open(&args.decisions)?)?;
    if let Some(path) = &args.json {
        write(path, &serde_json::to_vec_pretty(&proposal.shadow)?)?;
    }
    let text = proposal.text(args.refit.as_deref())?;
    match &args.refit {
        None => print!("{text}"),
        Some(path) => {
            let document = serde_json::to_vec_pretty(&proposal.document()?)?;
            if is_stdout(path) {
                eprint!("{text}");
                println!("{}", String::from_utf8_lossy(&document));
            } else {
                write(path, &document)?;
                print!("{text}");
            }
        }
    }
    Ok(())
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn write(path: &Path, text: &[u8]) -> anyhow::Result<()> {
    keep(write_beside(path, text)?, path)
}

/// Fitted thresholds, compared with those in force.
struct Proposal {
    header: DecisionsHeader,
    change: Change,
    shadow: Shadow,
}

impl Proposal {
    fn make(mut decisions: Decisions) -> anyhow::Result<Self> {
        let (decided, unreadable) = decisions.decided()?;
        let in_force = decisions.header.in_force.as_ref();
        let before = in_force.and_then(QcPolicy::of).unwrap_or_default();
        let before = before.thresholds;
        let after = refit::fit(&decided, &before);
        let change = Change { before, after };
        let mut shadow = Shadow::of(&change, &decided);
        shadow.not_counted += unreadable;
        decisions.each_undecided(|standing, report| shadow.also(&change, standing, report))?;
        Ok(Self {
            header: decisions.header,
            change,
            shadow,
        })
    }

    fn text(&self, refit: Option<&Path>) -> anyhow::Result<String> {
        let mut text = String::new();
        writeln!(text, "{}", self.header.organization_name)?;
        let in_force = self.header.in_force.as_ref();
        if let Some(other) = in_force.filter(|refit| QcPolicy::of(refit).is_none()) {
            writeln!(text, "{}", other.ignored())?;
        }
        writeln!(text, "{}", self.shadow)?;
        writeln!(text, "{}", self.conclusion(refit))?;
        Ok(text)
    }

    fn conclusion(&self, refit: Option<&Path>) -> String {
        match refit {
            _ if self.change.before == self.change.after => {
                "Nothing was changed: there is nothing to adopt.".to_owned()
            }
            None => "Nothing was changed. Run again with --refit FILE, and `plumbline-web qc adopt` judges photos by these thresholds from then on.".to_owned(),
            Some(_) => "Nothing was changed yet: `plumbline-web qc adopt` judges photos by this refit from then on.".to_owned(),
        }
    }

    fn document(&self) -> anyhow::Result<RefitDocument> {
        Ok(RefitDocument {
            version: REFIT_VERSION,
            organization: self.header.organization,
            table_version: self.shadow.version,
            instead_of: self.header.in_force.as_ref().map(|refit| refit.id),
            bounds: self.change.after.moved(),
            decisions: u32::try_from(self.shadow.decisions())?,
            shadow: serde_json::to_value(&self.shadow)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use plumbline_documents::{
        DecidedReport, Decision, Gate, Report, TABLE_VERSION, Thresholds, Verdict,
    };
    use uuid::Uuid;

    use super::*;

    fn line(decision: Option<Decision>, noise: f64) -> String {
        let measures = vec![Thresholds::default().measure(Gate::Noise, noise)];
        let report = Report::new(TABLE_VERSION, measures);
        let line = DecidedReport {
            attempt: Uuid::nil(),
            photo: Uuid::nil(),
            verdict: Verdict::Held,
            decision,
            waits: decision.is_none(),
            report: serde_json::to_value(&report).unwrap(),
        };
        serde_json::to_string(&line).unwrap()
    }

    fn header() -> String {
        let header = DecisionsHeader {
            version: REFIT_VERSION,
            organization: Uuid::nil(),
            organization_name: "Anna's studio".to_owned(),
            in_force: None,
        };
        serde_json::to_string(&header).unwrap()
    }

    fn decisions(lines: Vec<String>) -> anyhow::Result<Proposal> {
        let end = format!("{{\"reports\":{}}}", lines.len());
        read(&[vec![header()], lines, vec![end]].concat())
    }

    fn read(lines: &[String]) -> anyhow::Result<Proposal> {
        Proposal::make(Decisions::read(Cursor::new(lines.join("\n")))?)
    }

    #[test]
    fn decisions_that_were_cut_off_anywhere_are_refused() {
        let mut lines = vec![header()];
        lines.extend(vec![line(Some(Decision::Approved), 1.0); 8]);
        lines.push(line(None, 0.95));
        for length in 1..=lines.len() {
            let error = read(&lines[..length]).map(drop).unwrap_err();
            assert!(error.to_string().contains("cut off"), "{length}: {error}");
        }
        lines.remove(3);
        lines.push("{\"reports\":9}".to_owned());
        assert!(read(&lines).is_err(), "one in the middle is missing");
    }

    #[test]
    fn a_report_that_is_not_understood_is_not_counted() {
        let good = line(Some(Decision::Approved), 1.0);
        let odd = good.replace("\"verdict\":\"failed\"", "\"verdict\":\"not sure\"");
        assert_ne!(good, odd);
        let proposal = decisions(vec![odd; 8]).unwrap();
        assert_eq!(
            (proposal.shadow.decisions(), proposal.shadow.not_counted),
            (0, 8)
        );
    }

    #[test]
    fn eight_approvals_are_a_refit_and_waiting_photos_are_counted() {
        let mut lines = vec![line(Some(Decision::Approved), 1.0); 8];
        lines.push(line(None, 0.95));
        let proposal = decisions(lines).unwrap();
        let text = proposal.text(None).unwrap();
        assert!(text.starts_with("Anna's studio\n"), "{text}");
        let waiting = "photos that wait for a decision         0 -> 1     of 1";
        assert!(text.contains(waiting), "{text}");
        let document = proposal.document().unwrap();
        assert_eq!((document.decisions, document.bounds["noise"]), (8, 1.0));
    }

    #[test]
    fn a_document_of_another_version_or_an_unreadable_line_is_refused() {
        let later = header().replace("\"version\":1", "\"version\":2");
        for text in [later, "{}".to_owned(), format!("{}\nnonsense", header())] {
            let read = Decisions::read(Cursor::new(text.clone()));
            assert!(read.and_then(Proposal::make).is_err(), "{text}");
        }
    }

    #[test]
    fn decisions_after_the_undecided_reports_are_refused() {
        let lines = vec![line(None, 1.0), line(Some(Decision::Approved), 1.0)];
        assert!(decisions(lines).is_err());
    }
}
