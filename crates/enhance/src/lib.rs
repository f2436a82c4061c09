//! Photos in, better photos and an honest report out. Pure: bytes and numbers only.
//!
//! ```text
//! decode ─► measure ─► straighten ─► look (SceneAnalyzer) ─► refine (Matte) ─► plan
//!     ─► apply (GenerativeModel) ─► repaint (sky) ─► inspect ─► encode, preview
//!          ▲                                  │
//!          └──────────── fallbacks::lower ◄──────┘ held
//! ```
//!
//! `measure` finds numbers, `plan` turns numbers into an edit, `apply` paints it, `inspect` judges
//! it. The same bytes and the same plan give the same bytes, on any number of threads. Nothing
//! here knows files, clocks, networks (neural or other) or organizations.
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod apply;
pub mod brackets;
pub mod codec;
pub mod export;
pub mod fallback;
mod filters;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
pub mod generative_model;
pub mod inspect;
mod kernels;
mod math;
pub mod measure;
pub mod pixels;
pub mod plan;
pub mod scene;
pub mod sky;
pub mod steps;

pub use apply::{ApplyError, apply, paint_sky, repaint, straighten};
pub use codec::{
    Change, Decoded, EncodeError, ExposureMode, Limits, Metadata, Output, Privacy, Refusal, Shot,
    decode, encode, encode_preview, preview,
};
pub use export::{Export, Exported, export};
pub use generative_model::{
    Denoise, Generation, GenerationError, GenerativeModel, Progress, ProgressFn, Schedule, Tile,
};
pub use inspect::{Heatmap, Inspected, edges, inspect, inspect_with_heatmap};
pub use measure::{Measured, measure};
pub use pixels::{Mask, Pixels};
pub use plan::shoot_reference::ShootReference;
pub use plan::{Plan, Preset, plan};
pub use scene::{AnalysisError, NoAnalyzer, Overrides, Scene, SceneAnalyzer, SkyChoice, small};
