//! Files going out: single files, ranges of them, and a gallery as one zip.

pub mod archive;
pub mod body;
pub mod files;
pub mod gallery_zip;
pub mod names;
mod report_folder;
