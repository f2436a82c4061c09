//! Analyzers without networks: what they see is what the made-up pictures show.

use plumbline_documents::Place;
use plumbline_enhance::{AnalysisError, Mask, Pixels, Scene, SceneAnalyzer};

/// Takes what is bright for sky, and pictures that begin with sky for exteriors.
pub struct SkyAnalyzer;

impl SceneAnalyzer for SkyAnalyzer {
    fn analyze(&self, small: &Pixels) -> Result<Scene, AnalysisError> {
        let luma = Mask::of_luma(small);
        let likely = luma.values().iter().map(|&v| if v > 170 { 255 } else { 0 });
        let likely: Vec<u8> = likely.collect();
        let outside = likely[..small.width() as usize / 2].iter().all(|&v| v > 0);
        Ok(Scene {
            place: if outside {
                Place::Exterior
            } else {
                Place::Interior
            },
            confidence: 0.97,
            sky: Mask::new(small.width(), small.height(), likely),
            ..Scene::default()
        })
    }

    fn name(&self) -> &str {
        "what is bright"
    }

    fn sky_sha256(&self) -> Option<&str> {
        Some("5ca1ab1e")
    }
}
