//! Layout of an image's channels while they are convolved: with zeros around them, each in one
//! long run, so that a kernel's every tap is the same run begun a little later.
//!
//! The zeros right of a row are those left of the next. Where outputs are `split` pixels apart,
//! rows and columns are dealt to `split`² runs, and a tap still is one of them begun later.

use crate::conv::kernel::PIXELS;

/// One pixel under the kernel, counted from the first with the zeros before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tap {
    pub row: usize,
    pub column: usize,
    /// Index of its weight in the kernel.
    pub at: usize,
}

/// Channels of one image.
#[derive(Clone, Copy)]
pub(super) struct Image<'a> {
    pub values: &'a [f32],
    pub rows: usize,
    pub columns: usize,
}

/// Layout that every strip of an image has in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Zeros above the first row and left of the first column.
    pub lead: (usize, usize),
    /// From output to output.
    pub split: usize,
    /// From a run's row to its next: at least the output's columns.
    pub pitch: usize,
    /// The farthest tap, as rows of a run and as a column.
    reach: (usize, usize),
}

impl Frame {
    pub fn new(
        lead: (usize, usize),
        split: usize,
        (columns, out_columns): (usize, usize),
        taps: &[Tap],
    ) -> Self {
        let rows = taps.iter().map(|tap| tap.row / split).max().unwrap_or(0);
        let right = taps.iter().map(|tap| tap.column).max().unwrap_or(0);
        // What lies beyond a run's row must be among the zeros before the next.
        let last = (out_columns - 1) * split + right;
        let pitch = out_columns
            .max((lead.1 + columns).div_ceil(split))
            .max((last + 1).saturating_sub(lead.1).div_ceil(split));
        Self {
            lead,
            split,
            pitch,
            reach: (rows, right / split),
        }
    }

    /// Rows of a run that belong to so many of the output's.
    pub fn run_rows(&self, rows: usize) -> usize {
        rows + self.reach.0 + 1
    }

    /// Values of a channel for so many of the output's rows.
    pub fn channel_len(&self, rows: usize) -> usize {
        let runs = self.split * self.split * self.run_rows(rows) * self.pitch;
        runs + PIXELS + self.reach.1
    }

    /// Offset at which a tap's run begins.
    pub fn shift(&self, tap: &Tap, rows: usize) -> usize {
        let run = tap.row % self.split * self.split + tap.column % self.split;
        let row = run * self.run_rows(rows) + tap.row / self.split;
        row * self.pitch + tap.column / self.split
    }

    /// Lays out the channels of an image for `rows` rows of the output from `first` on.
    /// `to`: all channels, and `PIXELS` more.
    pub fn fill(&self, image: Image, first: usize, rows: usize, to: &mut [f32]) {
        let channels = to.chunks_exact_mut(self.channel_len(rows));
        let planes = image.values.chunks_exact(image.rows * image.columns);
        for (to, plane) in channels.zip(planes) {
            for (run, to) in to
                .chunks_exact_mut(self.run_rows(rows) * self.pitch)
                .take(self.split * self.split)
                .enumerate()
            {
                let (down, right) = (run / self.split, run % self.split);
                for (row, to) in to.chunks_exact_mut(self.pitch).enumerate() {
                    let row = ((first + row) * self.split + down).wrapping_sub(self.lead.0);
                    if row < image.rows {
                        self.lay(&plane[row * image.columns..][..image.columns], right, to);
                    } else {
                        to.fill(0.0);
                    }
                }
            }
        }
    }

    /// One row of a run: every `split`th pixel from the one `right` of the zeros' first.
    fn lay(&self, row: &[f32], right: usize, to: &mut [f32]) {
        let zeros = self.lead.1.saturating_sub(right).div_ceil(self.split);
        let from = zeros * self.split + right - self.lead.1;
        let pixels = row.len().saturating_sub(from).div_ceil(self.split);
        to[..zeros].fill(0.0);
        if self.split == 1 {
            to[zeros..zeros + pixels].copy_from_slice(&row[from..]);
        } else {
            let dealt = row[from.min(row.len())..].iter().step_by(self.split);
            for (to, value) in to[zeros..].iter_mut().zip(dealt) {
                *to = *value;
            }
        }
        to[zeros + pixels..].fill(0.0);
    }
}
