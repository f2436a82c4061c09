//! The names of quality control's measures: gates decide, figures inform.

use crate::engine::Engine;
use crate::words::words;

words! {
    /// Measure that decides, in the order of the report.
    pub enum Gate ("text") {
        /// The result has the framed original's pixels.
        Size = "size",
        /// Worst block of what the plan does not explain.
        Unplanned = "unplanned",
        /// Pixels of the photo as it came.
        InputSize = "input_size",
        /// Light in the photo as it came.
        InputLight = "input_light",
        /// Share of the photo that came plain white.
        InputBurnt = "input_burnt",
        /// Blur of the sharpest edges of the photo as it came.
        InputFocus = "input_focus",
        /// Blur across the way that the camera moved.
        InputShake = "input_shake",
        /// Noise of the photo as it came, against the picture in it.
        InputNoise = "input_noise",
        /// Worst tile of the structure term at one megapixel.
        Structure = "structure",
        /// Worst area of the structure term at full size.
        StructureFine = "structure_fine",
        /// Longest thin line on a plain surface that only one picture has.
        Hairline = "hairline",
        /// Worst area of texture in plain surfaces that the original does not explain.
        Noise = "noise",
        /// Straight lines that turned.
        LineAngle = "line_angle",
        /// Straight lines that bend.
        LineBend = "line_bend",
        /// Worst area of colour that the whole picture's change does not explain.
        TileChroma = "tile_chroma",
        /// Worst turn of hue, or loss of colour, of one surface.
        SurfaceColour = "surface_colour",
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
        /// Light that the result still lacks.
        ResultLight = "result_light",
        /// Cast that the result still has.
        ResultCast = "result_cast",
        /// Noise in the result's plain surfaces that the original has less of.
        ResultNoise = "result_noise",
    }
}

impl Gate {
    /// True when [`Gate::Unplanned`] says more than this gate could find out, so that it is not
    /// asked.
    ///
    /// The steps of the natural engine are the plan itself. Of what a network proposed, the fit says
    /// that nothing fine can have moved, appeared or gone; its colours, its light and what it burnt
    /// are still judged, and of a tiled correction, which adds texture, everything is.
    pub fn is_answered_by_plan(self, engine: Engine) -> bool {
        let fine = matches!(
            self,
            Self::StructureFine
                | Self::Hairline
                | Self::Noise
                | Self::LineAngle
                | Self::LineBend
                | Self::EdgePrecision
                | Self::EdgeRecall
                | Self::SharpnessP5
        );
        let coarse = matches!(
            self,
            Self::Structure
                | Self::TileChroma
                | Self::SurfaceColour
                | Self::NeutralDrift
                | Self::Seams
        );
        match engine {
            Engine::Natural => fine || coarse,
            Engine::Guided => fine,
            Engine::Tiled => false,
        }
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
        /// Steps of the result at the borders of compressed blocks, against the original's.
        ResultBlocking = "result_blocking",
        /// Rims of the result along strong edges that the original does not have.
        ResultHalo = "result_halo",
        /// Turn of the hue of likely skin and wood.
        ResultHue = "result_hue",
    }
}

impl Gate {
    /// True when it judges the photo as it came: no less of any correction mends that.
    pub fn is_of_input(self) -> bool {
        matches!(
            self,
            Self::InputSize
                | Self::InputLight
                | Self::InputBurnt
                | Self::InputFocus
                | Self::InputShake
                | Self::InputNoise
        )
    }

    /// True when it holds what was corrected too little: less of it would be worse.
    pub fn is_of_too_little(self) -> bool {
        matches!(self, Self::ResultLight | Self::ResultCast)
    }
}
