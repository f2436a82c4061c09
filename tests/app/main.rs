//! Stories about the whole product: a real site, a real database, the real queue.

mod accounts;
mod galleries;
mod journey;
mod reviews;
mod strangers;
mod tenancy;
mod tidy;
mod uploads;
