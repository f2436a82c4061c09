//! `qc fit`: what the decisions ask for, and what it would have changed.

use std::fmt::Write;
use std::path::Path;

use anyhow::bail;
use plumbline_documents::{Decision, Report, Standing, Verdict};
use plumbline_domain::scope::Scope;
use plumbline_domain::work::attempts;
use plumbline_domain::work::attempts::Undecided;
use plumbline_domain::work::refits::{self, NewRefit, Refit};
use plumbline_domain::work::reviews;
use plumbline_enhance::inspect::refit::{self, Decided};
use plumbline_enhance::inspect::shadow::{Change, Shadow};

use crate::files::{keep, write_beside};
use crate::qc::{Desk, Fit};
use crate::standard::{Standard, ignored};

/// Reports read at a time, of some kilobytes each.
const PAGE: i64 = 500;

/// What is proposed, and what it was compared with.
struct Proposal {
    in_force: Option<Refit>,
    change: Change,
    shadow: Shadow,
}

/// What to tell.
pub async fn run(desk: &Desk, order: &Fit) -> anyhow::Result<String> {
    let proposal = Proposal::make(&mut desk.scope().await?).await?;
    if let Some(path) = &order.json {
        write_json(path, &proposal.shadow)?;
    }
    let mut said = String::new();
    writeln!(said, "{}", desk.whose())?;
    if let Some(refit) = proposal.in_force.as_ref().filter(|one| is_ignored(one)) {
        writeln!(said, "{}", ignored(refit))?;
    }
    writeln!(said, "{}", proposal.shadow)?;
    writeln!(said, "{}", proposal.conclude(desk, order.adopt).await?)?;
    Ok(said)
}

impl Proposal {
    async fn make(scope: &mut Scope) -> anyhow::Result<Self> {
        let in_force = refits::in_force(scope).await?;
        let (decided, unreadable) = decided(scope).await?;
        let before = Standard::of(in_force.as_ref()).thresholds;
        let after = refit::fit(&decided, &before);
        let change = Change { before, after };
        let mut shadow = Shadow::of(&change, &decided);
        shadow.not_counted += unreadable;
        count_undecided(scope, &change, &mut shadow).await?;
        Ok(Self {
            in_force,
            change,
            shadow,
        })
    }

    /// Adopts it where that was asked for.
    async fn conclude(&self, desk: &Desk, adopt: bool) -> anyhow::Result<String> {
        if self.change.before == self.change.after {
            return Ok("Nothing was changed: there is nothing to adopt.".to_owned());
        }
        if !adopt {
            return Ok("Nothing was changed. Run again with --adopt to judge photos by these thresholds from now on.".to_owned());
        }
        let mut scope = desk.scope().await?;
        let instead_of = self.in_force.as_ref().map(|refit| refit.id);
        let adopted = refits::adopt(&mut scope, instead_of, &self.to_store()?).await?;
        let Some(id) = adopted else {
            bail!(
                "Somebody else changed the thresholds just now. Nothing was changed; run again to see what is true now."
            );
        };
        let _saved = scope.commit().await?;
        Ok(format!(
            "Adopted as refit {id}: photos are judged by it from now on. `qc reset` goes back to the table."
        ))
    }

    fn to_store(&self) -> anyhow::Result<NewRefit> {
        Ok(NewRefit {
            table_version: i32::try_from(self.shadow.version)?,
            bounds: serde_json::to_value(self.change.after.moved())?,
            decisions: i32::try_from(self.shadow.decisions())?,
            shadow: serde_json::to_value(&self.shadow)?,
        })
    }
}

/// The decisions in force, and how many reports of them cannot be read.
async fn decided(scope: &mut Scope) -> anyhow::Result<(Vec<Decided>, usize)> {
    let stored = reviews::decided(scope).await?;
    let all = stored.len();
    let read = |one: reviews::Decided| {
        Some(Decided {
            photo: one.photo.to_string(),
            approved: one.decision == Decision::Approved,
            report: serde_json::from_value(one.report).ok()?,
        })
    };
    let decided: Vec<Decided> = stored.into_iter().filter_map(read).collect();
    let unreadable = all - decided.len();
    Ok((decided, unreadable))
}

async fn count_undecided(
    scope: &mut Scope,
    change: &Change,
    shadow: &mut Shadow,
) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = attempts::undecided(scope, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for one in page {
            let standing = standing(&one);
            if let Ok(report) = serde_json::from_value::<Report>(one.report) {
                shadow.also(change, standing, &report);
            }
        }
    }
}

fn standing(one: &Undecided) -> Standing {
    match (one.verdict, one.waits) {
        (Verdict::Passed, _) => Standing::Passed,
        (Verdict::Held, true) => Standing::Waiting,
        (Verdict::Held, false) => Standing::Past,
    }
}

fn is_ignored(refit: &Refit) -> bool {
    Standard::of(Some(refit)).refit.is_none()
}

fn write_json(path: &Path, shadow: &Shadow) -> anyhow::Result<()> {
    let text = serde_json::to_vec_pretty(shadow)?;
    keep(write_beside(path, &text)?, path)
}
