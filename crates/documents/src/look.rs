//! The look: the tone preset of a shoot; and, beside it, the dials and the personal looks of
//! organizations.

use crate::words::words;

pub(crate) mod dials;
pub mod file;
pub mod record;

words! {
    /// Tone preset of a shoot.
    #[derive(Default)]
    pub enum Look ("shoot_look") {
        /// The place as the eye remembers it.
        #[default]
        Neutral = "neutral",
        /// Airy: brighter than the eye remembers.
        Bright = "bright",
        /// Like late afternoon: a little of the warmth of the light stays.
        Warm = "warm",
    }
}
