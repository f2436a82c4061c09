//! Brackets as hands and cameras make them: the reported cases, and sets that a made-up camera takes
//! of finished photos, of which it is known what the merge should be. No constant was chosen on the
//! photos of the made sets, and their limits are those that the reported cases state.
//!
//! The photos lie beside the repository in `../shared/photos`. Where they are absent, a story is
//! reported as skipped.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod balances;
mod camera;
mod compared;
mod flags;
mod flashes;
mod hands;
mod movers;
mod reported;
