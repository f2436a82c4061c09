//! A photo as it was beside the photo as an attempt made it.

use plumbline_domain::shoots::renditions::Kind;
use plumbline_domain::work::attempts::Attempt;

use crate::pages::provenance::Provenance;
use crate::pages::view::Picture;

/// The pictures that a page lays over each other.
pub struct Comparison {
    /// The original, framed as the result is.
    pub before: Picture,
    /// The original as it came; `None`: `before` shows it.
    pub original: Option<Picture>,
    pub after: Picture,
    pub heatmap: Option<Picture>,
    /// White where there is sky.
    pub mask: Option<Picture>,
    /// "After", or the attempt where it is not the current one.
    pub tag: String,
}

impl Comparison {
    /// `None`: no pictures were kept of the attempt.
    pub fn of(provenance: &Provenance, attempt: &Attempt) -> Option<Self> {
        let accepted = provenance.accepted();
        let counts = accepted.is_some_and(|one| one.id == attempt.id);
        Some(Self {
            before: provenance.before(attempt)?,
            original: provenance.original(attempt),
            mask: provenance.mask(attempt),
            after: provenance.picture(attempt.id, Kind::Preview)?,
            heatmap: provenance.picture(attempt.id, Kind::Heatmap),
            tag: match counts {
                true => "After".to_owned(),
                false => format!("Attempt {}", attempt.number),
            },
        })
    }

    /// The label of the original beside the result.
    pub fn before_tag(&self) -> &'static str {
        before_tag(self.original.as_ref())
    }
}

/// A picture that was turned or cut is not the original any more.
pub fn before_tag(original: Option<&Picture>) -> &'static str {
    match original {
        Some(_) => "Before (framed as the result)",
        None => "Before",
    }
}
