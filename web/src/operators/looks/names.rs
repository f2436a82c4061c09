//! Names of looks, as an operator types them.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use plumbline_domain::shoots::personal_looks::{NAME_MAX_CHARS, NOTE_MAX_CHARS};

/// Words for what is no personal look.
const HOUSE: &str = "house";
const ORGANIZATION: &str = "organization";

/// A version under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub name: String,
    pub version: i32,
}

/// The look that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    House,
    /// The look of the organization.
    Organization,
    /// The newest version.
    Newest(String),
    Certain(Version),
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once('@');
        let parts = parts.ok_or("it is NAME@VERSION, such as Warm kitchen@2")?;
        let version = parts.1.parse().ok().filter(|version| *version >= 1);
        Ok(Self {
            name: look_name(parts.0)?,
            version: version.ok_or("a version is a number from 1")?,
        })
    }
}

impl Display for Version {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            HOUSE => Self::House,
            ORGANIZATION => Self::Organization,
            _ if text.contains('@') => Self::Certain(text.parse()?),
            _ => Self::Newest(look_name(text)?),
        })
    }
}

/// A name that a personal look may have.
pub fn look_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    let is_taken = [HOUSE, ORGANIZATION]
        .iter()
        .any(|word| name.eq_ignore_ascii_case(word));
    let chars = name.chars().count();
    match () {
        () if is_taken => Err(format!("{name} is the word for another look")),
        () if name.contains('@') => Err("a name has no @: the version follows it".to_owned()),
        () if name.chars().any(char::is_control) => Err("a name is one line".to_owned()),
        () if chars == 0 || chars > NAME_MAX_CHARS => {
            Err(format!("a name has 1 to {NAME_MAX_CHARS} characters"))
        }
        () => Ok(name.to_owned()),
    }
}

/// A note that a look may have.
pub fn note(text: &str) -> Result<String, String> {
    match text.chars().count() <= NOTE_MAX_CHARS {
        true => Ok(text.trim().to_owned()),
        false => Err(format!("a note has at most {NOTE_MAX_CHARS} characters")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_wanted_by_its_name_its_version_or_a_word() {
        let certain = Wanted::Certain(Version {
            name: "Warm kitchen".to_owned(),
            version: 2,
        });
        for (text, wanted) in [
            ("house", Wanted::House),
            ("organization", Wanted::Organization),
            ("Warm kitchen", Wanted::Newest("Warm kitchen".to_owned())),
            ("Warm kitchen@2", certain),
        ] {
            assert_eq!(text.parse(), Ok(wanted));
        }
        for text in ["", "House", "warm@0", "warm@new", "a@b@1", "two\nlines"] {
            assert!(text.parse::<Wanted>().is_err(), "{text:?}");
        }
    }
}
