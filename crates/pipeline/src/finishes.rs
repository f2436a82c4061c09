//! The model of finishes of this machine: the house look, or a look that somebody trained.

use std::path::Path;
use std::sync::Arc;

use plumbline_enhance::FinishModel;
use plumbline_models::nets::finish::FinishNet;
use plumbline_models::weights::WeightsError;

/// The house look, which ships.
pub fn shipped() -> Arc<dyn FinishModel> {
    Arc::new(FinishNet::shipped().expect("the weights of the program are whole: a test opens them"))
}

/// A look from a file that `train finish` wrote.
pub fn open(path: &Path) -> Result<Arc<dyn FinishModel>, WeightsError> {
    Ok(Arc::new(FinishNet::from_file(path)?))
}
