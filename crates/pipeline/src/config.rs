//! Everything a run needs besides the photo.

use std::sync::Arc;

use plumbline_enhance::{FinishModel, GenerativeModel, Preset, SceneAnalyzer};

use crate::qc_policy::QcPolicy;

/// The networks, the organization's preset, and the policy that results are judged by.
pub struct PipelineConfig {
    pub analyzer: Arc<dyn SceneAnalyzer>,
    pub model: Option<Arc<dyn GenerativeModel>>,
    /// Proposes the finish; `None`: it is measured.
    pub finish: Option<Arc<dyn FinishModel>>,
    pub preset: Preset,
    pub qc_policy: QcPolicy,
}

impl PipelineConfig {
    /// The same networks with another preset and policy.
    pub fn with(&self, preset: Preset, qc_policy: QcPolicy) -> Self {
        Self {
            analyzer: self.analyzer.clone(),
            model: self.model.clone(),
            finish: self.finish.clone(),
            preset,
            qc_policy,
        }
    }
}
