//! The model of finishes of this machine: the house look, a look that somebody trained, or an
//! organization's personal look.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Result as TensorResult, Tensor, safetensors};
use candle_nn::VarBuilder;
use plumbline_documents::{LookRecord, NotALook, Place, check_look};
use plumbline_enhance::{AnalysisError, FinishModel, Pixels, Proposal};
use plumbline_models::nets::finish::{FinishNet, Net};
use plumbline_models::weights::WeightsError;
use sha2::{Digest, Sha256};

/// The house look, which ships.
pub fn shipped() -> Arc<dyn FinishModel> {
    Arc::new(FinishNet::shipped().expect("the weights of the program are whole: a test opens them"))
}

/// A look from a file that `train finish` wrote.
pub fn open(path: &Path) -> Result<Arc<dyn FinishModel>, WeightsError> {
    Ok(Arc::new(FinishNet::from_file(path)?))
}

/// Reason why a personal look cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub enum UnusableLook {
    /// The bytes are not those that were recorded.
    OtherBytes,
    /// The bytes are no look of this release.
    NotALook(NotALook),
}

impl UnusableLook {
    /// The end of a sentence that begins with its name.
    pub fn clause(&self) -> String {
        match self {
            Self::OtherBytes => "its file is damaged".to_owned(),
            Self::NotALook(why) => {
                format!("its file is not a look that this release understands: {why}")
            }
        }
    }
}

/// A personal look from the bytes of its file, which must be those of the record.
pub fn personal(bytes: &[u8], record: LookRecord) -> Result<Arc<dyn FinishModel>, UnusableLook> {
    let sha256 = Sha256::digest(bytes);
    let sha256: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    if sha256 != record.sha256 {
        return Err(UnusableLook::OtherBytes);
    }
    let net = net(bytes).map_err(UnusableLook::NotALook)?;
    let net = FinishNet::new(net, &record.name);
    Ok(Arc::new(PersonalLook { net, record }))
}

fn net(bytes: &[u8]) -> Result<Net, NotALook> {
    let unreadable = |error: candle_core::Error| NotALook::Unreadable(error.to_string());
    let tensors = safetensors::load_buffer(bytes, &Device::Cpu).map_err(unreadable)?;
    check_look(
        tensors
            .iter()
            .map(|(name, one)| (name.as_str(), one.dims())),
    )?;
    if let Some(name) = not_finite(&tensors).map_err(unreadable)? {
        return Err(NotALook::NotFinite(name));
    }
    let weights = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    Net::new(&weights).map_err(unreadable)
}

/// The name of a tensor with values that are no numbers.
fn not_finite(tensors: &HashMap<String, Tensor>) -> TensorResult<Option<String>> {
    for (name, tensor) in tensors {
        let values = tensor.to_dtype(DType::F32)?.flatten_all()?;
        if !values.to_vec1::<f32>()?.iter().all(|v| v.is_finite()) {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}

/// A network of finishes that an organization trained.
struct PersonalLook {
    net: FinishNet,
    record: LookRecord,
}

impl FinishModel for PersonalLook {
    fn propose(&self, small: &Pixels, place: Place) -> Result<Proposal, AnalysisError> {
        self.net.propose(small, place)
    }

    fn name(&self) -> &str {
        &self.record.name
    }

    fn personal_look(&self) -> Option<&LookRecord> {
        Some(&self.record)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use plumbline_documents::LOOK_TENSORS;
    use uuid::Uuid;

    use super::*;

    fn record_of(bytes: &[u8]) -> LookRecord {
        let sha256 = Sha256::digest(bytes);
        LookRecord {
            id: Uuid::nil(),
            name: "Warm kitchen".to_owned(),
            version: 2,
            sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    fn opened(bytes: &[u8]) -> Result<Arc<dyn FinishModel>, UnusableLook> {
        personal(bytes, record_of(bytes))
    }

    #[test]
    fn the_tensors_of_a_look_are_those_of_the_network() {
        let shipped = safetensors::load_buffer(FinishNet::SHIPPED, &Device::Cpu).unwrap();
        let shipped: BTreeMap<&str, &[usize]> = shipped
            .iter()
            .map(|(name, tensor)| (name.as_str(), tensor.dims()))
            .collect();
        assert_eq!(shipped.into_iter().collect::<Vec<_>>(), LOOK_TENSORS);
    }

    #[test]
    fn a_personal_look_proposes_by_its_own_weights_and_says_which_it_is() {
        let samples = (0..96 * 64 * 3).map(|i| (i % 200) as u8).collect();
        let photo = Pixels::from_eight(96, 64, samples).unwrap();
        let look = opened(FinishNet::SHIPPED).unwrap();
        assert_eq!(
            look.propose(&photo, Place::Interior).unwrap(),
            shipped().propose(&photo, Place::Interior).unwrap(),
        );
        let record = look.personal_look().unwrap();
        assert_eq!(record.to_string(), "look “Warm kitchen”, version 2");
        assert_eq!(shipped().personal_look(), None);
    }

    #[test]
    fn a_file_that_is_no_look_says_why() {
        let mut other = record_of(FinishNet::SHIPPED);
        other.sha256 = "c0ffee".to_owned();
        let damaged = personal(FinishNet::SHIPPED, other).err();
        assert_eq!(damaged, Some(UnusableLook::OtherBytes));

        let cut = &FinishNet::SHIPPED[..1000];
        let mut infinite = FinishNet::SHIPPED.to_vec();
        let end = infinite.len();
        infinite[end - 2..].copy_from_slice(&0x7C00_u16.to_le_bytes());
        for (bytes, clause) in [
            (cut, "not a whole safetensors file"),
            (&infinite, "has values that are no numbers"),
        ] {
            let why = opened(bytes).err().unwrap().clause();
            assert!(why.contains(clause), "{why}");
        }
    }
}
