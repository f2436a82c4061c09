//! The harness: what stories about the whole product need and do not want to read.

pub mod analyzers;
pub mod app;
pub mod browser;
pub mod by_hand;
pub mod client;
pub mod cluster;
pub mod database;
pub mod enhance_process;
pub mod exposures;
pub mod generative_models;
pub mod hostile;
pub mod house;
pub mod looks;
pub mod pictures;
pub mod pooler;
pub mod qc_process;
pub mod rows;
pub mod wait;
pub mod worker_process;
