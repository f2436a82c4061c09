//! Files that mean harm, or are just broken: `../shared/photos/hostile`.

use std::path::PathBuf;

use crate::cluster::repository;
use crate::house::files_below;

/// For the person who sent the file: begins and ends like one, and is no library's message.
pub fn is_a_sentence(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(char::is_uppercase) && text.ends_with('.') && !text.contains('\n')
}

/// Empty where the photos are not at hand.
pub fn files() -> Vec<PathBuf> {
    let folder = repository().join("../shared/photos/hostile");
    if !folder.is_dir() {
        println!("skipped: 1 story, for the hostile files are not here");
        return vec![];
    }
    files_below(&folder)
}
