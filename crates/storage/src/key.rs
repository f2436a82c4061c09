//! The only spelling of a blob's path. A key is made of ids, never of what a
//! person typed, and begins with the organization it belongs to.

use object_store::path::Path;
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The uploaded bytes of a photo, stored once and never changed.
    pub fn original(organization: Uuid, photo: Uuid) -> Self {
        Self(format!("{organization}/photos/{photo}/original"))
    }

    /// One size of one attempt. A worker that was given up for dead writes under
    /// its own attempt's id, so it cannot overwrite another's file.
    pub fn rendition(organization: Uuid, photo: Uuid, attempt: Uuid, kind: &'static str) -> Self {
        Self(format!("{organization}/photos/{photo}/{attempt}/{kind}"))
    }

    /// A person's picture of where a photo's sky is. Each has an id of its own: what an
    /// earlier attempt was made with stays.
    pub fn mask(organization: Uuid, photo: Uuid, mask: Uuid) -> Self {
        Self(format!("{organization}/photos/{photo}/masks/{mask}"))
    }

    /// An organization's own picture of a sky.
    pub fn sky(organization: Uuid, sky: Uuid) -> Self {
        Self(format!("{organization}/skies/{sky}"))
    }

    /// A version of an organization's personal look.
    pub fn personal_look(organization: Uuid, look: Uuid) -> Self {
        Self(format!("{organization}/looks/{look}"))
    }

    pub(crate) fn path(&self) -> Path {
        Path::from(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_begins_with_its_organization() {
        let (organization, id) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for key in [
            Key::original(organization, id),
            Key::rendition(organization, id, id, "full"),
            Key::mask(organization, id, id),
            Key::sky(organization, id),
            Key::personal_look(organization, id),
        ] {
            assert!(key.path().as_ref().starts_with(&format!("{organization}/")));
        }
    }

    #[test]
    fn attempts_never_share_a_file() {
        let of =
            |attempt| Key::rendition(Uuid::nil(), Uuid::nil(), Uuid::from_u128(attempt), "full");
        assert_ne!(of(1), of(2));
    }
}
