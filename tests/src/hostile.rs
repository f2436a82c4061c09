//! Files that mean harm, or are just broken: `../shared/photos/hostile` and `attacks`.

use std::path::PathBuf;

use plumbline_fixtures::photos;

use crate::house::files_below;

/// True for a sentence to the person who sent the file: it begins and ends like one, and is no
/// library's message.
pub fn is_a_sentence(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(char::is_uppercase) && text.ends_with('.') && !text.contains('\n')
}

/// All of them. `None`: they are missing, and the test is reported as skipped.
///
/// # Panics
///
/// When their folder is empty.
pub fn files() -> Option<Vec<PathBuf>> {
    let mut all = Vec::new();
    for folder in [photos("hostile")?, photos("attacks")?] {
        let files = files_below(&folder);
        assert!(!files.is_empty(), "{} is empty", folder.display());
        all.extend(files);
    }
    Some(all)
}
