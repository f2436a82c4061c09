//! Every gate of quality control in one table with a version: what it is called, where it fails,
//! and what it says. A report records the version it was judged by; change a number and raise the
//! version.

use serde::{Deserialize, Serialize};

/// Version of this table.
pub const VERSION: u32 = 3;

/// A measure that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// The result has the original's pixels.
    Size,
    /// Worst tile of the structure term at one megapixel.
    Structure,
    /// Worst area of the structure term at full size.
    StructureFine,
    /// Worst area of texture in plain surfaces that the original does not explain.
    Noise,
    /// Straight lines that turned.
    LineAngle,
    /// Straight lines that bend.
    LineBend,
    /// Worst area of colour that the whole picture's change does not explain.
    TileChroma,
    /// Shift of near-neutral surfaces.
    NeutralDrift,
    /// Straight steps where the original has none.
    Seams,
    /// Highlights that were there.
    LostHighlights,
    /// Shadows that were there.
    LostShadows,
    /// A bright or dark rim along a new sky.
    SkyHalo,
    /// A new sky outside its mask.
    SkyLeak,
    /// Share of the result's edges that the original has.
    EdgePrecision,
    /// Share of the original's edges that the result has.
    EdgeRecall,
    /// Fine detail of the softest parts against the original's.
    SharpnessP5,
}

/// The side of its threshold on which a measure passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    AtLeast,
    AtMost,
}

pub(super) struct Row {
    gate: Gate,
    pub name: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
    side: Side,
    /// Fails beyond this; a person looks beyond the second. The third is how far a refit from
    /// review decisions may move the first: the guarantee is ours, not a matter of taste.
    pub bounds: (f64, Option<f64>, f64),
    pub good: &'static str,
    pub bad: &'static str,
}

use Side::{AtLeast, AtMost};

