//! The database's own edges: who may see what, how it is reached, and how long it may take.

mod logins;
mod pooler;
mod stored_rows;
mod tenancy;
mod timeouts;
mod tls;
mod upgrade;
