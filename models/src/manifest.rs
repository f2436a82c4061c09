//! The list of all files of weights, compiled into the program. It says what a file must be; where
//! one lies is the shelf's to know, and how it gets there the worker's.

use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

/// Of a file whose size nobody knows: more than any network here needs.
const UNKNOWN_AT_MOST_BYTES: u64 = 8 << 30;

static ALL: LazyLock<Vec<Weight>> = LazyLock::new(|| {
    let text = include_str!("../manifest.toml");
    read(text).expect("a test reads the same text")
});

/// Who may load a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// The product.
    Product,
    /// The product, where somebody fetched it by name: it costs more than it is known to give.
    Asked,
}

/// A file of weights.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Its name at the command line.
    pub id: String,
    /// Below the shelf's folder, and below a mirror's.
    pub path: String,
    /// Lower-case hex; `None`: recorded when it is first pulled.
    pub sha256: Option<String>,
    /// Its size; `None`: nobody knows.
    pub bytes: Option<u64>,
    /// As its authors name it.
    pub licence: String,
    /// Who made it, and how sure we are of the hash.
    pub origin: String,
    /// Where to fetch it, in turn; empty: only a mirror has it.
    pub urls: Vec<String>,
    /// What it is for, a sentence.
    pub purpose: String,
    /// Who may load it.
    #[serde(rename = "use")]
    pub used_by: Use,
    /// Whether its licence allows commercial use.
    pub commercial: bool,
    /// What the network holds and needs to look once, in MB.
    pub memory_mb: u64,
}

impl Weight {
    /// What it is called in its folder.
    pub fn file_name(&self) -> &str {
        let name = Path::new(&self.path).file_name();
        name.and_then(|name| name.to_str()).unwrap_or(&self.path)
    }

    /// The most that may be stored under its name.
    pub fn at_most_bytes(&self) -> u64 {
        self.bytes.unwrap_or(UNKNOWN_AT_MOST_BYTES)
    }
}

/// All of them.
pub fn all() -> &'static [Weight] {
    &ALL
}

/// One of them.
pub fn find(id: &str) -> Option<&'static Weight> {
    all().iter().find(|weight| weight.id == id)
}

/// Those in a manifest's text.
pub fn read(text: &str) -> Result<Vec<Weight>, toml::de::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Manifest {
        weight: Vec<Weight>,
    }
    Ok(toml::from_str::<Manifest>(text)?.weight)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_entry_can_be_pulled_and_enforced() {
        let mut seen = BTreeSet::new();
        for weight in read(include_str!("../manifest.toml")).unwrap() {
            assert!(seen.insert(weight.id.clone()), "{} is twice", weight.id);
            assert!(seen.insert(weight.path.clone()), "{} is twice", weight.path);
            let parts: Vec<_> = weight.path.split('/').collect();
            assert_eq!(parts.len(), 2, "{}", weight.path);
            assert!(
                parts
                    .iter()
                    .all(|part| !part.is_empty() && !part.starts_with('.'))
            );
            if let Some(hash) = &weight.sha256 {
                let hex = hash
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
                assert!(hash.len() == 64 && hex, "{}", weight.id);
            }
            assert!(weight.urls.iter().all(|url| url.starts_with("https://")));
        }
        assert!(find("sky-u2netp").is_some() && find("no-such").is_none());
    }

    #[test]
    fn what_nobody_licensed_never_ships() {
        for weight in all() {
            let ships = weight.used_by == Use::Product;
            assert!(weight.commercial || !ships, "{}", weight.id);
        }
    }
}
