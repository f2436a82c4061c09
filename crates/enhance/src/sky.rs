//! Skies: the matte of one, numbers about it, and a new one in its place.
//!
//! ```text
//! a guess ─► Matte::refine ─► trial ─► SkyView ─► plan::sky ─► replace
//! ```

mod atmosphere;
mod backdrop;
mod clouds;
mod compose;
mod directions;
mod dome;
mod islands;
pub mod matte;
mod new_sky;
pub(crate) mod planes;
mod row;
mod sun;
pub mod trial;
pub mod view;

pub use clouds::CLOUDSCAPES;
pub use islands::without_islands;
pub use matte::Matte;
pub use new_sky::NewSky;
pub use sun::Sun;
pub use view::SkyView;

use plumbline_documents::SkyKind;

use crate::pixels::Pixels;

/// The graded picture with a new sky in place of the old one, same size and depth. `original` is
/// the picture that the matte was made from and that was graded.
/// `own` is the sky picture of a plan that wants one, or what a model painted for a plan that asks
/// for that; without it the plan's sky is calculated.
pub fn replace(
    original: &Pixels,
    graded: Pixels,
    matte: &Matte,
    new: &NewSky,
    own: Option<&Pixels>,
) -> Pixels {
    let light = match own {
        Some(own) if new.kind == SkyKind::Own => backdrop::fit(own, new, matte),
        Some(painted) if new.painted.is_some() => matte.painted(painted),
        _ => dome::paint(new, &matte.share),
    };
    compose::replace(original, graded, matte, new, &light)
}
