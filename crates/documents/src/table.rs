//! The table of gates: threshold, unit and sentences of each. A report records the version it was
//! judged by; change a number and raise the version.

use crate::gate::Gate;

/// Version of this table.
pub const TABLE_VERSION: u32 = 4;

/// The side of its threshold on which a measure passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    AtLeast,
    AtMost,
}

pub(crate) struct Row {
    gate: Gate,
    pub label: &'static str,
    pub unit: &'static str,
    side: Side,
    /// Fails beyond the first; a person looks beyond the second. The third is how far a refit from
    /// review decisions may move the first: the guarantee is ours, not a matter of taste.
    pub bounds: (f64, Option<f64>, f64),
    pub good: &'static str,
    pub bad: &'static str,
}

use Side::{AtLeast, AtMost};

pub(crate) const ROWS: [Row; Gate::ALL.len()] = [
    Row {
        gate: Gate::Size,
        label: "Size",
        unit: "megapixels",
        side: AtLeast,
        bounds: (0.0, None, 0.0),
        good: "The result has every pixel of the framed original.",
        bad: "The result does not have the framed original's size.",
    },
    Row {
        gate: Gate::Unplanned,
        label: "Change beyond the plan",
        unit: "levels",
        side: AtMost,
        bounds: (1.5, None, 1.5),
        good: "Every pixel is what the plan makes of the original: nothing was added, moved or painted over.",
        bad: "Somewhere the result is not what the plan makes of the original: something may have been added, moved or painted over.",
    },
    Row {
        gate: Gate::InputSize,
        label: "Your photo: size",
        unit: "megapixels",
        side: AtLeast,
        bounds: (0.786_432, None, 0.786_432),
        good: "Your photo is large enough.",
        bad: "Your photo has fewer pixels than 1024 x 768: too few for a listing. Upload the file as the camera took it.",
    },
    Row {
        gate: Gate::InputLight,
        label: "Your photo: light",
        unit: "of white",
        side: AtLeast,
        bounds: (0.25, None, 0.25),
        good: "Your photo has enough light to work with.",
        bad: "Your photo is nearly black: what is in it was lost when it was taken. Take it again with more light or a longer exposure.",
    },
    Row {
        gate: Gate::InputBurnt,
        label: "Your photo: burnt out",
        unit: "% of the picture",
        side: AtMost,
        bounds: (40.0, None, 40.0),
        good: "Your photo is not burnt out.",
        bad: "Your photo is burnt out: large parts are plain white, and no correction brings back what was there. Take it again with less exposure.",
    },
    Row {
        gate: Gate::InputFocus,
        label: "Your photo: focus",
        unit: "px of blur",
        side: AtMost,
        bounds: (0.9, None, 0.9),
        good: "Your photo is in focus.",
        bad: "Your photo is blurred: nothing in it is sharp, because the lens was out of focus or the camera moved. Take it again.",
    },
    Row {
        gate: Gate::InputShake,
        label: "Your photo: shake",
        unit: "px of blur",
        side: AtMost,
        bounds: (1.0, None, 1.0),
        good: "The camera was held still.",
        bad: "Your photo is smeared: edges in one direction are nowhere sharp, because the camera moved or the focus was off. Take it again from a tripod or with a shorter exposure.",
    },
    Row {
        gate: Gate::InputNoise,
        label: "Your photo: noise",
        unit: "levels",
        side: AtMost,
        bounds: (14.0, None, 14.0),
        good: "Your photo is not lost in noise.",
        bad: "There is more noise than picture in your photo. Take it again with more light, or check the file.",
    },
    Row {
        gate: Gate::Structure,
        label: "Structure, worst spot",
        unit: "",
        side: AtLeast,
        bounds: (0.87, None, 0.80),
        good: "Seen at one megapixel, nothing appeared, vanished or moved.",
        bad: "Somewhere the picture's structure changed: something may have appeared, vanished or bent.",
    },
    Row {
        gate: Gate::StructureFine,
        label: "Fine structure, worst spot",
        unit: "",
        side: AtLeast,
        bounds: (0.76, None, 0.72),
        good: "Fine detail kept its pattern.",
        bad: "Somewhere fine detail changed its pattern: it may have been blurred, moved or painted over.",
    },
    Row {
        gate: Gate::Hairline,
        label: "Thin lines on plain surfaces",
        unit: "px",
        side: AtMost,
        bounds: (36.0, None, 60.0),
        good: "No thin line, for instance a crack in a wall, came or went.",
        bad: "A thin line on a plain surface, for instance a crack in a wall, came or went.",
    },
    Row {
        gate: Gate::Noise,
        label: "Texture on plain surfaces",
        unit: "x",
        side: AtMost,
        bounds: (1.2, None, 1.5),
        good: "Plain surfaces, for instance walls, stayed plain.",
        bad: "A plain surface, for instance a wall, got spots or grain that were not there.",
    },
    Row {
        gate: Gate::LineAngle,
        label: "Straight lines, turned",
        unit: "°",
        side: AtMost,
        bounds: (0.3, None, 0.6),
        good: "Straight lines that could be followed kept their direction.",
        bad: "A straight line, for instance a wall's edge, leans differently than before.",
    },
    Row {
        gate: Gate::LineBend,
        label: "Straight lines, bent",
        unit: "% of length",
        side: AtMost,
        bounds: (0.3, None, 0.6),
        good: "Straight lines that could be followed stayed straight.",
        bad: "A straight line, for instance a wall's edge, is bent.",
    },
    Row {
        gate: Gate::TileChroma,
        label: "Colour, worst spot",
        unit: "ΔC",
        side: AtMost,
        bounds: (4.0, Some(3.6), 5.6),
        good: "No area changed colour by itself beyond the limit.",
        bad: "One area changed colour more than the rest of the picture.",
    },
    Row {
        gate: Gate::SurfaceColour,
        label: "Colour of surfaces",
        unit: "ΔC",
        side: AtMost,
        bounds: (4.6, None, 5.6),
        good: "No surface turned to another hue or lost its colour.",
        bad: "A surface turned to another hue, or lost its colour, while the rest of the picture did not.",
    },
    Row {
        gate: Gate::NeutralDrift,
        label: "Tint of neutral surfaces",
        unit: "ΔC",
        side: AtMost,
        bounds: (2.5, None, 5.0),
        good: "Whites and greys took on no tint that was not intended.",
        bad: "Whites and greys took on a tint that was not intended.",
    },
    Row {
        gate: Gate::Seams,
        label: "Seams",
        unit: "ΔL*",
        side: AtMost,
        bounds: (1.0, None, 1.6),
        good: "No straight step in brightness runs through the picture, as between two tiles.",
        bad: "A straight step in brightness or colour runs through the picture, as between two tiles.",
    },
    Row {
        gate: Gate::LostHighlights,
        label: "Lost highlights",
        unit: "% of the picture",
        side: AtMost,
        bounds: (1.0, None, 2.0),
        good: "Bright detail, for instance in windows, was kept within the limit.",
        bad: "Bright detail, for instance in windows, was washed out.",
    },
    Row {
        gate: Gate::LostShadows,
        label: "Lost shadows",
        unit: "% of the picture",
        side: AtMost,
        bounds: (0.5, None, 2.0),
        good: "Dark detail was kept within the limit.",
        bad: "Dark detail turned plain black.",
    },
    Row {
        gate: Gate::SkyHalo,
        label: "Rim along the sky",
        unit: "ΔL*",
        side: AtMost,
        bounds: (1.0, None, 2.0),
        good: "The sky's edge has no rim.",
        bad: "A bright or dark rim runs along the edge of the sky.",
    },
    Row {
        gate: Gate::SkyLeak,
        label: "Sky outside its place",
        unit: "ΔE",
        side: AtMost,
        bounds: (5.0, None, 8.0),
        good: "The new sky stays inside its mask.",
        bad: "The new sky runs into the house or the trees.",
    },
    Row {
        gate: Gate::EdgePrecision,
        label: "Edges, none added",
        unit: "",
        side: AtLeast,
        bounds: (0.70, None, 0.5),
        good: "The result's edges were in the original, within the limit.",
        bad: "Many edges in the result were not in the original.",
    },
    Row {
        gate: Gate::EdgeRecall,
        label: "Edges, none lost",
        unit: "",
        side: AtLeast,
        bounds: (0.60, None, 0.5),
        good: "The original's edges are still there, within the limit.",
        bad: "Many edges of the original are gone.",
    },
    Row {
        gate: Gate::SharpnessP5,
        label: "Sharpness, softest part",
        unit: "x",
        side: AtLeast,
        bounds: (0.15, None, 0.1),
        good: "No part lost its sharpness beyond the limit.",
        bad: "A part of the picture lost its sharpness.",
    },
    Row {
        gate: Gate::ResultLight,
        label: "Light still missing",
        unit: "stops",
        side: AtMost,
        bounds: (0.8, None, 0.8),
        good: "The result is as bright as it can be.",
        bad: "The result is still too dark: more light was possible.",
    },
    Row {
        gate: Gate::ResultCast,
        label: "Cast left",
        unit: "stops",
        side: AtMost,
        bounds: (0.8, None, 0.8),
        good: "No cast is left on whites and greys.",
        bad: "The result still has a cast: whites and greys look tinted.",
    },
    Row {
        gate: Gate::ResultNoise,
        label: "Noise brought up",
        unit: "levels",
        side: AtMost,
        bounds: (4.0, None, 4.0),
        good: "No noise was brought up.",
        bad: "Plain surfaces are noisier than in the original: the correction brought up noise.",
    },
];

const _: () = {
    let mut i = 0;
    while i < ROWS.len() {
        assert!(ROWS[i].gate as usize == i, "the table follows the enum");
        i += 1;
    }
};

impl Gate {
    pub(crate) fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        self.row().label
    }

    /// True when a value is the worse the lower it is.
    pub fn is_floor(self) -> bool {
        self.row().side == AtLeast
    }

    /// The threshold beyond which no refit may move it.
    pub fn loosest(self) -> f64 {
        self.row().bounds.2
    }
}
