//! Full-size buffers of the pass over every pixel, and each strip's rows of them: strips write side
//! by side, and nothing is put together afterwards.

use crate::inspect::full::ROWS;
use crate::kernels::canny::Edges;
use crate::kernels::moments::{Block, SIDE};

/// Buffers of which every strip writes its own rows.
pub(crate) struct Buffers {
    pub edges: [Edges; 2],
    pub burnt: Vec<u8>,
    pub drowned: Vec<u8>,
    pub blocks: Vec<Block>,
    /// Gray at half the size.
    pub halves: [Vec<u8>; 2],
}

/// One strip's rows of the buffers.
pub(crate) struct StripRows<'a> {
    pub edges: [&'a mut [u64]; 2],
    pub burnt: &'a mut [u8],
    pub drowned: &'a mut [u8],
    pub blocks: &'a mut [Block],
    pub halves: [&'a mut [u8]; 2],
}

impl Buffers {
    pub fn new(width: usize, height: usize) -> Self {
        let blocks = width.div_ceil(SIDE) * height.div_ceil(SIDE);
        Self {
            edges: [(); 2].map(|()| Edges::new(width, height)),
            burnt: vec![0; blocks],
            drowned: vec![0; blocks],
            blocks: vec![Block::default(); blocks],
            halves: [(); 2].map(|()| vec![0; (width / 2) * (height / 2)]),
        }
    }

    pub fn strips(&mut self, width: usize, height: usize) -> Vec<StripRows<'_>> {
        let words = 2 * self.edges[0].words * ROWS;
        let blocks = width.div_ceil(SIDE) * (ROWS / SIDE);
        let half = (width / 2 * (ROWS / 2)).max(1);
        let mut edges = self.edges.each_mut().map(|e| e.rows.chunks_mut(words));
        let mut burnt = self.burnt.chunks_mut(blocks);
        let mut drowned = self.drowned.chunks_mut(blocks);
        let mut rows = self.blocks.chunks_mut(blocks);
        let mut halves = self.halves.each_mut().map(|h| h.chunks_mut(half));
        // The last strip may be too low for any half.
        let share = |_| StripRows {
            edges: edges.each_mut().map(|e| e.next().unwrap_or_default()),
            burnt: burnt.next().unwrap_or_default(),
            drowned: drowned.next().unwrap_or_default(),
            blocks: rows.next().unwrap_or_default(),
            halves: halves.each_mut().map(|h| h.next().unwrap_or_default()),
        };
        (0..height.div_ceil(ROWS)).map(share).collect()
    }
}