pub(super) const ROWS: [Row; 16] = [
    Row {
        gate: Gate::Size,
        name: "size",
        label: "Size",
        unit: "megapixels",
        side: AtLeast,
        bounds: (0.0, None, 0.0),
        good: "The result has exactly the original's size.",
        bad: "The result does not have the original's size.",
    },
    Row {
        gate: Gate::Structure,
        name: "structure",
        label: "Structure, worst spot",
        unit: "",
        side: AtLeast,
        bounds: (0.80, None, 0.75),
        good: "Nothing appeared, vanished or bent.",
        bad: "Somewhere the picture's structure changed: something may have appeared, vanished or bent.",
    },
    Row {
        gate: Gate::StructureFine,
        name: "structure_fine",
        label: "Fine structure, worst spot",
        unit: "",
        side: AtLeast,
        bounds: (0.82, None, 0.78),
        good: "Fine detail kept its pattern everywhere.",
        bad: "Somewhere fine detail changed its pattern: it may have been blurred, moved or painted over.",
    },
    Row {
        gate: Gate::Noise,
        name: "noise",
        label: "Texture on plain surfaces",
        unit: "x",
        side: AtMost,
        bounds: (0.9, None, 1.5),
        good: "Plain surfaces stayed plain.",
        bad: "A plain surface, for instance a wall, got spots or grain that were not there.",
    },
    Row {
        gate: Gate::LineAngle,
        name: "line_angle",
        label: "Straight lines, turned",
        unit: "°",
        side: AtMost,
        bounds: (0.3, None, 0.6),
        good: "Straight lines kept their direction.",
        bad: "A straight line, for instance a wall's edge, leans differently than before.",
    },
    Row {
        gate: Gate::LineBend,
        name: "line_bend",
        label: "Straight lines, bent",
        unit: "% of length",
        side: AtMost,
        bounds: (0.3, None, 0.6),
        good: "Straight lines stayed straight.",
        bad: "A straight line, for instance a wall's edge, is bent.",
    },
    Row {
        gate: Gate::TileChroma,
        name: "tile_chroma",
        label: "Colour, worst spot",
        unit: "ΔC",
        side: AtMost,
        bounds: (3.6, Some(2.8), 5.6),
        good: "No area was repainted in another colour.",
        bad: "One area changed colour more than the rest of the picture.",
    },
    Row {
        gate: Gate::NeutralDrift,
        name: "neutral_drift",
        label: "Tint of neutral surfaces",
        unit: "ΔC",
        side: AtMost,
        bounds: (2.5, None, 5.0),
        good: "Whites and greys kept their colour.",
        bad: "Whites and greys took on a tint that was not intended.",
    },
    Row {
        gate: Gate::Seams,
        name: "seams",
        label: "Seams",
        unit: "ΔL*",
        side: AtMost,
        bounds: (1.0, None, 1.6),
        good: "No line runs through the picture that was not there.",
        bad: "A straight step in brightness or colour runs through the picture, as between two tiles.",
    },
    Row {
        gate: Gate::LostHighlights,
        name: "lost_highlights",
        label: "Lost highlights",
        unit: "% of the picture",
        side: AtMost,
        bounds: (0.5, None, 2.0),
        good: "No bright detail was lost.",
        bad: "Bright detail, for instance in windows, was washed out.",
    },
    Row {
        gate: Gate::LostShadows,
        name: "lost_shadows",
        label: "Lost shadows",
        unit: "% of the picture",
        side: AtMost,
        bounds: (0.5, None, 2.0),
        good: "No dark detail was lost.",
        bad: "Dark detail turned plain black.",
    },
    Row {
        gate: Gate::SkyHalo,
        name: "sky_halo",
        label: "Rim along the sky",
        unit: "ΔL*",
        side: AtMost,
        bounds: (1.0, None, 2.0),
        good: "The sky's edge has no rim.",
        bad: "A bright or dark rim runs along the edge of the sky.",
    },
    Row {
        gate: Gate::SkyLeak,
        name: "sky_leak",
        label: "Sky outside its place",
        unit: "ΔE",
        side: AtMost,
        bounds: (5.0, None, 8.0),
        good: "The new sky stays where the sky was.",
        bad: "The new sky runs into the house or the trees.",
    },
    Row {
        gate: Gate::EdgePrecision,
        name: "edge_precision",
        label: "Edges, none added",
        unit: "",
        side: AtLeast,
        bounds: (0.70, None, 0.5),
        good: "Nearly all edges in the result were in the original.",
        bad: "Many edges in the result were not in the original.",
    },
    Row {
        gate: Gate::EdgeRecall,
        name: "edge_recall",
        label: "Edges, none lost",
        unit: "",
        side: AtLeast,
        bounds: (0.60, None, 0.5),
        good: "Nearly all edges of the original are still there.",
        bad: "Many edges of the original are gone.",
    },
    Row {
        gate: Gate::SharpnessP5,
        name: "sharpness_p5",
        label: "Sharpness, softest part",
        unit: "x",
        side: AtLeast,
        bounds: (0.2, None, 0.15),
        good: "Every part is as sharp as it was.",
        bad: "A part of the picture lost its sharpness.",
    },
];

impl Gate {
    /// Every gate, in the order of the report.
    pub const ALL: [Self; ROWS.len()] = {
        let mut all = [Self::Size; ROWS.len()];
        let mut i = 0;
        while i < all.len() {
            assert!(ROWS[i].gate as usize == i, "the table follows the enum");
            all[i] = ROWS[i].gate;
            i += 1;
        }
        all
    };

    pub(super) fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// As measures and tables call it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// As reports call it.
    pub fn label(self) -> &'static str {
        self.row().label
    }

    /// The gate of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gate| gate.name() == name)
    }

    /// Whether a value is the worse the lower it is.
    pub fn is_floor(self) -> bool {
        self.row().side == AtLeast
    }

    /// How far a refit may loosen it.
    pub fn loosest(self) -> f64 {
        self.row().bounds.2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gate_has_its_own_name_and_is_found_by_it() {
        for gate in Gate::ALL {
            assert_eq!(Gate::named(gate.name()), Some(gate));
            assert_eq!(serde_json::to_value(gate).unwrap(), gate.name());
        }
    }
}
