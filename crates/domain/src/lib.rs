//! What the business remembers, and its rules: organizations, shoots, photos,
//! attempts, corrections, reviews and galleries, in Postgres. Every row that belongs to an
//! organization is reached through a [`Scope`](scope::Scope). Nothing here knows
//! of HTTP, templates or pixels.

pub mod accounts;
pub mod attempts;
pub mod corrections;
pub mod db;
pub mod galleries;
pub mod ids;
pub mod jobs;
pub mod live;
pub mod members;
pub mod operators;
pub mod photos;
pub mod queue;
pub mod renditions;
pub mod reviews;
pub mod scope;
pub mod sessions;
pub mod shoots;
pub mod sign_in_links;
pub mod skies;
pub mod thresholds;
mod token;
