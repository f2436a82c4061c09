//! The first half of a run: originals in, a measured picture out, with what was
//! seen kept beside the photo. Here a photo finds its other exposures.

use plumbline_domain::ids::PhotoId;
use plumbline_domain::shoots::photos::{
    brackets,
    measurements::{self, Measurements},
};
use plumbline_enhance::brackets::Frame;
use serde_json::Value;

use crate::develop::{Seen, look, look_at_bracket};
use crate::exposures::{self, Turn};
use crate::failure::Failure;
use crate::workplace::Workplace;

/// Where the photo itself stands among its exposures when they are merged.
const LEADER: usize = 0;

/// `None`: it waits for its other exposures, or went into one of them.
pub async fn see(place: &Workplace<'_>) -> Result<Option<Seen>, Failure> {
    let mut scope = place.scope().await?;
    let state = brackets::state(&mut scope, place.claim).await;
    drop(scope);
    let state = state.map_err(Failure::trouble)?;
    if !state.members.is_empty() {
        let members: Vec<PhotoId> = state.members.iter().map(|member| member.id).collect();
        return together(place, &members).await.map(Some);
    }
    if state.solo {
        return alone(place).await.map(Some);
    }
    match known(state.frame) {
        Some(frame) => find_others(place, &frame, None).await,
        None => {
            let seen = alone(place).await?;
            match seen.frame.clone() {
                Some(frame) => find_others(place, &frame, Some(seen)).await,
                None => Ok(Some(seen)),
            }
        }
    }
}

/// What an earlier run saw; a document of an older version is looked at anew.
fn known(frame: Option<Value>) -> Option<Frame> {
    frame.and_then(|document| serde_json::from_value(document).ok())
}

async fn find_others(
    place: &Workplace<'_>,
    frame: &Frame,
    seen: Option<Seen>,
) -> Result<Option<Seen>, Failure> {
    let others = if frame.may_be_bracketed() {
        match exposures::turn(place.kitchen, place.order, place.claim).await? {
            Turn::Over => return Ok(None),
            Turn::Cook(others) => others,
        }
    } else {
        vec![]
    };
    match seen {
        seen if !others.is_empty() => {
            // Decoded again beside the others: two of them in memory would be one too many.
            drop(seen);
            together(place, &others).await.map(Some)
        }
        Some(seen) => Ok(Some(seen)),
        None => alone(place).await.map(Some),
    }
}

async fn alone(place: &Workplace<'_>) -> Result<Seen, Failure> {
    let bytes = place.original(place.claim.photo.id).await?;
    let seen = place.work(move |go_on| look(bytes, go_on)).await?;
    note(place, &seen).await?;
    Ok(seen)
}

async fn together(place: &Workplace<'_>, others: &[PhotoId]) -> Result<Seen, Failure> {
    let mut exposures = vec![place.original(place.claim.photo.id).await?];
    for &other in others {
        exposures.push(place.original(other).await?);
    }
    let seen = place
        .work(move |go_on| look_at_bracket(exposures, go_on))
        .await?;
    if seen.left_out.contains(&LEADER) {
        drop(seen);
        ungroup(place, others).await?;
        return alone(place).await;
    }
    note(place, &seen).await?;
    let strangers: Vec<PhotoId> = seen.left_out.iter().map(|at| others[at - 1]).collect();
    if !strangers.is_empty() {
        ungroup(place, &strangers).await?;
    }
    Ok(seen)
}

/// What does not lie on the others is a view of its own, and a photo of its own.
async fn ungroup(place: &Workplace<'_>, strangers: &[PhotoId]) -> Result<(), Failure> {
    let mut scope = place.scope().await?;
    let gone = brackets::ungroup(&mut scope, place.claim, strangers).await;
    if !gone.map_err(Failure::trouble)? {
        return Err(Failure::Stopped);
    }
    let saved = scope.commit().await;
    saved.map_err(Failure::trouble)?;
    Ok(())
}

async fn note(place: &Workplace<'_>, seen: &Seen) -> Result<(), Failure> {
    let frame = seen.frame.as_ref().map(serde_json::to_value).transpose();
    let frame = frame.map_err(Failure::trouble)?;
    let measured = serde_json::to_value(&seen.measured).map_err(Failure::trouble)?;
    let measurements = Measurements {
        frame: frame.as_ref(),
        measured: &measured,
    };
    let mut scope = place.scope().await?;
    let noted = measurements::put(&mut scope, place.claim, &measurements).await;
    if !noted.map_err(Failure::trouble)? {
        return Err(Failure::Stopped);
    }
    let saved = scope.commit().await;
    saved.map_err(Failure::trouble)?;
    Ok(())
}
