//! People: accounts, what they may do in which organization, and how they sign in.

pub mod accounts;
pub mod members;
pub mod operators;
pub mod passwords;
pub mod sessions;
pub mod sign_in_links;
pub(crate) mod token;
