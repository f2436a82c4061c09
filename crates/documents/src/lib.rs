//! The words and versioned documents that cross crates: each is one type, in one place.
//!
//! A word is an enum whose spelling in JSON, in a column, on a command line and in a form is the
//! same ([`words`]). A document is what is stored of an attempt: quality control's [`Report`] and
//! all that stands around it ([`AttemptReport`]), and the [`StoredPlan`]. Pages read reports that an
//! older or newer release wrote as far as they are understood. Nothing here does anything.
#![warn(missing_docs)]

mod attempt_report;
mod content_type;
mod engine;
mod file_signature;
mod gate;
mod lenient;
mod look;
mod measure;
mod place;
mod plan;
mod refit;
mod report;
mod scene;
mod sky;
mod source;
mod stage;
mod table;
mod thresholds;
pub mod words;

pub use attempt_report::{AttemptReport, InspectionReport};
pub use content_type::ContentType;
pub use engine::{Engine, EngineChoice};
pub use file_signature::{FileSignature, export_advice, has_raw_ending};
pub use gate::{Figure, Gate};
pub use look::Look;
pub use look::dials::{BadDial, Dial, Dials, WhiteAt};
pub use look::file::{LOOK_MOST_BYTES, LOOK_TENSORS, NotALook, check_look};
pub use look::record::LookRecord;
pub use measure::{Measure, MeasureName, MeasureVerdict};
pub use place::{Place, Room};
pub use plan::StoredPlan;
pub use refit::{
    DecidedReport, Decision, DecisionsEnd, DecisionsHeader, REFIT_VERSION, RefitDocument,
    RefitInForce,
};
pub use report::alteration::{Alteration, Generated, percent, summary};
pub use report::claim::{Aspect, Claim, Sentence};
pub use report::evidence::Evidence;
pub use report::framing::Framing;
pub use report::{Report, Verdict};
pub use scene::{GeneratedLedger, Light, Scene, SkyFound};
pub use sky::{SkyChoice, SkyKind, SkyWord};
pub use source::{Format, Source};
pub use stage::{Parts, Stage, Step};
pub use table::TABLE_VERSION;
pub use thresholds::{Bound, Thresholds, rounded};
