//! The result of a guided or tiled engine, rebuilt from the transform that was fitted to what a
//! network proposed: each pixel's eight cells are evaluated and mixed.

use crate::inspect::expected::{Leftover, Rebuild, channels, natural};
use crate::kernels::expected::Light;
use crate::math::light::linear;
use crate::pixels::Pixels;
use crate::steps::fitted::Fitted;
use crate::steps::tiles::band::Band;
use crate::steps::transfer::Transfer;

impl Fitted {
    /// What the fit does not explain of a result that was blended in by `strength`.
    pub(crate) fn leftover(
        &self,
        original: &Pixels,
        result: &Pixels,
        strength: f32,
        relight: [f32; 3],
    ) -> Leftover {
        let size = (original.width() as usize, original.height() as usize);
        let guided = GuidedRows::new(self.transfer(), size, strength, relight);
        match self.band() {
            None => Leftover::between(original, result, &guided),
            Some(band) => Leftover::between(original, result, &TiledRows { guided, band }),
        }
    }
}

/// The rows of a guided result.
pub(crate) struct GuidedRows<'a> {
    transfer: &'a Transfer,
    /// For every full-size column, the grid's column to its left and the share of the next.
    columns: Vec<(usize, f32)>,
    height: usize,
    strength: f32,
    relight: [f32; 3],
}

/// The rows of a tiled result.
pub(crate) struct TiledRows<'a> {
    guided: GuidedRows<'a>,
    band: &'a Band,
}

impl<'a> GuidedRows<'a> {
    pub fn new(
        transfer: &'a Transfer,
        (width, height): (usize, usize),
        strength: f32,
        relight: [f32; 3],
    ) -> Self {
        let columns = (0..width).map(|x| between_nodes(x, width, transfer.columns));
        Self {
            transfer,
            columns: columns.collect(),
            height,
            strength,
            relight,
        }
    }

    /// The colours of a row with what the band adds, in unit values blended in and cut.
    fn fill(&self, original: &Pixels, y: usize, to: &mut Light, band: impl Fn(usize) -> [f32; 3]) {
        let unit = |v: u8| f32::from(v) / 255.0;
        channels(original, y, to, unit, |v| f32::from(v) / 65535.0);
        let (top, down) = between_nodes(y, self.height, self.transfer.rows);
        let [r, g, b] = to;
        for x in 0..r.len() {
            let own = [r[x], g[x], b[x]];
            let (wanted, more) = (self.wanted(x, (top, down), own), band(x));
            let becomes = |c: usize| {
                let change = self.strength * (wanted[c] + more[c] - own[c]);
                (own[c] + change).clamp(0.0, 1.0)
            };
            (r[x], g[x], b[x]) = (becomes(0), becomes(1), becomes(2));
        }
        self.finish(to);
    }

    fn wanted(&self, x: usize, (top, down): (usize, f32), own: [f32; 3]) -> [f32; 3] {
        let (left, across) = self.columns[x];
        let luma = (0.2126 * own[0] + 0.7152 * own[1] + 0.0722 * own[2]).clamp(0.0, 1.0);
        let (shallow, deep) = Transfer::layer(luma);
        let mut sum = [0.0; 3];
        for (dy, by_row) in [(0, 1.0 - down), (1, down)] {
            for (dx, by_column) in [(0, 1.0 - across), (1, across)] {
                for (dz, by_luma) in [(0, 1.0 - deep), (1, deep)] {
                    let cell = self.transfer.cell(left + dx, top + dy, shallow + dz);
                    let (colour, weight) = (cell.of(own), by_row * by_column * by_luma);
                    (0..3).for_each(|c| sum[c] += weight * colour[c]);
                }
            }
        }
        sum
    }

    fn finish(&self, to: &mut Light) {
        let relit = self.relight != [1.0; 3];
        for channel in to.iter_mut() {
            let level = |v: f32| if relit { linear(v) } else { 255.0 * v };
            channel.iter_mut().for_each(|v| *v = level(*v));
        }
        if relit {
            natural::relit_levels(to, self.relight);
        }
    }
}

impl Rebuild for GuidedRows<'_> {
    type Room = ();

    fn row(&self, original: &Pixels, y: usize, (): &mut (), to: &mut Light) {
        self.fill(original, y, to, |_| [0.0; 3]);
    }
}

impl Rebuild for TiledRows<'_> {
    type Room = Vec<[f32; 3]>;

    fn row(&self, original: &Pixels, y: usize, coarse: &mut Self::Room, to: &mut Light) {
        self.band.row(y, self.guided.height, coarse);
        let (full, small) = (self.guided.columns.len(), coarse.len() - 1);
        let band = |x: usize| {
            let at = ((x as f32 + 0.5) * small as f32 / full as f32 - 0.5)
                .clamp(0.0, small as f32 - 1.0);
            let (left, share) = (at as usize, at.fract());
            [0, 1, 2].map(|c| (1.0 - share) * coarse[left][c] + share * coarse[left + 1][c])
        };
        self.guided.fill(original, y, to, band);
    }
}

/// The grid's node before a full-size pixel, its first and last nodes being the picture's borders,
/// and the share of the next.
fn between_nodes(at: usize, count: usize, nodes: usize) -> (usize, f32) {
    let at = (at as f32 + 0.5) / count as f32 * (nodes - 1) as f32;
    let before = (at as usize).min(nodes - 2);
    (before, at - before as f32)
}
