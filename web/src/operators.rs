//! Commands of an operator, who holds the database's own address. No page uses them.

pub mod demo;
