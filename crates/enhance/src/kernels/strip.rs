//! A strip of a gray picture with the rows and columns around it that windows reach into. Beyond
//! the picture its border goes on.

/// Rows kept above and below a strip.
pub(crate) const HALO: usize = 6;
/// Columns kept left and right of the picture.
pub(crate) const MARGIN: usize = 8;

/// `height` rows of the picture and [`HALO`] more on either side, each row with [`MARGIN`]s.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strip {
    /// Columns of the picture.
    pub width: usize,
    /// Rows of the strip itself.
    pub height: usize,
    gray: Vec<u8>,
}

impl Strip {
    /// Takes another size, keeping the memory.
    pub fn resize(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        let length = (width + 2 * MARGIN) * (height + 2 * HALO);
        self.gray.resize(length, 0);
    }

    /// One row with its margins; 0 is the uppermost of the halo.
    pub fn row(&self, row: usize) -> &[u8] {
        let stride = self.width + 2 * MARGIN;
        &self.gray[row * stride..(row + 1) * stride]
    }

    /// One row without its margins.
    pub fn inner(&self, row: usize) -> &[u8] {
        &self.row(row)[MARGIN..MARGIN + self.width]
    }

    /// Rows `top` on of a whole plane; beyond the plane its border goes on.
    pub fn cut(&mut self, plane: &[u8], width: usize, top: usize, height: usize) {
        let last = plane.len() / width - 1;
        self.resize(width, height);
        for row in 0..height + 2 * HALO {
            let from = (top + row).saturating_sub(HALO).min(last);
            self.fill(row, |to| {
                to.copy_from_slice(&plane[from * width..][..width]);
            });
        }
    }

    /// Writes a row and carries its ends on into the margins.
    pub fn fill(&mut self, row: usize, write: impl FnOnce(&mut [u8])) {
        let (width, stride) = (self.width, self.width + 2 * MARGIN);
        let all = &mut self.gray[row * stride..(row + 1) * stride];
        write(&mut all[MARGIN..MARGIN + width]);
        let (first, last) = (all[MARGIN], all[MARGIN + width - 1]);
        all[..MARGIN].fill(first);
        all[MARGIN + width..].fill(last);
    }
}
