//! Exposure fusion at full resolution in bounded memory: one Laplacian pyramid over everything,
//! computed in two passes over tiles.
//!
//! ```text
//! pass 1   tile ─► weights of all frames ─► shrunk three times ─► kept (1/64 of the pixels)
//! between  the kept levels are blended and collapsed whole, in f32
//! pass 2   tile ─► weights again ─► three fine Laplacian levels blended ─► on top of the kept ones
//! ```
//!
//! Mertens, Kautz and Van Reeth, "Exposure Fusion", 2007. Weights are worked out twice, because
//! storing them would cost more memory traffic than computing them. Per tile everything stays in
//! the processor's cache; beyond the frames and the result about 16 bytes a frame and 64 pixels
//! are kept. Tiles know enough of their surroundings to equal the untiled fusion exactly.

mod shown;

use rayon::prelude::*;

use crate::brackets::fuse::shown::Shown;
use crate::brackets::laplacian::{add_details, collapse, stack};
use crate::brackets::layers::{Layer, Layers};
use crate::brackets::pyramid::{Plane, Size, Span, Window};
use crate::brackets::shoulder::Shoulder;
use crate::brackets::weights::weigh;
use crate::pixels::Pixels;

/// Fine levels that are worked out per tile.
const FINE: usize = 3;
/// A tile's size: with its surroundings and all planes it fits a core's second-level cache.
const TILE: Size = Size {
    width: 512,
    height: 128,
};

/// Red, green, blue, and the weight.
struct Weighed {
    rgb: [Plane; 3],
    weight: Plane,
}

/// Fuses frames of one size to 16 bits. There is at least one frame.
pub(super) fn fuse(layers: &Layers) -> Pixels {
    let pixels = &layers.all[0].pixels;
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let fusion = Fusion::new(layers, Size { width, height });
    let coarse = fusion.blend_coarse(fusion.shrink());
    let samples = fusion.paint(&coarse);
    Pixels::from_sixteen(pixels.width(), pixels.height(), samples).expect("every tile was painted")
}

struct Fusion<'a> {
    layers: &'a Layers,
    /// Level 0 to the coarsest.
    sizes: Vec<Size>,
    fine: usize,
}

impl<'a> Fusion<'a> {
    fn new(layers: &'a Layers, size: Size) -> Self {
        let levels = size.width.min(size.height).ilog2() as usize;
        let sizes: Vec<Size> = std::iter::successors(Some(size), |s| Some(s.half()))
            .take(levels + 1)
            .collect();
        Self {
            layers,
            fine: FINE.min(levels),
            sizes,
        }
    }

    /// First pass: every frame and its weight, shrunk to the first level that is kept whole.
    fn shrink(&self) -> Vec<Weighed> {
        let kept = self.sizes[self.fine];
        let side = |full: usize| (full >> self.fine).max(1);
        let bands: Vec<Vec<Weighed>> = spans(kept.height, side(TILE.height))
            .into_par_iter()
            .map(|down| self.shrink_band(down, side(TILE.width)))
            .collect();
        let mut bands = bands.into_iter();
        let mut all = bands.next().expect("a picture has rows");
        for band in bands {
            for (all, band) in all.iter_mut().zip(band) {
                all.append(band);
            }
        }
        all
    }

    fn shrink_band(&self, down: Span, step: usize) -> Vec<Weighed> {
        let kept = self.sizes[self.fine];
        let across = kept.window().across;
        let empty = || Plane::zero(Window { across, down });
        let mut band: Vec<Weighed> = (self.layers.all.iter())
            .map(|_| Weighed {
                rgb: [empty(), empty(), empty()],
                weight: empty(),
            })
            .collect();
        for across in spans(kept.width, step) {
            let window = Window { across, down };
            let finest = (0..self.fine)
                .rev()
                .fold(window, |w, l| w.finer(self.sizes[l]));
            for (band, tile) in band.iter_mut().zip(self.weighed(finest)) {
                let planes = tile.rgb.into_iter().chain([tile.weight]);
                for (to, plane) in band.rgb.iter_mut().chain([&mut band.weight]).zip(planes) {
                    to.paste(&self.reduced(plane, window));
                }
            }
        }
        band
    }

    /// A level-0 plane shrunk to a window of the first kept level.
    fn reduced(&self, plane: Plane, to: Window) -> Plane {
        (0..self.fine).fold(plane, |plane, level| {
            let window = (level + 1..self.fine)
                .rev()
                .fold(to, |w, l| w.finer(self.sizes[l]));
            plane.reduced(self.sizes[level], window)
        })
    }

    /// All frames on a level-0 window, with weights that sum to one.
    fn weighed(&self, window: Window) -> Vec<Weighed> {
        let size = self.sizes[0];
        let mut colours = self.layers.colours(window.grown(1, size), size);
        let flash = self.layers.flash.as_ref();
        let worths = flash.map(|flash| flash.relight(&mut colours));
        let mut tiles: Vec<Weighed> = std::iter::zip(&self.layers.all, colours)
            .map(|(layer, rgb)| self.weigh(layer, rgb, window))
            .collect();
        for (tile, worth) in tiles.iter_mut().zip(worths.into_iter().flatten()) {
            let weights = tile.weight.values.iter_mut();
            weights
                .zip(worth.cropped(window).values)
                .for_each(|(to, worth)| *to *= worth);
        }
        for i in 0..window.area() {
            let sum: f32 = tiles.iter().map(|t| t.weight.values[i]).sum();
            let share = 1.0 / sum;
            tiles.iter_mut().for_each(|t| t.weight.values[i] *= share);
        }
        tiles
    }

