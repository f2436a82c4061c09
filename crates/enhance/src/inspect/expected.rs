//! The picture that a plan makes, pixel by pixel, and what of a result it leaves over.
//!
//! The result is rebuilt row by row from the straightened original and the plan, by code of its own:
//! the loops that painted are not asked again. Where both agree, the change was planned, however
//! strong it is; an object, a crack or a colour that the plan does not make is left over, however
//! small. Judged on blocks of 8 x 8 pixels, in 8-bit levels; rounding alone leaves about a half.

use plumbline_documents::{Engine, Gate, Measure, Thresholds};
use rayon::prelude::*;

use crate::inspect::Terms;
use crate::inspect::heatmap::Heatmap;
use crate::kernels::expected::{self, Light};
use crate::kernels::moments::SIDE;
use crate::pixels::{Pixels, Samples};
use crate::plan::Plan;

mod dials;
mod finished;
mod fitted;
mod natural;
mod quiet;
mod surroundings;

use natural::NaturalRows;

/// Rows that a thread takes at once: a multiple of a block's.
const STRIP: usize = 8 * SIDE;

/// Rebuilds rows of a result.
pub(crate) trait Rebuild: Sync {
    /// Intermediate rows of one thread.
    type Room: Default + Send;

    /// Row `y` of the result in 8-bit levels, 0.0 to 255.0, not rounded.
    fn row(&self, original: &Pixels, y: usize, room: &mut Self::Room, levels: &mut Light);
}

/// Difference that the plan does not explain: root mean square of each block of 8 x 8 pixels, of the
/// channel that is farthest off, in 8-bit levels.
pub(crate) struct Leftover {
    across: usize,
    blocks: Vec<f32>,
}

impl Leftover {
    /// `None`: there is no plan, or nothing says what its pixels must be.
    pub fn of(original: &Pixels, result: &Pixels, terms: &Terms) -> Option<Self> {
        let plan = terms.plan?;
        let relight = plan.sky.new_sky().map_or([1.0; 3], |new| new.relight);
        if plan.is_colour_identity() {
            return Some(Self::between(original, result, &Same { relight }));
        }
        match (plan.engine, terms.fitted) {
            (Engine::Natural, _) => {
                let rows = NaturalRows::new(original, &plan.natural(), relight);
                Some(Self::between(original, result, &rows))
            }
            (_, Some(fitted)) => Some(fitted.leftover(original, result, plan.strength, relight)),
            (_, None) => None,
        }
    }

    /// Compares a result with what it must be, row by row.
    pub fn between<R: Rebuild>(original: &Pixels, result: &Pixels, rebuild: &R) -> Self {
        let (width, height) = (original.width() as usize, original.height() as usize);
        let across = width.div_ceil(SIDE);
        let mut blocks = vec![0.0_f32; across * height.div_ceil(SIDE)];
        let strips = blocks.par_chunks_mut(across * STRIP / SIDE).enumerate();
        strips.for_each_init(Strip::<R>::default, |strip, (i, blocks)| {
            let top = i * STRIP;
            for y in top..(top + STRIP).min(height) {
                rebuild.row(original, y, &mut strip.room, &mut strip.expected);
                levels(result, y, &mut strip.found);
                let row = (y - top) / SIDE * across;
                let blocks = &mut blocks[row..row + across];
                expected::leftover(&strip.expected, &strip.found, blocks);
            }
        });
        let count = |at: usize| {
            let side = |at: usize, of: usize| (of - at * SIDE).min(SIDE);
            (side(at % across, width) * side(at / across, height)) as f32
        };
        // What is no number is nowhere near what was expected.
        let rms = |(at, sum): (usize, &mut f32)| {
            *sum = (*sum / count(at)).sqrt();
            *sum = if sum.is_nan() { 255.0 } else { *sum };
        };
        blocks.iter_mut().enumerate().for_each(rms);
        Self { across, blocks }
    }

    /// The worst block of the house.
    pub fn measure(&self, house: &[bool], thresholds: &Thresholds) -> Measure {
        let of = self.blocks.iter().zip(house).filter(|(_, house)| **house);
        let worst = of.map(|(left, _)| *left).fold(0.0, f32::max);
        thresholds.measure(Gate::Unplanned, f64::from(worst))
    }

