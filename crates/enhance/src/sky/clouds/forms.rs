//! Cloudscapes that can be chosen, by number.

/// Cloudscapes that each kind of clouds has.
pub const CLOUDSCAPES: usize = 8;

/// The name of a cloudscape.
pub(crate) fn name(number: u8) -> &'static str {
    NAMES[usize::from(number) % CLOUDSCAPES]
}

const NAMES: [&str; CLOUDSCAPES] = [
    "fair",
    "open",
    "heaped",
    "scattered",
    "broken",
    "small",
    "torn",
    "towering",
];

/// Numbers of heaps of cloud.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeapForm {
    /// Level above which there is cloud: more covers more.
    pub cover: f32,
    /// Groups of clouds per unit of the ceiling.
    pub groups: f32,
    /// Height of the tallest.
    pub thick: f32,
    /// Volumes of billows per unit: large makes small heaps.
    pub heaps: f32,
    /// Volumes of the finer billows that eat into them.
    pub bites: f32,
    /// Depth of those bites.
    pub bitten: f32,
    /// Light that is lost per unit of the densest cloud.
    pub dense: f32,
    /// Reach of torn edges, radians at the ceiling's height.
    pub torn: f32,
}

const FAIR: HeapForm = HeapForm {
    cover: 0.40,
    groups: 0.60,
    thick: 0.40,
    heaps: 0.90,
    bites: 2.6,
    bitten: 0.55,
    dense: 45.0,
    torn: 0.060,
};

pub(super) const HEAPS: [HeapForm; CLOUDSCAPES] = [
    FAIR,
    HeapForm {
        cover: 0.36,
        groups: 0.50,
        ..FAIR
    },
    HeapForm {
        cover: 0.40,
        groups: 0.45,
        thick: 0.55,
        heaps: 0.80,
        bites: 2.3,
        dense: 55.0,
        torn: 0.045,
        ..FAIR
    },
    HeapForm {
        cover: 0.40,
        groups: 1.00,
        thick: 0.30,
        heaps: 1.20,
        bites: 3.1,
        dense: 42.0,
        torn: 0.050,
        ..FAIR
    },
    HeapForm {
        cover: 0.52,
        groups: 0.55,
        thick: 0.35,
        bitten: 0.60,
        ..FAIR
    },
    HeapForm {
        cover: 0.36,
        groups: 1.30,
        thick: 0.22,
        heaps: 1.60,
        bites: 3.8,
        dense: 40.0,
        torn: 0.040,
        ..FAIR
    },
    HeapForm {
        cover: 0.44,
        groups: 0.50,
        thick: 0.26,
        bitten: 0.70,
        dense: 26.0,
        torn: 0.095,
        ..FAIR
    },
    HeapForm {
        cover: 0.36,
        groups: 0.55,
        thick: 0.60,
        heaps: 0.85,
        bites: 2.4,
        dense: 48.0,
        torn: 0.045,
        ..FAIR
    },
];

/// Numbers of veils of ice.
#[derive(Debug, Clone, Copy)]
pub(super) struct VeilForm {
    /// Level above which there is a veil: more covers more.
    pub cover: f32,
    /// Strength of the filaments.
    pub fibres: f32,
    /// Filaments per unit of the ceiling.
    pub scale: f32,
    /// Depth of a whole veil.
    pub depth: f32,
    /// Bend of filaments by the wind.
    pub bent: f32,
    /// The wind's direction against the ceiling's, radians.
    pub wind: f32,
}

const STREAKS: VeilForm = VeilForm {
    cover: 0.0,
    fibres: 0.8,
    scale: 0.8,
    depth: 0.8,
    bent: 0.35,
    wind: 0.0,
};

pub(super) const VEILS: [VeilForm; CLOUDSCAPES] = [
    STREAKS,
    VeilForm {
        cover: -0.10,
        fibres: 0.9,
        scale: 1.0,
        depth: 0.9,
        ..STREAKS
    },
    VeilForm {
        cover: 0.15,
        fibres: 0.6,
        scale: 0.7,
        depth: 0.6,
        bent: 0.5,
        ..STREAKS
    },
    VeilForm {
        cover: 0.0,
        fibres: 1.1,
        scale: 1.2,
        depth: 0.7,
        bent: 0.25,
        ..STREAKS
    },
    VeilForm {
        cover: 0.25,
        fibres: 0.5,
        scale: 0.6,
        depth: 0.5,
        bent: 0.3,
        ..STREAKS
    },
    VeilForm {
        cover: -0.15,
        fibres: 1.0,
        scale: 0.7,
        depth: 1.0,
        bent: 0.6,
        ..STREAKS
    },
    VeilForm {
        cover: 0.05,
        fibres: 0.7,
        scale: 1.5,
        depth: 0.7,
        bent: 0.4,
        ..STREAKS
    },
    VeilForm {
        cover: 0.10,
        fibres: 0.9,
        scale: 0.5,
        depth: 0.7,
        bent: 0.45,
        ..STREAKS
    },
];
