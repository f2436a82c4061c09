//! Canny edges (Canny 1986) of the logarithm of gray: blur, gradient, thinning, hysteresis, and how
//! far two edge maps agree.
//!
//! Gradients of the logarithm do not grow when a picture is made brighter, so an edge that was
//! there before a correction is there after it.

pub(crate) mod agreement;
pub(crate) mod gradient;
pub(crate) mod hysteresis;

/// One bit a pixel: edges that are certain, and those that count only when they touch one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edges {
    /// Words of 64 pixels in a row of one kind.
    pub words: usize,
    /// Row by row: the words of the certain ones, then the words of all.
    pub rows: Vec<u64>,
}

impl Edges {
    /// No edges.
    pub fn new(width: usize, height: usize) -> Self {
        let words = width.div_ceil(64);
        Self {
            words,
            rows: vec![0; 2 * words * height],
        }
    }

    /// The certain edges of a row.
    pub fn certain(&self, row: usize) -> &[u64] {
        &self.rows[2 * row * self.words..][..self.words]
    }

    /// Rows of the picture.
    pub fn height(&self) -> usize {
        self.rows.len() / (2 * self.words)
    }
}
