//! Blocking brought up: steps at the borders of JPEG's blocks in smooth areas, beyond the original's.
//! Informs only: a picture that was straightened or made smaller has its blocks elsewhere.

use plumbline_documents::{Figure, Measure};

use crate::inspect::reported;
use crate::math::colour::luminance;
use crate::pixels::Pixels;

/// Side of a block, and rows from one that is looked at to the next.
const SIDE: usize = 8;
const ROWS: usize = 29;
/// Levels between neighbours beyond which there is an edge.
const EDGE: f32 = 6.0;

pub(super) fn measure(original: &Pixels, result: &Pixels) -> Measure {
    let more = (steps(result) - steps(original)).max(0.0);
    let sentence =
        format!("Borders of compressed blocks stand out by {more:.2} levels more than before.");
    reported(
        Figure::ResultBlocking,
        "Blocks of compression",
        more.into(),
        "levels",
        sentence,
    )
}

/// Mean step at the blocks' upright borders less the mean step between them, levels.
fn steps(pixels: &Pixels) -> f32 {
    let width = pixels.width() as usize;
    let rgb = pixels.rgb8();
    let (mut sums, mut counts) = ([0.0_f32; 2], [0.0_f32; 2]);
    for row in rgb.chunks_exact(width * 3).step_by(ROWS) {
        let row: Vec<f32> = row
            .as_chunks::<3>()
            .0
            .iter()
            .map(|p| luminance(p.map(f32::from)))
            .collect();
        for x in (4..width.saturating_sub(4)).step_by(SIDE / 2) {
            let step = (row[x] - row[x - 1]).abs();
            if step < EDGE {
                let border = usize::from(x % SIDE == 0);
                sums[border] += step;
                counts[border] += 1.0;
            }
        }
    }
    sums[1] / counts[1].max(1.0) - sums[0] / counts[0].max(1.0)
}
