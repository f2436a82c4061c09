//! Labels of photos by a person: `labels.tsv`, with the columns file, scene and room.

use std::fs;
use std::path::Path;

use anyhow::{Context, anyhow};
use plumbline_documents::{Place, Room};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Below the folder of the labels.
    pub file: String,
    pub place: Place,
    /// `None`: outside.
    pub room: Option<Room>,
}

/// Reads the labels of a folder.
pub fn read(folder: &Path) -> anyhow::Result<Vec<Label>> {
    let path = folder.join("labels.tsv");
    let text = fs::read_to_string(&path);
    let text = text.with_context(|| format!("{} cannot be read", path.display()))?;
    // The first line names the columns.
    let lines = text.lines().skip(1).filter(|line| !line.is_empty());
    lines.map(label).collect()
}

impl Label {
    /// The file's name without its folder and ending.
    pub fn name(&self) -> &str {
        let stem = Path::new(&self.file).file_stem();
        stem.and_then(|stem| stem.to_str()).unwrap_or(&self.file)
    }
}

fn label(line: &str) -> anyhow::Result<Label> {
    let read = || {
        let mut columns = line.split('\t');
        Some(Label {
            file: columns.next()?.to_owned(),
            place: word(columns.next()?)?,
            room: match columns.next()? {
                "-" => None,
                room => Some(word(room)?),
            },
        })
    };
    read().ok_or_else(|| anyhow!("'{line}' is no label: file, scene, room"))
}

/// By the word that documents use for it.
fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::from(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_label_or_an_error_that_quotes_it() {
        let room = label("interior/one.jpg\tinterior\tliving-room").unwrap();
        assert_eq!(room.name(), "one");
        assert_eq!(
            (room.place, room.room),
            (Place::Interior, Some(Room::LivingRoom))
        );
        assert_eq!(label("two.jpg\texterior\t-").unwrap().room, None);
        let wrong = label("two.jpg\tgarden\t-").unwrap_err().to_string();
        assert!(wrong.contains("garden"), "{wrong}");
    }
}
