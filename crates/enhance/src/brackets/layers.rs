//! Aligned frames as the fusion reads them: window by window, and settled with each other.

use crate::brackets::balance::{self, Gains, NO_GAINS};
use crate::brackets::confidence::Confidence;
use crate::brackets::flash::Flash;
use crate::brackets::movers::Movers;
use crate::brackets::pyramid::{Plane, Size, Window};
use crate::math::light::Sample;
use crate::pixels::{Pixels, Samples};

/// One aligned frame: where it reaches, and the gains of its white balance.
pub(super) struct Layer {
    pub pixels: Pixels,
    pub border: Option<Confidence>,
    pub gains: Gains,
    /// The weight of the whole frame against the others'.
    pub merit: f32,
}

/// Aligned frames, darkest first, and what was found out about them.
pub(super) struct Layers {
    pub all: Vec<Layer>,
    pub movers: Option<Movers>,
    pub flash: Option<Flash>,
}

impl Layers {
    /// Unit values of a level-0 window, frame by frame: in one white balance, and what moved the same
    /// in all of them.
    pub fn colours(&self, window: Window, full: Size) -> Vec<[Plane; 3]> {
        let mut colours: Vec<[Plane; 3]> = (self.all.iter())
            .map(|layer| layer.load(full, window))
            .collect();
        if let Some(movers) = &self.movers {
            movers.settle(&mut colours, full);
        }
        colours
    }
}

impl Layer {
    /// Unit values of a window of a level-0 picture, its white balance brought to the others'.
    fn load(&self, size: Size, window: Window) -> [Plane; 3] {
        let mut rgb = match self.pixels.samples() {
            Samples::Eight(v) => planes(v, size, window),
            Samples::Sixteen(v) => planes(v, size, window),
        };
        if self.gains != NO_GAINS {
            balance::apply(&mut rgb, self.gains);
        }
        rgb
    }
}

/// A window of interleaved samples as three unit planes.
fn planes<S: Sample>(samples: &[S], size: Size, window: Window) -> [Plane; 3] {
    let mut planes = [0, 1, 2].map(|_| Plane::zero(window));
    let columns = window.across.len();
    for (i, y) in (window.down.start..window.down.end).enumerate() {
        let start = (y * size.width + window.across.start) * 3;
        let pixels = samples[start..start + columns * 3].as_chunks::<3>().0;
        for (c, plane) in planes.iter_mut().enumerate() {
            let to = &mut plane.values[i * columns..(i + 1) * columns];
            to.iter_mut()
                .zip(pixels)
                .for_each(|(to, p)| *to = p[c].unit());
        }
    }
    planes
}
