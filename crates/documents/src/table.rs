//! The table of gates: threshold, unit and sentences of each. A report records the version it was
//! judged by; change a number and raise the version.

use crate::gate::Gate;

/// Version of this table.
pub const TABLE_VERSION: u32 = 3;

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
        good: "The result has exactly the original's size.",
        bad: "The result does not have the original's size.",
    },
    Row {
        gate: Gate::Structure,
        label: "Structure, worst spot",
        unit: "",
        side: AtLeast,
        bounds: (0.80, None, 0.75),
        good: "Nothing appeared, vanished or bent.",
        bad: "Somewhere the picture's structure changed: something may have appeared, vanished or bent.",
    },
    Row {
        gate: Gate::StructureFine,
        label: "Fine structure, worst spot",
        unit: "",
        side: AtLeast,
        bounds: (0.82, None, 0.78),
        good: "Fine detail kept its pattern everywhere.",
        bad: "Somewhere fine detail changed its pattern: it may have been blurred, moved or painted over.",
    },
    Row {
        gate: Gate::Noise,
        label: "Texture on plain surfaces",
        unit: "x",
        side: AtMost,
        bounds: (0.9, None, 1.5),
        good: "Plain surfaces stayed plain.",
        bad: "A plain surface, for instance a wall, got spots or grain that were not there.",
    },
    Row {
        gate: Gate::LineAngle,
        label: "Straight lines, turned",
        unit: "°",
        side: AtMost,
        bounds: (0.3, None, 0.6),
        good: "Straight lines kept their direction.",
        bad: "A straight line, for instance a wall's edge, leans differently than before.",
    },
    Row {
        gate: Gate::LineBend,
        label: "Straight lines, bent",
        unit: "% of length",
        side: AtMost,
        bounds: (0.3, None, 0.6),
        good: "Straight lines stayed straight.",
        bad: "A straight line, for instance a wall's edge, is bent.",
    },
    Row {
        gate: Gate::TileChroma,
        label: "Colour, worst spot",
        unit: "ΔC",
        side: AtMost,
        bounds: (3.6, Some(2.8), 5.6),
        good: "No area was repainted in another colour.",
        bad: "One area changed colour more than the rest of the picture.",
    },
    Row {
        gate: Gate::NeutralDrift,
        label: "Tint of neutral surfaces",
        unit: "ΔC",
        side: AtMost,
        bounds: (2.5, None, 5.0),
        good: "Whites and greys kept their colour.",
        bad: "Whites and greys took on a tint that was not intended.",
    },
    Row {
        gate: Gate::Seams,
        label: "Seams",
        unit: "ΔL*",
        side: AtMost,
        bounds: (1.0, None, 1.6),
        good: "No line runs through the picture that was not there.",
        bad: "A straight step in brightness or colour runs through the picture, as between two tiles.",
    },
    Row {
        gate: Gate::LostHighlights,
        label: "Lost highlights",
        unit: "% of the picture",
        side: AtMost,
        bounds: (0.5, None, 2.0),
        good: "No bright detail was lost.",
        bad: "Bright detail, for instance in windows, was washed out.",
    },
    Row {
        gate: Gate::LostShadows,
        label: "Lost shadows",
        unit: "% of the picture",
        side: AtMost,
        bounds: (0.5, None, 2.0),
        good: "No dark detail was lost.",
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
        good: "The new sky stays where the sky was.",
        bad: "The new sky runs into the house or the trees.",
    },
    Row {
        gate: Gate::SkyTrial,
        label: "Painted where no sky seems to be",
        unit: "% of the picture",
        side: AtMost,
        bounds: (0.1, None, 0.1),
        good: "All that was painted looked like sky before.",
        bad: "Something was painted over that does not look like sky.",
    },
    Row {
        gate: Gate::EdgePrecision,
        label: "Edges, none added",
        unit: "",
        side: AtLeast,
        bounds: (0.70, None, 0.5),
        good: "Nearly all edges in the result were in the original.",
        bad: "Many edges in the result were not in the original.",
    },
    Row {
        gate: Gate::EdgeRecall,
        label: "Edges, none lost",
        unit: "",
        side: AtLeast,
        bounds: (0.60, None, 0.5),
        good: "Nearly all edges of the original are still there.",
        bad: "Many edges of the original are gone.",
    },
    Row {
        gate: Gate::SharpnessP5,
        label: "Sharpness, softest part",
        unit: "x",
        side: AtLeast,
        bounds: (0.2, None, 0.15),
        good: "Every part is as sharp as it was.",
        bad: "A part of the picture lost its sharpness.",
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
