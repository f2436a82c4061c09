//! Brackets as hands and cameras make them: the reported cases, and sets that a made-up camera takes
//! of finished photos, of which it is known what the merge should be.
//!
//! The photos lie beside the repository in `../shared/photos`. Where they are absent, a story is
//! reported as skipped.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod camera;
mod compared;
mod made;
mod reported;
