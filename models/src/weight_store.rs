//! Folder of weights, laid out as the manifest says. It tells which files are there and verifies
//! them; it fetches nothing.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::manifest::{self, Weight};

/// Folder of weights.
#[derive(Debug, Clone)]
pub struct WeightStore {
    folder: PathBuf,
}

/// State of a file by its name and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not there.
    Missing,
    /// A pull was interrupted after this many bytes.
    Partial {
        /// Bytes so far.
        bytes: u64,
    },
    /// There, but not of its size.
    Damaged,
    /// There, and of its size.
    Present,
}

/// State of a file by its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It is what the manifest says, or what was recorded when it was first pulled.
    Good,
    /// It is not there, not whole, or not of its size.
    NotWhole(State),
    /// Its bytes are others.
    Altered {
        /// SHA-256 of the file.
        found: String,
        /// SHA-256 that it must have.
        wanted: String,
    },
    /// Its SHA-256 is neither in the manifest nor recorded: it was put here by hand.
    NeverRecorded {
        /// SHA-256 of the file.
        found: String,
    },
}

/// A file that is not there, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{id} is {}. Run: plumbline models pull {id}", .state.in_words())]
pub struct Absent {
    /// Id of the weight.
    pub id: String,
    /// State of the file.
    pub state: State,
}

impl State {
    /// For a sentence: "it is …".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Missing => "not installed",
            Self::Partial { .. } => "not fully downloaded",
            Self::Damaged => "damaged",
            Self::Present => "installed",
        }
    }
}

impl WeightStore {
    /// The weights in a folder, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Path of a file, whether it is there or not.
    pub fn path(&self, weight: &Weight) -> PathBuf {
        self.folder.join(&weight.path)
    }

    /// Path of a file while it is being downloaded.
    pub fn part(&self, weight: &Weight) -> PathBuf {
        self.beside(weight, "part")
    }

    /// Path of a note about a file, in a file of its own.
    pub fn beside(&self, weight: &Weight, ending: &str) -> PathBuf {
        let name = format!("{}.{ending}", weight.file_name());
        self.path(weight).with_file_name(name)
    }

    /// State of a file, without reading it.
    pub fn state(&self, weight: &Weight) -> State {
        let size = |path: PathBuf| fs::metadata(path).ok().map(|file| file.len());
        match (size(self.path(weight)), size(self.part(weight))) {
            (Some(bytes), _) if bytes == weight.bytes.unwrap_or(bytes) => State::Present,
            (Some(_), _) => State::Damaged,
            (None, Some(bytes)) => State::Partial { bytes },
            (None, None) => State::Missing,
        }
    }

    /// Path of a file that is there.
    pub fn find(&self, weight: &Weight) -> Result<PathBuf, Absent> {
        match self.state(weight) {
            State::Present => Ok(self.path(weight)),
            state => Err(Absent {
                id: weight.id.clone(),
                state,
            }),
        }
    }

    /// Path of CLIP's vocabulary in either of its forms: ours first, which was checked against recorded
    /// ids.
    pub fn find_vocabulary(&self) -> Result<PathBuf, Absent> {
        let [ours, theirs] = ["clip-tokenizer", "clip-tokenizer-hub"].map(manifest::named);
        match (self.find(ours), self.find(theirs)) {
            (Ok(path), _) | (_, Ok(path)) => Ok(path),
            // Only theirs is published: it is what one can fetch.
            (Err(absent), Err(published)) => Err(match absent.state {
                State::Missing => published,
                _ => absent,
            }),
        }
    }

    /// Reads all of a file and verifies it.
    pub fn verify(&self, weight: &Weight) -> io::Result<Proof> {
        let state = self.state(weight);
        if state != State::Present {
            return Ok(Proof::NotWhole(state));
        }
        let found = sha256_of(&self.path(weight))?;
        Ok(match self.sha256(weight) {
            Some(wanted) if wanted == found => Proof::Good,
            Some(wanted) => Proof::Altered { found, wanted },
            None => Proof::NeverRecorded { found },
        })
    }

