//! List of all files of weights, compiled into the program. It says what a file must be; the
//! weight store knows where it lies, and `plumbline models pull` how it gets there.

use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

/// Upper bound of a file of unknown size: more than any network here needs.
const UNKNOWN_AT_MOST_BYTES: u64 = 8 << 30;

static ALL: LazyLock<Vec<Weight>> = LazyLock::new(|| {
    let text = include_str!("../manifest.toml");
    read(text).expect("a test reads the same text")
});

/// Use of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// The product.
    Product,
    /// The product, where somebody fetched it by name: it costs more than it is known to give.
    Asked,
}

/// File of weights.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Name at the command line.
    pub id: String,
    /// Path below the store's folder, and below a mirror's.
    pub path: String,
    /// SHA-256 as lower-case hex; `None`: recorded when it is first pulled.
    pub sha256: Option<String>,
    /// Size; `None`: unknown.
    pub bytes: Option<u64>,
    /// Licence, as its authors name it.
    pub licence: String,
    /// Authors, and how sure we are of the hash.
    pub origin: String,
    /// Addresses to fetch it from, in turn; empty: only a mirror has it.
    pub urls: Vec<String>,
    /// Purpose, a sentence.
    pub purpose: String,
    /// Use.
    #[serde(rename = "use")]
    pub used_by: Use,
    /// True if its licence allows commercial use.
    pub commercial: bool,
    /// Memory for the network and one forward pass, in MB.
    pub memory_mb: u64,
}

impl Weight {
    /// Name in its folder.
    pub fn file_name(&self) -> &str {
        let name = Path::new(&self.path).file_name();
        name.and_then(|name| name.to_str()).unwrap_or(&self.path)
    }

    /// Most bytes that may be stored under its name.
    pub fn at_most_bytes(&self) -> u64 {
        self.bytes.unwrap_or(UNKNOWN_AT_MOST_BYTES)
    }
}

/// All files of the manifest.
pub fn all() -> &'static [Weight] {
    &ALL
}

/// File by its id.
pub fn find(id: &str) -> Option<&'static Weight> {
    all().iter().find(|weight| weight.id == id)
}

/// File that the code asks for by its id: the manifest names every one.
///
/// # Panics
///
/// If it does not.
pub fn named(id: &str) -> &'static Weight {
    find(id).unwrap_or_else(|| panic!("{id} is not in the manifest"))
}

/// Reads a manifest's text.
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
