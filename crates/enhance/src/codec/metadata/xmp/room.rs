//! Names and namespaces that a packet may declare.

use crate::codec::metadata::xmp::packet::{Attribute, is_declaration};

/// Attributes and properties of a packet; Lightroom writes some 400.
pub(crate) const MAX_NAMES: usize = 4096;
/// Namespaces that a packet declares; editors write some 30.
const MAX_NAMESPACES: usize = 256;
/// Bytes of a namespace's name, which every property of it repeats.
const MAX_NAMESPACE_BYTES: usize = 512;

/// Names and namespaces that a packet may still have.
pub(crate) struct Room {
    names: usize,
    namespaces: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            names: MAX_NAMES,
            namespaces: MAX_NAMESPACES,
        }
    }
}

impl Room {
    /// `None`: there are too many, or one is too long.
    pub fn take(&mut self, attributes: &[Attribute]) -> Option<()> {
        let declared = attributes.iter().filter(|a| is_declaration(&a.name));
        let longest = declared.clone().map(|a| a.value.len()).max();
        self.names = self.names.checked_sub(attributes.len() + 1)?;
        self.namespaces = self.namespaces.checked_sub(declared.count())?;
        (longest.unwrap_or(0) <= MAX_NAMESPACE_BYTES).then_some(())
    }
}
