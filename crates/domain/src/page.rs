//! Pages of long lists.

/// A part of a list in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Rows before it.
    pub skip: i64,
    /// Rows on it, at most.
    pub take: i64,
}
