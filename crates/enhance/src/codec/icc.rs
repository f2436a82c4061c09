//! ICC profiles: from whatever a file was tagged with to sRGB, through `moxcms`.

use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, Layout as Channels, ProfileText, Transform8BitExecutor,
    Transform16BitExecutor, TransformOptions,
};

use crate::codec::samples::Layout;

/// Larger profiles are not colour, they are an attack or a mistake (real ones stay below 4 MiB).
pub(crate) const MAX_PROFILE_BYTES: usize = 8 << 20;

/// The way to sRGB for both depths; empty when the numbers already are sRGB.
#[derive(Default)]
pub(crate) struct Conversion {
    pub eight: Option<Arc<Transform8BitExecutor>>,
    pub sixteen: Option<Arc<Transform16BitExecutor>>,
}

impl Conversion {
    /// True when anything has to be done at all.
    pub fn is_needed(&self) -> bool {
        self.eight.is_some() || self.sixteen.is_some()
    }
}

/// The conversion for a file's profile and that profile's name for people. A profile that cannot
/// be read or does not fit the channels is ignored: the numbers are taken as sRGB and the name
/// says so.
pub(crate) fn conversion(profile: Option<&[u8]>, layout: Layout) -> (Conversion, String) {
    let Some(bytes) = profile else {
        return (Conversion::default(), "none".to_owned());
    };
    let Some(profile) = parse(bytes) else {
        return (
            Conversion::default(),
            "unreadable, taken as sRGB".to_owned(),
        );
    };
    let name = name(&profile);
    if profile.color_space != wanted_space(layout) {
        return (
            Conversion::default(),
            format!("{name}, does not fit, taken as sRGB"),
        );
    }
    if layout_is_rgb(layout) && is_srgb(&profile) {
        return (Conversion::default(), name);
    }
    (build(&profile, layout), name)
}

fn parse(bytes: &[u8]) -> Option<ColorProfile> {
    let sane = bytes.len() <= MAX_PROFILE_BYTES;
    sane.then(|| ColorProfile::new_from_slice(bytes).ok())
        .flatten()
}

fn layout_is_rgb(layout: Layout) -> bool {
    matches!(layout, Layout::Rgb | Layout::Rgba)
}

fn wanted_space(layout: Layout) -> DataColorSpace {
    match layout {
        Layout::Grey | Layout::GreyAlpha => DataColorSpace::Gray,
        Layout::Rgb | Layout::Rgba => DataColorSpace::Rgb,
        Layout::Cmyk | Layout::CmykInverted => DataColorSpace::Cmyk,
    }
}

fn build(profile: &ColorProfile, layout: Layout) -> Conversion {
    let from = match layout {
        Layout::Grey | Layout::GreyAlpha => Channels::Gray,
        Layout::Rgb | Layout::Rgba => Channels::Rgb,
        Layout::Cmyk | Layout::CmykInverted => Channels::Rgba,
    };
    let (srgb, options) = (ColorProfile::new_srgb(), TransformOptions::default());
    Conversion {
        eight: profile
            .create_transform_8bit(from, &srgb, Channels::Rgb, options)
            .ok(),
        sixteen: profile
            .create_transform_16bit(from, &srgb, Channels::Rgb, options)
            .ok(),
    }
}

/// True when a matrix profile is sRGB, to the precision of its fixed-point numbers.
fn is_srgb(profile: &ColorProfile) -> bool {
    let name = name(profile).to_ascii_lowercase();
    let (mine, theirs) = (
        ColorProfile::new_srgb().colorant_matrix(),
        profile.colorant_matrix(),
    );
    let close = mine
        .v
        .iter()
        .flatten()
        .zip(theirs.v.iter().flatten())
        .all(|(a, b)| (a - b).abs() < 0.002);
    close && (name.contains("srgb") || name.contains("c2")) && !name.contains("linear")
}

fn name(profile: &ColorProfile) -> String {
    let text = match &profile.description {
        Some(ProfileText::PlainString(text)) => text.clone(),
        Some(ProfileText::Localizable(texts)) => {
            texts.first().map(|t| t.value.clone()).unwrap_or_default()
        }
        Some(ProfileText::Description(text)) => text.ascii_string.clone(),
        None => String::new(),
    };
    let text: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
    if text.trim().is_empty() {
        "unnamed".to_owned()
    } else {
        text.trim().to_owned()
    }
}

/// The profile of Adobe RGB (1998), for files that only say its name.
pub(crate) fn adobe_rgb_profile() -> Option<Vec<u8>> {
    ColorProfile::new_adobe_rgb().encode().ok()
}

/// The small sRGB profile that every delivered file carries. Its creation date is
/// fixed: moxcms writes the time of day there, and the same photo must give the same bytes.
pub(crate) fn srgb_profile() -> Option<Vec<u8>> {
    const CREATED: std::ops::Range<usize> = 24..36;
    const FIRST_OF_2026: [u8; 12] = [0x07, 0xEA, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];
    let mut profile = ColorProfile::new_srgb().encode().ok()?;
    profile.get_mut(CREATED)?.copy_from_slice(&FIRST_OF_2026);
    Some(profile)
}
