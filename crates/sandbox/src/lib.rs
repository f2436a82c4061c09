//! Strangers' files are decoded here, in a process that has nothing to lose: a child of this same
//! program without keys, environment, files or network, under limits of memory and time. Decoders are
//! partly written in C; whoever takes one over finds the one file that they sent.
//!
//! ```text
//!  parent: Decoder ── file (sealed, stdin) ──► child: serve
//!     ▲                                          │ lockdown, decode, try the metadata
//!     └──── shared memory (stdout): reply, samples ◄┘ and ends
//! ```
//!
//! A child decodes one file and ends. Only then does the parent look at the shared memory, so nobody
//! changes it while it is read; the samples stay where they are and are nowhere copied.

#![warn(missing_docs)]

mod decoder;
mod input;
mod lockdown;
mod message;
mod serve;
mod shared_memory;

pub use decoder::{Bounds, Decoder, Undecoded};
pub use input::InputFile;
pub use lockdown::{Enforcement, Lockdown};
pub use message::Request;
pub use serve::{COMMAND, serve, serve_with};
