//! Files that mean harm, or are just broken: `../shared/photos/hostile`.

use std::path::PathBuf;

use plumbline_fixtures::photos;

use crate::house::files_below;

/// True for a sentence to the person who sent the file: it begins and ends like one, and is no
/// library's message.
pub fn is_a_sentence(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(char::is_uppercase) && text.ends_with('.') && !text.contains('\n')
}

/// Empty where the photos are missing, and then the test is reported as skipped.
pub fn files() -> Vec<PathBuf> {
    photos("hostile").map_or_else(Vec::new, |folder| files_below(&folder))
}
