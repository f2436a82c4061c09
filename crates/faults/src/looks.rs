//! Looks that an editor of listings delivers: tone and colour move, everywhere or locally, and the
//! house does not. Made as real editors make them: in linear light, on the logarithm of luminance,
//! or on CIELAB, with blurred, guided and bilateral bases.

mod colour;
mod detail;
mod dynamic_range;
mod finish;
mod light;
mod places;
mod tone;

use crate::canvas::Canvas;
use crate::rng::Rng;

/// A look, of some strength.
pub type Edit = fn(&Canvas, Strength, &mut Rng) -> Canvas;

/// Strength of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Hardly seen.
    Weak,
    /// The one that most deliver.
    Usual,
    /// The most that a listing bears.
    Strong,
}

impl Strength {
    /// All, weakest first.
    pub const ALL: [Self; 3] = [Self::Weak, Self::Usual, Self::Strong];

    /// The number of this strength, a tenth more or less.
    pub fn of(self, [weak, usual, strong]: [f32; 3], rng: &mut Rng) -> f32 {
        let own = match self {
            Self::Weak => weak,
            Self::Usual => usual,
            Self::Strong => strong,
        };
        own * rng.within(0.9, 1.1)
    }

    /// Word of the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Usual => "usual",
            Self::Strong => "strong",
        }
    }
}

/// A look by its name, and the strengths that it has.
#[derive(Clone, Copy)]
pub struct Look {
    /// Name in the table.
    pub name: &'static str,
    /// Strengths, weakest first.
    pub strengths: &'static [Strength],
    /// The work.
    pub edit: Edit,
}

const ALL: &[Strength] = &Strength::ALL;
const TWO: &[Strength] = &[Strength::Weak, Strength::Usual];
const ONE: &[Strength] = &[Strength::Usual];

const fn look(name: &'static str, strengths: &'static [Strength], edit: Edit) -> Look {
    Look {
        name,
        strengths,
        edit,
    }
}

/// All of them.
pub const LOOKS: [Look; 53] = [
    look("as it was", ONE, |p, _, _| p.clone()),
    // Tone of the whole picture.
    look("brighter", ALL, tone::brighter),
    look("darker", ALL, tone::darker),
    look("exposure, soft shoulder", ALL, tone::exposure),
    look("gamma", ALL, tone::gamma),
    look("contrast", ALL, tone::contrast),
    look("flat", ALL, tone::flat),
    look("S-curve per channel", ALL, tone::channel_curves),
    look("matte black", ALL, tone::matte),
    look("black and white points", ALL, tone::points),
    look("shadows open", ALL, tone::shadows_open),
    look("highlights calm", ALL, tone::highlights_calm),
    // Colour of the whole picture.
    look("warmer", ALL, colour::warmer),
    look("cooler", ALL, colour::cooler),
    look("tint", ALL, colour::tint),
    look("vivid", ALL, colour::vivid),
    look("muted", ALL, colour::muted),
    look("vibrance", ALL, colour::vibrance),
    look("split tones", ALL, colour::split_tones),
    look("yellows calmed", TWO, colour::yellows_calmed),
    look("colour noise out", TWO, colour::smooth_chroma),
    // Light by the light of the surroundings.
    look("shadows open, wide base", ALL, light::shadows_wide),
    look("shadows open, guided base", ALL, light::shadows_guided),
    look(
        "shadows open and exposure",
        ALL,
        light::shadows_and_exposure,
    ),
    look("highlights recovered", ALL, light::highlights_recovered),
    look("clarity", ALL, light::clarity),
    look("CLAHE", ALL, light::clahe),
    look("haze removal", ALL, light::haze_removal),
    // Dynamic range.
    look("HDR, bilateral base", ALL, dynamic_range::bilateral_base),
    look("HDR, local operator", ALL, dynamic_range::local_operator),
    look("local Laplacian", ALL, dynamic_range::local_laplacian),
    look("exposure fusion", ALL, dynamic_range::fusion),
    // Places.
    look("dodge and burn", ALL, places::dodge_and_burn),
    look("graduated filter", ALL, places::graduated),
    look("radial filter", ALL, places::radial),
    look("vignette", ALL, places::vignette),
    look("corners lit", ALL, places::corners_lit),
    look("lamps and windows warmed", ALL, places::lights_warmed),
    look("window view darker", ALL, places::windows_darker),
    // Detail.
    look("texture", ALL, detail::texture),
    look("sharpened", ALL, detail::sharpened),
    look("sharpened, high pass", TWO, detail::high_pass),
    look("noise out, bilateral", TWO, detail::bilateral),
    look("noise out, patches", TWO, detail::patches),
    // Finished listings.
    look("JPEG at 92", ONE, |p, _, _| finish::jpeg(p, 92)),
    look("JPEG at 80", ONE, |p, _, _| finish::jpeg(p, 80)),
    look("listing", ALL, finish::listing),
    look("listing, bright and airy", ALL, finish::airy),
    look("listing, natural", ALL, finish::natural),
    look("listing, dark and warm", TWO, finish::moody),
    look("listing, HDR", TWO, finish::hdr),
    look("listing, quick", TWO, finish::quick),
    look("listing, strokes", TWO, finish::strokes),
];

/// A look and a strength of it, drawn from all.
pub fn drawn(rng: &mut Rng) -> (Look, Strength) {
    let look = LOOKS[rng.below(LOOKS.len())];
    (look, look.strengths[rng.below(look.strengths.len())])
}
