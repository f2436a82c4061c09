//! Original and result side by side in CIELAB, on copies of about one megapixel, and the part of
//! their difference that one colour map of the whole picture does not explain.

use plumbline_documents::Engine;
use rayon::prelude::*;

use crate::filters::scale::{self, Kernel};
use crate::inspect::Terms;
use crate::inspect::pair::colour_map::Cubic;
use crate::inspect::sky::ground::Ground;
use crate::kernels::balance::balanced;
use crate::kernels::cubic::lab;
use crate::math::colour::{Lab, luminance};
use crate::math::light::Sample;
use crate::pixels::Pixels;
use crate::plan::Plan;
use crate::steps::white_balance::WhiteBalance;

pub(super) mod colour_map;

/// Pixels of the copies.
const PIXELS: f64 = 1e6;

/// Pictures of one size.
pub(crate) struct Pair {
    pub width: usize,
    pub height: usize,
    /// The copies themselves: original and result.
    pub small: [Pixels; 2],
    pub original: Vec<Lab>,
    pub result: Vec<Lab>,
    /// The original under the plan's white balance, at the result's luminance: what the result's
    /// colour should be. A guided plan promises to keep neutrals, and so is an edit without a plan taken to.
    pub promised: Vec<Lab>,
    /// Result less the original under the global colour map: L*, and a* and b* from what was
    /// promised. The rest is local.
    pub rest: [Vec<f32>; 3],
    pub ground: Ground,
}

impl Pair {
    /// Both pictures must have the same size.
    pub fn new(original: &Pixels, result: &Pixels, terms: &Terms) -> Self {
        let (w, h) = scale::fit_area(original.width(), original.height(), PIXELS);
        let small = [original, result].map(|p| scale::shrink(p, w, h, Kernel::Area));
        let rgb = small.each_ref().map(Pixels::rgb8);
        let [before, after] = rgb.each_ref().map(|rgb| rgb.as_chunks::<3>().0);
        let (table, balance) = (u8::linear_table(), balance(terms.plan));
        let light = |p: [u8; 3]| p.map(|v| table[v.index()]);
        let original = labs(before.len(), |i| light(before[i]));
        let result = labs(after.len(), |i| light(after[i]));
        let promised = labs(before.len(), |i| {
            promised(balanced(balance.gains, light(before[i])), light(after[i]))
        });
        let ground = Ground::new(terms.sky, w as usize, h as usize);
        let rest = rest(&original, &promised, &result, &ground);
        drop(rgb);
        Self {
            width: w as usize,
            height: h as usize,
            small,
            original,
            result,
            promised,
            rest,
            ground,
        }
    }
}

fn balance(plan: Option<&Plan>) -> WhiteBalance {
    match plan {
        Some(plan) if plan.engine == Engine::Natural => plan.balance(),
        _ => WhiteBalance::default(),
    }
}

fn rest(original: &[Lab], promised: &[Lab], result: &[Lab], ground: &Ground) -> [Vec<f32>; 3] {
    let holds = |i: usize| ground.holds(i);
    let (tone, colour) = rayon::join(
        || Cubic::between(original, result, holds),
        || Cubic::between(promised, result, holds),
    );
    let [mut l, _] = tone.channels([0, 0], original);
    let [mut a, mut b] = colour.channels([1, 2], promised);
    for (i, result) in result.iter().enumerate() {
        (l[i], a[i], b[i]) = (result[0] - l[i], result[1] - a[i], result[2] - b[i]);
    }
    [l, a, b]
}

/// CIELAB of so many colours of light.
fn labs(count: usize, light: impl Fn(usize) -> [f32; 3] + Sync) -> Vec<Lab> {
    const CHUNK: usize = 1 << 12;
    let mut out = vec![[0.0; 3]; count];
    let chunks = out.par_chunks_mut(CHUNK).enumerate();
    chunks.for_each_init(
        || vec![[0.0; 3]; CHUNK],
        |row, (chunk, out)| {
            let row = &mut row[..out.len()];
            let places = row.iter_mut().zip(chunk * CHUNK..);
            places.for_each(|(to, i)| *to = light(i));
            lab(row, out);
        },
    );
    out
}

/// A colour scaled to another's luminance.
fn promised(colour: [f32; 3], like: [f32; 3]) -> [f32; 3] {
    let factor = luminance(like) / luminance(colour).max(1e-4);
    colour.map(|v| v * factor.min(16.0))
}
