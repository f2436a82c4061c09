//! Sizes: a file holds one idea and a folder no more files than a reader takes in.

use std::collections::BTreeMap;
use std::path::Path;

use plumbline_tests::app::root;

use super::sources::{code, entries, outside_tests, relative, rust};

/// Lines of a file outside its test modules.
const LONGEST: usize = 300;
/// Files of one kind side by side.
const WIDEST: usize = 20;
const KINDS: [&str; 4] = ["rs", "html", "css", "js"];

#[test]
fn a_file_holds_one_idea() {
    let mut long = Vec::new();
    for source in rust() {
        let lines = lines_outside_tests(&source.text);
        if lines > LONGEST {
            long.push(format!(
                "{} has {lines} lines, {LONGEST} are allowed",
                source.path
            ));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

fn lines_outside_tests(text: &str) -> usize {
    outside_tests(&code(text)).lines().count()
}

#[test]
fn a_folder_is_taken_in_at_a_glance() {
    let mut wide = Vec::new();
    widths(&root(), &mut wide);
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

fn widths(folder: &Path, wide: &mut Vec<String>) {
    let mut kinds = BTreeMap::new();
    for path in entries(folder) {
        if path.is_dir() {
            widths(&path, wide);
        } else if let Some(kind) = kind(&path) {
            *kinds.entry(kind).or_insert(0) += 1;
        }
    }
    let folder = relative(folder) + "/";
    for (kind, count) in kinds.into_iter().filter(|(_, count)| *count > WIDEST) {
        wide.push(format!(
            "{folder} holds {count} .{kind} side by side, {WIDEST} are allowed"
        ));
    }
}

fn kind(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?;
    KINDS.into_iter().find(|kind| *kind == ending)
}

#[test]
fn lines_after_a_test_module_count_and_its_own_do_not() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    // }\n    fn b() {}\n}\nfn c() {}\n";
    assert_eq!(lines_outside_tests(text), 3);
}
