//! The trait of networks that propose a finish, and their answer. They see a small copy; all that
//! reaches the photo are the bounded numbers of a [`Finish`], and the plan decides on how much of it.

use plumbline_documents::{LookRecord, Place};

use crate::filters::scale::{self, Kernel};
use crate::pixels::Pixels;
use crate::scene::AnalysisError;
use crate::steps::finish::Finish;

/// Longer side of the copy that a `FinishModel` is given.
pub const SMALL_EDGE: u32 = 512;

/// Answer of a `FinishModel`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proposal {
    /// The whole finish.
    pub finish: Finish,
    /// Mean difference (CIE76) that the photo is expected to have from a finished one as it came.
    pub off_before: f32,
    /// The same under the finish: the less, the surer.
    pub off_after: f32,
}

/// Proposes a finish for a photo.
pub trait FinishModel: Send + Sync {
    /// The finish for a copy of at most [`SMALL_EDGE`] pixels along its longer side.
    fn propose(&self, small: &Pixels, place: Place) -> Result<Proposal, AnalysisError>;
    /// The model's name, for the record.
    fn name(&self) -> &str;
    /// The personal look that the model is; `None`: it is an organization's no more than another's.
    fn personal_look(&self) -> Option<&LookRecord> {
        None
    }
}

/// The copy that a `FinishModel` is given.
pub fn small(pixels: &Pixels) -> Pixels {
    let (width, height) = scale::fit(pixels.width(), pixels.height(), SMALL_EDGE);
    scale::shrink(pixels, width, height, Kernel::Area)
}