    fn weigh(&self, layer: &Layer, rgb: [Plane; 3], window: Window) -> Weighed {
        let size = self.sizes[0];
        let mut weight = weigh(&rgb, window, size);
        weight.values.iter_mut().for_each(|to| *to *= layer.merit);
        if let Some(border) = &layer.border {
            border.temper(&mut weight, size);
        }
        let rgb = rgb.map(|plane| plane.cropped(window));
        Weighed { rgb, weight }
    }

    /// The kept levels of all frames blended and collapsed, with the levels that pass two needs of each.
    fn blend_coarse(&self, kept: Vec<Weighed>) -> Coarse {
        let sizes = &self.sizes[self.fine..];
        let weights: Vec<Vec<Plane>> = kept.iter().map(|k| stack(&k.weight, sizes)).collect();
        let fused = [0, 1, 2].map(|c| {
            let mut fused: Vec<Plane> = sizes.iter().map(|s| Plane::zero(s.window())).collect();
            for (frame, weights) in kept.iter().zip(&weights) {
                let levels = stack(&frame.rgb[c], sizes);
                add_details(&levels, weights, sizes, &mut fused);
            }
            collapse(fused, sizes)
        });
        Coarse {
            frames: kept.into_iter().map(|k| k.rgb).collect(),
            shoulder: Shoulder::over(&fused),
            fused,
        }
    }

    /// Second pass: the fine levels on top of the kept ones.
    fn paint(&self, coarse: &Coarse) -> Vec<u16> {
        let size = self.sizes[0];
        let mut out = vec![0_u16; size.width * size.height * 3];
        let bands = out.par_chunks_mut(size.width * 3 * TILE.height);
        let downs = spans(size.height, TILE.height).into_par_iter();
        downs.zip(bands).for_each(|(down, band)| {
            for across in spans(size.width, TILE.width) {
                let rgb = self.tile(Window { across, down }, coarse);
                coarse.shoulder.write(&rgb, band, size.width);
            }
        });
        out
    }

    /// One finished tile of level 0.
    fn tile(&self, window: Window, coarse: &Coarse) -> [Plane; 3] {
        // What of each level is needed to collapse to this window.
        let mut wanted = vec![window];
        for level in 0..self.fine {
            wanted.push(wanted[level].coarser(self.sizes[level + 1]));
        }
        // What of each level must be loaded to shrink to that.
        let mut loaded = wanted.clone();
        for level in (0..self.fine.saturating_sub(1)).rev() {
            let finer = loaded[level + 1].finer(self.sizes[level]);
            loaded[level] = wanted[level].joined(finer);
        }
        let mut fused: [Vec<Plane>; 3] =
            [0, 1, 2].map(|_| (0..self.fine).map(|l| Plane::zero(wanted[l])).collect());
        let mut shown = Shown::nothing(window);
        for (tile, kept) in self.weighed(loaded[0]).into_iter().zip(&coarse.frames) {
            shown.add(&tile.rgb, &tile.weight);
            let weights = self.fine_levels(tile.weight, &loaded);
            for (c, plane) in tile.rgb.into_iter().enumerate() {
                let mut levels = self.fine_levels(plane, &loaded);
                levels.push(kept[c].cropped(wanted[self.fine]));
                add_details(&levels, &weights, &self.sizes, &mut fused[c]);
            }
        }
        let mut channel = 0;
        let mut fused = fused.map(|mut levels| {
            levels.push(coarse.fused[channel].cropped(wanted[self.fine]));
            channel += 1;
            collapse(levels, &self.sizes)
        });
        shown.limit(&mut fused);
        fused
    }

    /// A level-0 plane and its shrunk copies on the loaded windows of the fine levels.
    fn fine_levels(&self, plane: Plane, loaded: &[Window]) -> Vec<Plane> {
        let mut levels = vec![plane];
        for level in 1..self.fine {
            levels.push(levels[level - 1].reduced(self.sizes[level - 1], loaded[level]));
        }
        levels
    }
}

/// Levels kept between the passes.
struct Coarse {
    /// Every frame at the first kept level.
    frames: Vec<[Plane; 3]>,
    /// The fusion at that level.
    fused: [Plane; 3],
    shoulder: Shoulder,
}

impl Weighed {
    fn append(&mut self, below: Self) {
        let planes = below.rgb.into_iter().chain([below.weight]);
        for (plane, below) in self.rgb.iter_mut().chain([&mut self.weight]).zip(planes) {
            plane.window.down.end = below.window.down.end;
            plane.values.extend(below.values);
        }
    }
}

/// `0..size` in pieces.
fn spans(size: usize, step: usize) -> Vec<Span> {
    (0..size)
        .step_by(step)
        .map(|start| Span {
            start,
            end: (start + step).min(size),
        })
        .collect()
}
