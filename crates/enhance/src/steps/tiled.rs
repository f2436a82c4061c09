//! Tiled: what a model painted tile by tile, brought into the photo.
//!
//! Colour comes from a smooth transform of the original, fitted to what was painted, never from a
//! decoder. To that is added the middle band of what the tiles differ in. The original's finest
//! detail stays, and so does its size. Everything is done row by row; besides the photo and the
//! result there is nothing of more than a quarter of their size.

use rayon::prelude::*;

use crate::filters::scale::{self, Kernel};
use crate::math::light::Sample;
use crate::pixels::{Pixels, Samples};
use crate::scene::SMALL_PIXELS;
use crate::steps::fitted::Fitted;
use crate::steps::tiles::band::{Band, mix};
use crate::steps::tiles::coarse::{Coarse, Strip};
use crate::steps::transfer::{Slicing, Transfer};

/// The photo with what was painted, blended in by `strength` (0.0 to 1.0), and what was fitted.
pub(crate) fn apply(pixels: &Pixels, painted: &Coarse, strength: f32) -> Option<(Pixels, Fitted)> {
    let (width, height) = (pixels.width(), pixels.height());
    let before = small(&Coarse::of(pixels));
    let transfer = Transfer::fit(&before, &small(painted));
    let slicing = transfer.slicing(width, height);
    let fitted = match pixels.samples() {
        Samples::Eight(v) => fitted(&slicing, v, width, height),
        Samples::Sixteen(v) => fitted(&slicing, v, width, height),
    };
    let size = (before.width(), before.height());
    let band = Band::between(&fitted, painted, &transfer, size);
    let result = match pixels.samples() {
        Samples::Eight(v) => Pixels::from_eight(width, height, rows(v, &slicing, &band, strength)),
        Samples::Sixteen(v) => {
            Pixels::from_sixteen(width, height, rows(v, &slicing, &band, strength))
        }
    }?;
    Some((result, Fitted::tiled(transfer, band)))
}

/// The copy that the fit is made on: as small as that of a guided correction.
fn small(coarse: &Coarse) -> Pixels {
    let pixels = coarse.pixels();
    let area = f64::from(SMALL_PIXELS);
    let (width, height) = scale::fit_area(pixels.width(), pixels.height(), area);
    scale::shrink(&pixels, width, height, Kernel::Area)
}

/// The photo under the transform alone, averaged as the tiles are.
fn fitted<S: Sample>(slicing: &Slicing<'_>, samples: &[S], width: u32, height: u32) -> Coarse {
    let row = width as usize * 3;
    Coarse::of_strips(width, height, |strip: Strip| {
        let from = strip.of(samples);
        let mut made = vec![S::default(); from.len()];
        let rows = from.chunks(row).zip(made.chunks_mut(row));
        let mut line = Vec::new();
        for (y, (from, to)) in (strip.from..strip.to).zip(rows) {
            slicing.row(y, from, to, &mut line, |_, _, wanted| wanted);
        }
        made
    })
}

fn rows<S: Sample>(samples: &[S], slicing: &Slicing<'_>, band: &Band, strength: f32) -> Vec<S> {
    let (width, height) = slicing.size();
    let columns = band.columns(width);
    let mut out = vec![S::default(); samples.len()];
    let rows = out
        .par_chunks_mut(width * 3)
        .zip(samples.par_chunks(width * 3));
    rows.enumerate().for_each_init(
        || (Vec::new(), Vec::new()),
        |(line, differences), (y, (to, from))| {
            band.row(y, height, differences);
            slicing.row(y, from, to, line, |x, rgb, wanted| {
                let (left, share) = columns[x];
                let at = left as usize;
                let more = mix(&differences[at], &differences[at + 1], share);
                [0, 1, 2].map(|c| rgb[c] + (wanted[c] + more[c] - rgb[c]) * strength)
            });
        },
    );
    out
}
