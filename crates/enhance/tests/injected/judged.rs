//! Quality control's report on every case of a photo.

use plumbline_documents::{Report, Verdict};
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::{Mask, Pixels};

use crate::injected::cases::{self, Aim, Photo};

/// One pair and its report.
#[derive(Debug, Clone)]
pub struct Judged {
    pub photo: String,
    pub case: &'static str,
    pub aim: Aim,
    pub report: Report,
}

impl Judged {
    pub fn held(&self) -> bool {
        self.report.verdict == Verdict::Held
    }
}

/// Makes and judges every case, one after the other.
pub fn all(photo: &Photo, other: &Pixels) -> Vec<Judged> {
    let judged = cases::of(photo, other).map(|case| {
        let terms = Terms {
            plan: case.plan.as_ref(),
            sky: case.sky.as_ref(),
            ..Terms::default()
        };
        Judged {
            photo: photo.name.clone(),
            case: case.name,
            aim: case.aim,
            report: judge(&case.original, &case.result, &terms).report,
        }
    });
    judged.collect()
}

/// A mask drawn as a picture: white is sky.
pub fn mask(drawn: &Pixels) -> Option<Mask> {
    let rgb = drawn.rgb8();
    let values = rgb.as_chunks::<3>().0.iter().map(|p| p[0]).collect();
    Mask::new(drawn.width(), drawn.height(), values)
}
