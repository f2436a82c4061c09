//! The stored state of the business, and its rules: organizations, shoots, photos, attempts,
//! overrides, reviews and galleries, in Postgres. Every row that belongs to an organization is
//! reached through a [`Scope`](scope::Scope). Nothing here depends on HTTP, templates or
//! pixels.

pub mod db;
pub mod ids;
pub mod page;
pub mod people;
pub mod scope;
pub mod shoots;
pub mod work;
