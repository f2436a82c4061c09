//! The names of quality control's measures: gates decide, figures inform.

use crate::words::words;

words! {
    /// Measure that decides, in the order of the report.
    pub enum Gate ("text") {
        /// The result has the original's pixels.
        Size = "size",
        /// Worst tile of the structure term at one megapixel.
        Structure = "structure",
        /// Worst area of the structure term at full size.
        StructureFine = "structure_fine",
        /// Worst area of texture in plain surfaces that the original does not explain.
        Noise = "noise",
        /// Straight lines that turned.
        LineAngle = "line_angle",
        /// Straight lines that bend.
        LineBend = "line_bend",
        /// Worst area of colour that the whole picture's change does not explain.
        TileChroma = "tile_chroma",
        /// Shift of near-neutral surfaces.
        NeutralDrift = "neutral_drift",
        /// Straight steps where the original has none.
        Seams = "seams",
        /// Highlights that were there.
        LostHighlights = "lost_highlights",
        /// Shadows that were there.
        LostShadows = "lost_shadows",
        /// A bright or dark rim along a new sky.
        SkyHalo = "sky_halo",
        /// A new sky outside its mask.
        SkyLeak = "sky_leak",
        /// A new sky over what does not look like sky.
        SkyTrial = "sky_trial",
        /// Share of the result's edges that the original has.
        EdgePrecision = "edge_precision",
        /// Share of the original's edges that the result has.
        EdgeRecall = "edge_recall",
        /// Fine detail of the softest parts against the original's.
        SharpnessP5 = "sharpness_p5",
    }
}

words! {
    /// Measure that only informs.
    pub enum Figure ("text") {
        /// Lowest hundredth of the structure term at full size.
        StructureP1 = "structure_p1",
        /// Local contrast against the original's.
        Contrast = "contrast",
        /// Harmonic mean of edge precision and recall.
        EdgeF1 = "edge_f1",
        /// Mean SSIM of the luma.
        Ssim = "ssim",
        /// MS-SSIM of the luma.
        MsSsim = "ms_ssim",
        /// Mean CIEDE2000.
        DeltaEMean = "delta_e_mean",
        /// 95th percentile of CIEDE2000.
        DeltaEP95 = "delta_e_p95",
        /// Median of fine detail against the original's.
        Sharpness = "sharpness",
    }
}
