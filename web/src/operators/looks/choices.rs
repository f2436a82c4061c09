//! `looks list`, `looks use`, `looks remove`: the looks there are, and who is finished in which.

use anyhow::{Context, bail, ensure};
use plumbline_domain::ids::ShootId;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use plumbline_domain::shoots::personal_looks::choices::{self, LookChoice, Uses};
use plumbline_domain::shoots::personal_looks::{self, PersonalLook, Removal};

use crate::operators::looks::names::{Version, Wanted};
use crate::operators::session::Session;

/// Prints the house look and every version, each with who is finished in it.
pub async fn print(session: &Session) -> anyhow::Result<()> {
    let mut scope = session.scope().await?;
    println!("{}", session.name());
    let house = match choices::of_organization(&mut scope).await? {
        None => format!("house: {}", ORGANIZATIONS),
        Some(_) => "house".to_owned(),
    };
    println!("  {house}");
    for look in personal_looks::all(&mut scope).await? {
        let uses = choices::uses(&mut scope, look.id).await?;
        println!("  {}", line(&look, &uses));
    }
    Ok(())
}

/// Photos that are enhanced from now on are finished in a look.
pub async fn choose(
    session: &Session,
    shoot: Option<ShootId>,
    wanted: &Wanted,
) -> anyhow::Result<()> {
    let mut scope = session.scope().await?;
    let (choice, said) = resolved(&mut scope, wanted).await?;
    let whose = match shoot {
        Some(shoot) => choose_for_shoot(&mut scope, shoot, choice).await?,
        None => choose_for_organization(session, &mut scope, choice).await?,
    };
    let _saved = scope.commit().await?;
    println!("Photos of {whose} are finished in {said} from now on.");
    Ok(())
}

/// Refused while somebody uses it: photos never change their look unasked.
pub async fn remove(session: &Session, version: &Version) -> anyhow::Result<()> {
    let mut scope = session.scope().await?;
    let look = personal_looks::named(&mut scope, &version.name, Some(version.version)).await?;
    let look = look.with_context(|| unknown(&version.to_string()))?;
    match personal_looks::remove(&mut scope, look.id).await? {
        Removal::Removed => {}
        Removal::Missing => bail!(unknown(&version.to_string())),
        Removal::InUse(uses) => bail!(
            "{version} is in use ({}). Choose another look there first.",
            describe(&uses)
        ),
    }
    let _saved = scope.commit().await?;
    println!("{version} was removed. Photos that were finished in it keep their record of it.");
    Ok(())
}

const ORGANIZATIONS: &str = "the organization's";

/// The choice, and words for it.
async fn resolved(scope: &mut Scope, wanted: &Wanted) -> anyhow::Result<(LookChoice, String)> {
    let (name, version) = match wanted {
        Wanted::House => return Ok((LookChoice::House, "the house look".to_owned())),
        Wanted::Organization => {
            return Ok((
                LookChoice::Organization,
                "the organization's look".to_owned(),
            ));
        }
        Wanted::Newest(name) => (name, None),
        Wanted::Certain(certain) => (&certain.name, Some(certain.version)),
    };
    let look = personal_looks::named(scope, name, version).await?;
    let look = look.with_context(|| match wanted {
        Wanted::Certain(certain) => unknown(&certain.to_string()),
        _ => unknown(name),
    })?;
    let said = format!("{}@{}", look.name, look.version);
    Ok((LookChoice::Personal(look.id), said))
}

async fn choose_for_shoot(
    scope: &mut Scope,
    id: ShootId,
    choice: LookChoice,
) -> anyhow::Result<String> {
    let missing = || format!("There is no shoot {id} in this organization.");
    let shoot = shoots::find(scope, id).await?.with_context(missing)?;
    let chosen = choices::choose_for_shoot(scope, id, choice).await?;
    ensure!(chosen, "This look was removed just now.");
    Ok(format!("the shoot “{}”", shoot.name))
}

async fn choose_for_organization(
    session: &Session,
    scope: &mut Scope,
    choice: LookChoice,
) -> anyhow::Result<String> {
    let look = match choice {
        LookChoice::House => None,
        LookChoice::Personal(look) => Some(look),
        LookChoice::Organization => {
            bail!("`organization` is a choice of a shoot: name one with --shoot.")
        }
    };
    let chosen = choices::choose_for_organization(scope, look).await?;
    ensure!(chosen, "This look was removed just now.");
    let name = session.name();
    Ok(format!(
        "{name}, but for shoots with a choice of their own,"
    ))
}

fn unknown(look: &str) -> String {
    format!(
        "There is no look {look} in this organization. `looks list` prints those that there are."
    )
}

/// `Warm kitchen@2, 153 kB, 2027-05-02: the organization's, “12 Harbour Street”: 3.1 under 40 pairs`
fn line(look: &PersonalLook, uses: &Uses) -> String {
    let (name, version, date) = (&look.name, look.version, look.created_at.date());
    let kilobytes = (look.size_bytes + 500) / 1000;
    let mut line = format!("{name}@{version}, {kilobytes} kB, {date}");
    let used = describe(uses);
    for part in [&used, &look.note] {
        if !part.is_empty() {
            line = format!("{line}: {part}");
        }
    }
    line
}

fn describe(uses: &Uses) -> String {
    let organization = uses.by_organization.then(|| ORGANIZATIONS.to_owned());
    let shoots = uses.shoots.iter().map(|name| format!("“{name}”"));
    let all: Vec<String> = organization.into_iter().chain(shoots).collect();
    all.join(", ")
}
