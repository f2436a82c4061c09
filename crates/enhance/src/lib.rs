//! Photos in, better photos and an honest report out. Pure: bytes and numbers only.
//!
//! ```text
//! decode ─► measure ─► straighten ─► analyze (SceneAnalyzer) ─► refine (Matte) ─► plan
//!     ─► apply (GenerativeModel) ─► repaint (sky) ─► inspect ─► encode, preview
//!          ▲                                  │
//!          └──────────── fallback::lower ◄───────┘ held
//! ```
//!
//! `measure` finds numbers, `plan` turns numbers into an edit, `apply` carries it out, `inspect`
//! judges the result. The same bytes and the same plan give the same bytes, on any number of
//! threads. Nothing here knows files, clocks, networks (neural or other) or organizations.
//!
//! Layers; a module imports only from lines above its own:
//!
//! ```text
//!  0  pixels, shot            pictures in memory; settings of the camera
//!  1  math                    colour, light, interpolation, statistics, linear equations
//!  2  kernels                 loops that decide the time; the only unsafe code
//!  3  filters                 pictures of another size, means over windows
//!  4  scene, measure          the scene analyzer's trait; numbers about a picture
//!  5  generative_model        the generative model's trait
//!  6  steps                   one step of an edit each: parameters and pixels
//!  7  sky                     the matte, its trial, and a new sky
//!     finish_model            the trait of networks that propose a finish
//!  8  plan                    numbers to parameters of the steps
//!  9  apply, fallback         a plan to pixels; the next plan after a result was held
//! 10  inspect                 result against original
//! beside them, above 3 only:
//!     codec                   bytes to pixels and metadata, and back
//!     export, brackets        delivered files; several exposures to one picture
//! ```
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod apply;
pub mod brackets;
pub mod codec;
pub mod export;
pub mod fallback;
mod filters;
pub mod finish_model;
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
mod shot;
pub mod sky;
pub mod steps;

pub use apply::{ApplyError, apply, apply_and_keep_fit, finished, paint_sky, repaint, straighten};
pub use codec::{
    Change, Decoded, EncodeError, Heap, Limits, Metadata, Output, PlaneMemory, Privacy,
    PublishError, Record, Recorded, Refusal, decode, decode_in, decode_named, encode,
    encode_preview, preview, publish, publish_pixels,
};
pub use export::{Export, Exported, export};
pub use finish_model::{FinishModel, Proposal};
pub use generative_model::{
    Denoise, Generation, GenerationError, GenerativeModel, Progress, ProgressFn, Schedule, Tile,
};
pub use inspect::{Heatmap, Inspected, edges, inspect, inspect_with_heatmap};
pub use math::light::{encoded, linear};
pub use measure::{Fitness, Measured, measure};
pub use pixels::{Mask, Pixels, Plane, Samples};
pub use plan::shoot_reference::ShootReference;
pub use plan::{Plan, Preset, plan};
pub use scene::{AnalysisError, NoAnalyzer, Overrides, Scene, SceneAnalyzer, SkyChoice, small};
pub use shot::{ExposureMode, GpsFix, Panorama, Shot};
