//! Traffic: what one client may take of the site. Slow ones are ended, and nobody takes all the
//! room: there is a number of uploads, event streams and downloads for every account, link and
//! network.

pub mod connections;
pub mod network;
pub mod pace;
pub mod slots;