    /// SHA-256 that a file must have: the manifest's, or else the recorded one.
    pub fn sha256(&self, weight: &Weight) -> Option<String> {
        let recorded = || {
            let text = fs::read_to_string(self.beside(weight, "sha256")).ok()?;
            text.split_whitespace().next().map(str::to_owned)
        };
        weight.sha256.clone().or_else(recorded)
    }

    /// Records the SHA-256 of a file for which the manifest has none, as `sha256sum` would, so that it
    /// can check it too.
    pub fn record(&self, weight: &Weight, sha256: &str) -> io::Result<()> {
        let line = format!("{sha256}  {}\n", weight.file_name());
        fs::write(self.beside(weight, "sha256"), line)
    }
}

/// SHA-256 of a whole file, as lower-case hex.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    let (mut file, mut hash) = (File::open(path)?, Sha256::new());
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            count => hash.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;

    /// Weight of four bytes, of a known hash or an unknown one.
    fn weight(known: bool) -> Weight {
        let mut weight = manifest::all()[0].clone();
        weight.path = "w/w.bin".to_owned();
        weight.bytes = Some(4);
        // SHA-256 of "good".
        let hash = "770e607624d689265ca6c44884d0807d9b054d23c473c106c72be9de08b7376c";
        weight.sha256 = known.then(|| hash.to_owned());
        weight
    }

    fn empty_store() -> (tempfile::TempDir, WeightStore) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("w")).unwrap();
        let store = WeightStore::new(folder.path());
        (folder, store)
    }

    #[test]
    fn a_file_goes_from_missing_over_partial_to_present() {
        let (_folder, store) = empty_store();
        let weight = weight(true);
        assert_eq!(store.state(&weight), State::Missing);
        fs::write(store.part(&weight), "go").unwrap();
        assert_eq!(store.state(&weight), State::Partial { bytes: 2 });
        fs::write(store.path(&weight), "good").unwrap();
        assert_eq!(store.state(&weight), State::Present);
        assert_eq!(store.verify(&weight).unwrap(), Proof::Good);
        fs::write(store.path(&weight), "goo").unwrap();
        assert_eq!(store.state(&weight), State::Damaged);
    }

    #[test]
    fn a_vocabulary_that_is_missing_is_named_by_what_can_be_fetched() {
        let (_folder, store) = empty_store();
        let missing = store.find_vocabulary().unwrap_err();
        assert!(!manifest::named(&missing.id).urls.is_empty());
        let ours = store.part(manifest::named("clip-tokenizer"));
        fs::create_dir_all(ours.parent().unwrap()).unwrap();
        fs::write(ours, "{").unwrap();
        assert_eq!(store.find_vocabulary().unwrap_err().id, "clip-tokenizer");
    }

    #[test]
    fn a_changed_byte_is_found_by_reading() {
        let (_folder, store) = empty_store();
        let weight = weight(true);
        fs::write(store.path(&weight), "gold").unwrap();
        assert_eq!(store.state(&weight), State::Present);
        assert!(matches!(
            store.verify(&weight).unwrap(),
            Proof::Altered { .. }
        ));
    }

    #[test]
    fn an_unknown_hash_is_enforced_once_it_is_recorded() {
        let (_folder, store) = empty_store();
        let weight = weight(false);
        fs::write(store.path(&weight), "good").unwrap();
        let Proof::NeverRecorded { found } = store.verify(&weight).unwrap() else {
            panic!("nothing was recorded");
        };
        store.record(&weight, &found).unwrap();
        assert_eq!(store.verify(&weight).unwrap(), Proof::Good);
        fs::write(store.path(&weight), "gold").unwrap();
        assert!(matches!(
            store.verify(&weight).unwrap(),
            Proof::Altered { .. }
        ));
    }

    #[test]
    fn what_is_absent_says_what_to_run() {
        let store = WeightStore::new("/nowhere");
        let absent = store.find(&manifest::all()[0]).unwrap_err();
        assert_eq!(
            absent.to_string(),
            "sky-u2netp is not installed. Run: plumbline models pull sky-u2netp"
        );
    }
}
