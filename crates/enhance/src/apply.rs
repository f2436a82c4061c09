//! Paints a plan. The only functions that change pixels.

use crate::brush::{Brush, BrushError, Denoise};
use crate::pixels::Pixels;
use crate::plan::{Engine, Plan};
use crate::scene::{Place, Scene, small};
use crate::sky::{self, Matte};
use crate::steps::{natural, transfer};

/// A plan could not be painted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ApplyError {
    /// The plan wants a brush and none was given.
    #[error("the plan wants a guided correction, but no brush is installed")]
    NoBrush,
    /// The brush failed.
    #[error(transparent)]
    Brush(#[from] BrushError),
    /// The brush gave back a picture of another size.
    #[error(
        "the brush returned {found_width} x {found_height} pixels instead of {width} x {height}"
    )]
    WrongSize {
        /// Columns given.
        width: u32,
        /// Rows given.
        height: u32,
        /// Columns returned.
        found_width: u32,
        /// Rows returned.
        found_height: u32,
    },
}

/// The picture as the plan frames it: upright lines, the smallest crop that leaves no empty corner.
/// The first thing done to a photo, and the reference that everything after is compared with. A
/// plan that leaves the frame alone gives the same buffer back.
pub fn straighten(pixels: Pixels, plan: &Plan) -> Pixels {
    if plan.verticals.is_upright() {
        return pixels;
    }
    plan.verticals.apply(&pixels)
}

/// The straightened picture with the plan's edit: same size, same depth. The same picture and plan give the
/// same bytes, on any number of threads. A plan that is the identity returns the same bytes.
pub fn apply(
    pixels: &Pixels,
    plan: &Plan,
    scene: &Scene,
    brush: Option<&dyn Brush>,
) -> Result<Pixels, ApplyError> {
    if plan.is_colour_identity() {
        return Ok(pixels.clone());
    }
    match plan.engine {
        Engine::Natural => Ok(natural::apply(pixels, plan).expect("every row keeps its length")),
        Engine::Guided => guided(pixels, plan, scene, brush.ok_or(ApplyError::NoBrush)?),
    }
}

/// The graded picture with the plan's new sky, where it has one and `matte` says where: the only
/// step that puts pixels into a photo which are not its own. `original` is the straightened picture.
pub fn repaint(
    original: &Pixels,
    graded: Pixels,
    plan: &Plan,
    matte: Option<&Matte>,
    own: Option<&Pixels>,
) -> Pixels {
    match (plan.sky.new_sky(), matte) {
        (Some(new), Some(matte)) => sky::replace(original, graded, matte, new, own),
        _ => graded,
    }
}

fn guided(
    pixels: &Pixels,
    plan: &Plan,
    scene: &Scene,
    brush: &dyn Brush,
) -> Result<Pixels, ApplyError> {
    let before = small(pixels);
    let denoise = denoise(brush, scene, plan.strength);
    let after = brush.correct(&before, scene, &denoise, &|_| true)?;
    let (width, height) = (before.width(), before.height());
    if (after.width(), after.height()) != (width, height) {
        let (found_width, found_height) = (after.width(), after.height());
        return Err(ApplyError::WrongSize {
            width,
            height,
            found_width,
            found_height,
        });
    }
    let transfer = transfer::Transfer::fit(&before, &after);
    Ok(transfer
        .apply(pixels, plan.strength)
        .expect("every row keeps its length"))
}

/// 0.3 of all noise inside, 0.25 elsewhere; the interior look only inside.
fn denoise(brush: &dyn Brush, scene: &Scene, strength: f32) -> Denoise {
    let inside = scene.place == Place::Interior;
    let (sigma, steps) = brush
        .schedule()
        .start(if inside { 0.3 } else { 0.25 } * strength);
    Denoise {
        sigma,
        steps,
        tile: 0.6,
        canny: 0.4,
        look: if inside { 0.35 } else { 0.0 },
        seed: 0,
    }
}
