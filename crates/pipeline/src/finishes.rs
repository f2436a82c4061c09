//! The model of finishes of this machine: the house look, a look that somebody trained, or an
//! organization's personal look.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use plumbline_documents::{LOOK_MOST_BYTES, LookRecord, NotALook, Place};
use plumbline_enhance::{AnalysisError, FinishModel, Pixels, Proposal};
use plumbline_models::nets::finish::FinishNet;
use sha2::{Digest, Sha256};

/// The house look, which ships.
pub fn shipped() -> Arc<dyn FinishModel> {
    Arc::new(FinishNet::shipped().expect("the weights of the program are whole: a test opens them"))
}

/// The look of a file that `train finish` wrote; without a file, the house look.
pub fn open(file: Option<&Path>) -> anyhow::Result<Arc<dyn FinishModel>> {
    let Some(path) = file else {
        return Ok(shipped());
    };
    let bytes = read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    ensure!(
        bytes.len() as u64 <= LOOK_MOST_BYTES,
        "{} is larger than any look.",
        path.display()
    );
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let net = FinishNet::from_bytes(&bytes, &name)
        .with_context(|| format!("{} is not a look of this release", path.display()))?;
    Ok(Arc::new(net))
}

/// A file, or enough of it to see that it is too large.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(path)?.take(LOOK_MOST_BYTES + 1);
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
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
    let net = FinishNet::from_bytes(bytes, &record.name).map_err(UnusableLook::NotALook)?;
    Ok(Arc::new(PersonalLook { net, record }))
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

        let cut = opened(&FinishNet::SHIPPED[..1000]).err().unwrap();
        let clause =
            "is not a look that this release understands: it is not a whole safetensors file";
        assert!(cut.clause().contains(clause), "{}", cut.clause());
    }
}