    /// The heatmap, with the threshold in the middle of its scale.
    pub fn heatmap(&self, house: &[bool], thresholds: &Thresholds) -> Heatmap {
        let limit = 2.0 * thresholds.of(Gate::Unplanned).fail as f32;
        let of = |(left, house): (&f32, &bool)| if *house { left / limit } else { 0.0 };
        let values: Vec<f32> = self.blocks.iter().zip(house).map(of).collect();
        Heatmap::new(self.across, &values)
    }
}

/// The picture that a plan makes, 8 bits, rebuilt without the code that paints; without its new sky,
/// but in its light. `None`: a model had a part in it.
pub fn rebuilt(original: &Pixels, plan: &Plan) -> Option<Pixels> {
    let relight = plan.sky.new_sky().map_or([1.0; 3], |new| new.relight);
    if plan.is_colour_identity() {
        return Some(picture(original, &Same { relight }));
    }
    let natural = plan.engine == Engine::Natural;
    natural.then(|| {
        picture(
            original,
            &NaturalRows::new(original, &plan.natural(), relight),
        )
    })
}

fn picture<R: Rebuild>(original: &Pixels, rebuild: &R) -> Pixels {
    let row = original.width() as usize * 3;
    let mut samples = vec![0; row * original.height() as usize];
    let strips = samples.par_chunks_mut(row * STRIP).enumerate();
    strips.for_each_init(Strip::<R>::default, |strip, (i, to)| {
        for (y, to) in (i * STRIP..).zip(to.chunks_mut(row)) {
            rebuild.row(original, y, &mut strip.room, &mut strip.expected);
            let [r, g, b] = &strip.expected;
            for (to, ((r, g), b)) in to
                .as_chunks_mut::<3>()
                .0
                .iter_mut()
                .zip(r.iter().zip(g).zip(b))
            {
                *to = [r, g, b].map(|v| (v + 0.5) as u8);
            }
        }
    });
    Pixels::from_eight(original.width(), original.height(), samples)
        .expect("every row has its length")
}

struct Strip<R: Rebuild> {
    room: R::Room,
    expected: Light,
    found: Light,
}

impl<R: Rebuild> Default for Strip<R> {
    fn default() -> Self {
        Self {
            room: R::Room::default(),
            expected: Light::default(),
            found: Light::default(),
        }
    }
}

/// A plan that changes no colour, but for the light of a new sky.
struct Same {
    relight: [f32; 3],
}

impl Rebuild for Same {
    type Room = ();

    fn row(&self, original: &Pixels, y: usize, (): &mut (), to: &mut Light) {
        match self.relight {
            [1.0, 1.0, 1.0] => levels(original, y, to),
            gains => {
                natural::light(original, y, to);
                natural::relit_levels(to, gains);
            }
        }
    }
}

/// Row `y` of a picture in 8-bit levels, channel by channel.
pub(crate) fn levels(pixels: &Pixels, y: usize, to: &mut Light) {
    channels(pixels, y, to, f32::from, |v| f32::from(v) / 257.0);
}

/// Row `y` of a picture, channel by channel, every sample through a function of its depth.
fn channels(
    pixels: &Pixels,
    y: usize,
    to: &mut Light,
    eight: impl Fn(u8) -> f32,
    sixteen: impl Fn(u16) -> f32,
) {
    let width = pixels.width() as usize;
    to.iter_mut().for_each(|channel| channel.resize(width, 0.0));
    match pixels.samples() {
        Samples::Eight(v) => split(&v[y * width * 3..][..width * 3], to, eight),
        Samples::Sixteen(v) => split(&v[y * width * 3..][..width * 3], to, sixteen),
    }
}

fn split<S: Copy>(row: &[S], [r, g, b]: &mut Light, of: impl Fn(S) -> f32) {
    let to = r.iter_mut().zip(g).zip(b);
    for (((r, g), b), pixel) in to.zip(row.as_chunks::<3>().0) {
        (*r, *g, *b) = (of(pixel[0]), of(pixel[1]), of(pixel[2]));
    }
}
