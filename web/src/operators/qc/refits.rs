//! `qc adopt` and `qc reset`: a refit takes effect, or ends.

use std::path::Path;

use anyhow::{Context, ensure};
use plumbline_documents::{REFIT_VERSION, RefitDocument, TABLE_VERSION, Thresholds};
use plumbline_domain::ids::RefitId;
use plumbline_domain::work::refits::{self, NewRefit, Refit};

use crate::operators::session::Session;

/// Puts a refit in the place of the one that its decisions were written under.
pub async fn adopt(session: &Session, file: &Path) -> anyhow::Result<()> {
    let document = read(file)?;
    check(&document, session)?;
    let mut scope = session.scope().await?;
    let in_force = refits::in_force(&mut scope).await?;
    if changes_nothing(&document, in_force.as_ref()) {
        println!("Nothing was changed: these thresholds are in force already.");
        return Ok(());
    }
    let instead_of = document.instead_of.map(|id| id.to_string().parse());
    let instead_of: Option<RefitId> = instead_of.transpose()?;
    let adopted = refits::adopt(&mut scope, instead_of, &to_store(&document)?).await?;
    let id = adopted.context(
        "Another refit was adopted, or the table restored, since these decisions were written. \
         Nothing was changed; write the decisions again and fit again.",
    )?;
    let _saved = scope.commit().await?;
    println!(
        "Adopted as refit {id}: photos are judged by it from now on. `qc reset` goes back to the table."
    );
    Ok(())
}

/// Withdraws the refit in force: photos are judged by the table.
pub async fn reset(session: &Session) -> anyhow::Result<()> {
    let mut scope = session.scope().await?;
    let withdrawn = match refits::in_force(&mut scope).await? {
        Some(refit) => refits::withdraw(&mut scope, refit.id).await?,
        None => false,
    };
    let _saved = scope.commit().await?;
    match withdrawn {
        true => println!("Photos are judged by table {TABLE_VERSION} again, from now on."),
        false => println!("Nothing was changed: table {TABLE_VERSION} was in force already."),
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<RefitDocument> {
    let text = match file == Path::new("-") {
        true => std::io::read_to_string(std::io::stdin()),
        false => std::fs::read_to_string(file),
    };
    let text = text.with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is not a refit document", file.display()))
}

fn check(document: &RefitDocument, session: &Session) -> anyhow::Result<()> {
    let known = document.version;
    ensure!(
        known == REFIT_VERSION,
        "This refit document is of version {known}; this program reads version {REFIT_VERSION}."
    );
    ensure!(
        document.organization == session.organization.uuid(),
        "This refit was fitted to the decisions of another organization, {}.",
        document.organization
    );
    let table = document.table_version;
    ensure!(
        table == TABLE_VERSION,
        "This refit was fitted for table {table}; photos are judged by table {TABLE_VERSION}."
    );
    ensure!(
        Thresholds::is_within_guarantee(&document.bounds),
        "This refit has thresholds beyond what table {TABLE_VERSION} allows, or for measures that it \
         does not have. Nothing was changed; fit again with `plumbline qc fit`."
    );
    Ok(())
}

fn changes_nothing(document: &RefitDocument, in_force: Option<&Refit>) -> bool {
    match in_force.map(Refit::document) {
        None => document.instead_of.is_none() && document.bounds.is_empty(),
        Some(refit) => {
            refit.table_version == document.table_version
                && refit.bounds.as_ref() == Some(&document.bounds)
        }
    }
}

fn to_store(document: &RefitDocument) -> anyhow::Result<NewRefit> {
    Ok(NewRefit {
        table_version: i32::try_from(document.table_version)?,
        bounds: serde_json::to_value(&document.bounds)?,
        decisions: i32::try_from(document.decisions)?,
        shadow: document.shadow.clone(),
    })
}
