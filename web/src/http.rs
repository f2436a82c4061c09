//! The site as a server: who is asking, what a request may hold, which handler takes
//! it, and what every answer has in common. No page of its own but the error page.

pub mod assets;
pub mod config;
pub mod csrf;
pub mod errors;
pub mod extractors;
pub mod forms;
pub mod headers;
pub mod layout;
pub mod limits;
pub mod notices;
pub mod paging;
pub mod redirect;
pub mod render;
pub mod routes;
pub mod server;
pub mod state;
pub mod traffic;
pub mod urls;
