//! Applies a plan: the only functions that change pixels.

use plumbline_documents::Engine;

use crate::generative_model::{Denoise, Generation, GenerationError, Tile};
use crate::pixels::Pixels;
use crate::plan::Plan;
use crate::scene::{Scene, small};
use crate::sky::{self, Matte};
use crate::steps::finish::Finish;
use crate::steps::fitted::Fitted;
use crate::steps::tiles::canvas::Canvas;
use crate::steps::{natural, tiled, transfer};

/// Failure to apply a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// No model was given to a plan that needs one.
    #[error("the plan wants a model, but none is installed")]
    NoModel,
    /// No request to the model in a plan that needs one, as in plans before version 5.
    #[error("the plan does not say what it asks of a model: make it anew")]
    NoDenoise,
    /// Failure of the model.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// A picture of the model of another size.
    #[error(
        "the model returned {found_width} x {found_height} pixels instead of {width} x {height}"
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
    /// A tile of the model that was not asked for, of another size, or a second one.
    #[error("the model painted tile {index}, which does not fit")]
    WrongTile {
        /// Index by which the model handed it over.
        index: usize,
    },
    /// A model that finished without all of its tiles.
    #[error("the model left {missing} of {of} tiles unpainted")]
    MissingTiles {
        /// Number of tiles that were not handed over.
        missing: usize,
        /// Number of tiles asked for.
        of: usize,
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

/// The straightened picture with the plan's edit: same size, same depth. The same picture and plan
/// give the same bytes, on any number of threads. A plan that is the identity returns the same bytes.
pub fn apply(
    pixels: &Pixels,
    plan: &Plan,
    scene: &Scene,
    generation: Option<Generation<'_>>,
) -> Result<Pixels, ApplyError> {
    apply_and_keep_fit(pixels, plan, scene, generation).map(|(picture, _)| picture)
}

/// The same, with what was fitted to the model's proposal: quality control rebuilds the result from
/// it. `None` where no model was asked.
pub fn apply_and_keep_fit(
    pixels: &Pixels,
    plan: &Plan,
    scene: &Scene,
    generation: Option<Generation<'_>>,
) -> Result<(Pixels, Option<Fitted>), ApplyError> {
    if plan.is_colour_identity() {
        return Ok((pixels.clone(), None));
    }
    let (picture, fitted) = match plan.engine {
        Engine::Natural => {
            let steps = plan.natural();
            let picture = natural::apply(pixels, &steps).expect("every row keeps its length");
            return Ok((picture, None));
        }
        Engine::Guided => guided(pixels, plan, scene, generation.ok_or(ApplyError::NoModel)?),
        Engine::Tiled => tiled(pixels, plan, scene, generation.ok_or(ApplyError::NoModel)?),
    }?;
    Ok((picture, Some(fitted)))
}

/// The picture under a finish alone.
pub fn finished(pixels: &Pixels, finish: &Finish) -> Pixels {
    let plan = Plan {
        finish: Some(*finish),
        ..Plan::identity()
    };
    natural::apply(pixels, &plan.natural()).expect("every row keeps its length")
}

/// A model's picture of the plan's new sky, for `repaint`: small, framed as the photo is; only its
/// sky counts. `None`: the plan asks for none, or there is no sky.
pub fn paint_sky(
    original: &Pixels,
    plan: &Plan,
    matte: Option<&Matte>,
    generation: Option<Generation<'_>>,
) -> Result<Option<Pixels>, ApplyError> {
    let new = plan.sky.new_sky();
    let asked = new.and_then(|new| Some((new, new.painted.as_ref()?)));
    let (Some((new, denoise)), Some(matte)) = (asked, matte) else {
        return Ok(None);
    };
    let generation = generation.ok_or(ApplyError::NoModel)?;
    let before = small(original);
    let mask = matte.mask_of(before.width(), before.height());
    let after =
        generation
            .model
            .fill_sky(&before, &mask, denoise, new.prompt(), generation.progress)?;
    of_size(after, &before).map(Some)
}

/// The graded picture with the plan's new sky, where it has one and there is a matte: the only step
/// that puts pixels into a photo which are not its own. `original` is the straightened picture.
/// `own` is a picture of a sky that somebody chose, or what `paint_sky` returned.
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
    generation: Generation<'_>,
) -> Result<(Pixels, Fitted), ApplyError> {
    let before = small(pixels);
    let after = generation
        .model
        .correct(&before, scene, request(plan)?, generation.progress)?;
    let after = of_size(after, &before)?;
    let transfer = transfer::Transfer::fit(&before, &after);
    let picture = transfer.apply(pixels, plan.strength);
    let picture = picture.expect("every row keeps its length");
    Ok((picture, Fitted::guided(transfer)))
}

/// A model's picture, if it has the size of what the model was given.
fn of_size(after: Pixels, before: &Pixels) -> Result<Pixels, ApplyError> {
    let (width, height) = (before.width(), before.height());
    let (found_width, found_height) = (after.width(), after.height());
    if (found_width, found_height) == (width, height) {
        return Ok(after);
    }
    Err(ApplyError::WrongSize {
        width,
        height,
        found_width,
        found_height,
    })
}

fn tiled(
    pixels: &Pixels,
    plan: &Plan,
    scene: &Scene,
    generation: Generation<'_>,
) -> Result<(Pixels, Fitted), ApplyError> {
    let (denoise, grid) = (request(plan)?, plan.grid.ok_or(ApplyError::NoDenoise)?);
    let mut canvas = Canvas::new(&grid, pixels.width(), pixels.height());
    let tiles: Vec<Tile> = canvas.tiles().to_vec();
    let mut wrong = None;
    let mut lay = |index, tile| {
        if canvas.lay(index, &tile).is_err() {
            wrong = Some(ApplyError::WrongTile { index });
        }
    };
    generation.model.redraw(
        pixels,
        &tiles,
        scene,
        denoise,
        generation.progress,
        &mut lay,
    )?;
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    match canvas.missing() {
        0 => Ok(tiled::apply(pixels, &canvas.blended(), plan.strength)
            .expect("every row keeps its length")),
        missing => Err(ApplyError::MissingTiles {
            missing,
            of: tiles.len(),
        }),
    }
}

fn request(plan: &Plan) -> Result<&Denoise, ApplyError> {
    plan.denoise.as_ref().ok_or(ApplyError::NoDenoise)
}
