//! Originals of a shoot that are exposures of one view. The pipeline compares
//! them, the domain records the result, and this joins the two: a photo
//! that may be part of a bracket waits until its shoot is quiet, then leads the
//! others or goes into the one that does.

use plumbline_domain::ids::PhotoId;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots::photos::Status;
use plumbline_domain::shoots::photos::brackets::{self, Exposure, Gathering};
use plumbline_domain::work::jobs::{Claim, endings};
use plumbline_domain::work::queue::EnhancePhoto;
use plumbline_enhance::brackets::{Frame, MOST_FRAMES, group, middle};

use crate::daemon::Daemon;
use crate::failure::Failure;

/// The next step for a photo.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// It is processed, from its own original and these.
    Process(Vec<PhotoId>),
    /// Nothing more in this run: it waits, or went into another photo.
    Done,
}

/// The role of one exposure among the others.
#[derive(Debug, PartialEq, Eq)]
enum Role {
    Alone,
    Leads(Vec<PhotoId>),
    /// Its leader is in hand or in the queue, and will take it in.
    Follows,
    /// Its view was finished before it came, and before these others.
    Joins(PhotoId, Vec<PhotoId>),
}

/// Decides about a photo that may be one of several exposures.
pub async fn decide(daemon: &Daemon, job: EnhancePhoto, claim: &Claim) -> Result<Next, Failure> {
    let mut scope = job.scope(&daemon.db).await?;
    let gathering = brackets::gather(&mut scope, claim, daemon.bracket_quiet_secs).await?;
    let Gathering::Complete(exposures) = gathering else {
        return wait(daemon, scope, claim).await;
    };
    // Pictures are compared: no transaction and no other job waits for that.
    drop(scope);
    let me = claim.photo.id;
    let role = tokio::task::spawn_blocking(move || role(me, &exposures));
    let role = role.await.map_err(Failure::of_thread)?;
    let mut scope = job.scope(&daemon.db).await?;
    let (next, done) = match role {
        Role::Alone => (Next::Process(vec![]), true),
        Role::Follows => return wait(daemon, scope, claim).await,
        Role::Leads(others) => {
            let merged = brackets::merge(&mut scope, claim, &others).await?;
            (Next::Process(others), merged)
        }
        Role::Joins(leader, others) => {
            let joined = brackets::join(&mut scope, claim, leader, &others).await?;
            (Next::Done, joined)
        }
    };
    if !done {
        drop(scope);
        let scope = job.scope(&daemon.db).await?;
        return wait(daemon, scope, claim).await;
    }
    let _saved = scope.commit().await?;
    Ok(next)
}

async fn wait(daemon: &Daemon, mut scope: Scope, claim: &Claim) -> Result<Next, Failure> {
    let secs = daemon.bracket_quiet_secs.max(1);
    endings::wait(&mut scope, claim, secs).await?;
    let _saved = scope.commit().await?;
    Ok(Next::Done)
}

fn role(me: PhotoId, exposures: &[Exposure]) -> Role {
    let known: Vec<(&Exposure, Frame)> = exposures
        .iter()
        .filter_map(|exposure| Some((exposure, frame(exposure)?)))
        .collect();
    let frames: Vec<Frame> = known.iter().map(|(_, frame)| frame.clone()).collect();
    let mine = group(&frames)
        .into_iter()
        .find(|members| members.iter().any(|&at| known[at].0.id == me));
    let Some(members) = mine.filter(|members| members.len() > 1) else {
        return Role::Alone;
    };
    let is_finished =
        |exposure: &Exposure| matches!(exposure.status, Status::Passed | Status::Held);
    let mut others = members.iter().map(|&at| known[at].0);
    if let Some(leader) = others.find(|one| one.taken_in > 0 || is_finished(one)) {
        return match leader {
            full if full.taken_in + 1 >= MOST_FRAMES as i64 => Role::Alone,
            leader if is_finished(leader) => {
                let late = members.iter().map(|&at| known[at].0);
                let late = late.filter(|one| one.id != me && one.id != leader.id);
                let late = late.filter(|one| one.taken_in == 0 && !is_finished(one));
                let room = MOST_FRAMES.saturating_sub(leader.taken_in as usize + 2);
                Role::Joins(leader.id, late.take(room).map(|one| one.id).collect())
            }
            _ => Role::Follows,
        };
    }
    if known[middle(&frames, &members)].0.id != me {
        return Role::Follows;
    }
    let others = members.iter().map(|&at| known[at].0.id);
    Role::Leads(others.filter(|&id| id != me).collect())
}

/// `None`: a document of an older version.
fn frame(exposure: &Exposure) -> Option<Frame> {
    let frame: Frame = serde_json::from_str(&exposure.frame).ok()?;
    Some(Frame {
        name: exposure.name.clone(),
        ..frame
    })
}
