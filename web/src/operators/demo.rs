//! A demo to look at: an organization, a shoot, and a link that signs in once.
//! Made again, it finds what is there.

use std::path::Path;

use anyhow::Context;
use bytes::Bytes;
use futures::stream;
use plumbline_documents::Look;
use plumbline_domain::ids::ShootId;
use plumbline_domain::people::accounts::{self, Membership, NewAccount};
use plumbline_domain::people::members::Member;
use plumbline_domain::people::passwords::Turn;
use plumbline_domain::people::{sessions, sign_in_links};
use plumbline_domain::shoots;

use crate::http::state::State;
use crate::http::urls;
use crate::uploads::intake;

const EMAIL: &str = "demo@plumbline.example";
const SHOOT: &str = "12 Harbour Street (demo)";

/// The link. `photos`: a folder whose files go into the shoot, those it takes.
pub async fn create(state: &State, photos: Option<&Path>) -> anyhow::Result<String> {
    let membership = demo_membership(state).await?;
    let member = member(state, membership).await?;
    let shoot = demo_shoot(state, &member).await?;
    if let Some(folder) = photos {
        add_photos(state, &member, shoot, folder).await?;
    }
    let token = sign_in_links::create(&state.db, membership).await?;
    Ok(state.config.link(&urls::sign_in_link(&token)))
}

async fn demo_membership(state: &State) -> anyhow::Result<Membership> {
    if let Some(membership) = accounts::find_by_email(&state.db, EMAIL).await? {
        return Ok(membership);
    }
    let new = NewAccount {
        name: "Demo photographer".into(),
        organization: "Harbour Street Studio".into(),
        email: EMAIL.into(),
        // Nobody knows it: the demo is entered by its link.
        password: hex::encode(rand::random::<[u8; 32]>()),
    };
    Ok(accounts::sign_up(&state.db, Turn::alone(), new).await?)
}

/// Signs in like anybody else, for as long as it takes to look.
async fn member(state: &State, membership: Membership) -> anyhow::Result<Member> {
    let token = sessions::create(&state.db, membership).await?;
    let member = sessions::find(&state.db, &token).await?;
    sessions::end(&state.db, &token).await?;
    member.context("the demo's session was just made")
}

async fn demo_shoot(state: &State, member: &Member) -> anyhow::Result<ShootId> {
    let mut scope = member.scope(&state.db).await?;
    if let Some(shoot) = shoots::find_by_name(&mut scope, SHOOT).await? {
        return Ok(shoot.id);
    }
    let shoot = shoots::create(&mut scope, member, SHOOT, Look::default()).await?;
    scope.commit().await?;
    Ok(shoot)
}

async fn add_photos(
    state: &State,
    member: &Member,
    shoot: ShootId,
    folder: &Path,
) -> anyhow::Result<()> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let bytes = Bytes::from(tokio::fs::read(&path).await?);
        let pieces = stream::iter([Ok(bytes)]);
        match intake::take(state, member, shoot, intake::plain_name(&name), pieces).await {
            Ok(_) => {}
            Err(refused) => tracing::warn!("{name}: {refused}"),
        }
    }
    Ok(())
}
