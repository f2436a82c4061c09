//! The sources of the house as text: found, and with what is no code taken out.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use plumbline_tests::app::root;

/// A file of ours, its path as seen from the root.
pub struct Source {
    pub path: String,
    pub text: String,
}

/// All files below a folder with this ending.
pub fn files(folder: &str, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), ending, &mut found);
    assert!(!found.is_empty(), "no {ending} in {folder}: has it moved?");
    found
}

/// All Rust files.
pub fn rust() -> Vec<Source> {
    files("", "rs")
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<Source>) {
    for path in entries(folder) {
        if path.is_dir() {
            collect(&path, ending, found);
        } else if path.extension().is_some_and(|known| known == ending) {
            let text = fs::read_to_string(&path).unwrap();
            let path = relative(&path);
            found.push(Source { path, text });
        }
    }
}

/// Files and folders of a folder, without what is built, hidden or somebody else's.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with('.') && name != "target" && name != "vendor"
    };
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.filter(is_ours).collect();
    paths.sort();
    paths
}

pub fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap();
    path.to_string_lossy().into_owned()
}

/// The text with comments, strings and characters blanked, byte for byte.
pub fn code(text: &str) -> String {
    let (mut code, mut rest) = (String::new(), text);
    while !rest.is_empty() {
        let (length, is_code) = match literal_or_comment(rest) {
            0 => (word_or_one(rest), true),
            length => (length, false),
        };
        let (part, after) = rest.split_at(length);
        if is_code {
            code.push_str(part);
        } else {
            code.extend(
                part.bytes()
                    .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
            );
        }
        rest = after;
    }
    code
}

/// Bytes of the word that begins here, or of one character.
fn word_or_one(text: &str) -> usize {
    let end = text.find(|c: char| !is_of_word(c)).unwrap_or(text.len());
    let one = text.chars().next().map_or(0, char::len_utf8);
    end.max(one)
}

pub fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Bytes of the comment, string or character that begins here, or 0.
fn literal_or_comment(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    let prefix = text.find(|c: char| !is_of_word(c)).unwrap_or(0);
    let (prefix, after) = text.split_at(prefix);
    let length = match prefix {
        "" | "b" | "c" if after.starts_with('"') => quoted(after, '"'),
        "" | "b" if after.starts_with('\'') => character(after),
        "r" | "br" | "cr" => raw_string(after),
        _ => 0,
    };
    if length == 0 {
        0
    } else {
        prefix.len() + length
    }
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        depth += i32::from(rest.starts_with(b"/*")) - i32::from(rest.starts_with(b"*/"));
        at += if rest.starts_with(b"/*") || rest.starts_with(b"*/") {
            2
        } else {
            1
        };
        if depth == 0 {
            break;
        }
    }
    at
}

/// From one quote to the next that no backslash precedes.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = true;
    for (at, c) in text.char_indices() {
        if c == quote && !is_escaped {
            return at + c.len_utf8();
        }
        is_escaped = at == 0 || c == '\\' && !is_escaped;
        is_escaped &= at > 0;
    }
    text.len()
}

/// 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(text, '\''),
        _ => 0,
    }
}

fn raw_string(text: &str) -> usize {
    let hashes = text.len() - text.trim_start_matches('#').len();
    let end = format!("\"{}", "#".repeat(hashes));
    let Some(inside) = text[hashes..].strip_prefix('"') else {
        return 0;
    };
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    hashes + 1 + length
}

/// The code without the bodies of its test modules; what follows them is kept.
pub fn outside_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut at = 0;
    for module in test_modules(code) {
        kept.push_str(&code[at..module.start]);
        at = module.end;
    }
    kept + &code[at..]
}

fn test_modules(code: &str) -> Vec<Range<usize>> {
    let mut modules: Vec<Range<usize>> = Vec::new();
    for (start, _) in code.match_indices("#[cfg(") {
        let is_inside = modules.last().is_some_and(|last| start < last.end);
        if !is_inside && let Some(length) = test_module(&code[start..]) {
            modules.push(start..start + length);
        }
    }
    modules
}

/// Bytes of the test module whose attribute begins here.
fn test_module(code: &str) -> Option<usize> {
    let (condition, _) = code.split_once(']')?;
    let words = condition.split(|c| !is_of_word(c));
    let is_test =
        words.clone().any(|word| word == "test") && !words.clone().any(|word| word == "not");
    let open = code.find('{')?;
    let header = code[condition.len() + 1..open].trim_start();
    let header = header.split("mod ").collect::<Vec<_>>();
    let is_module = header.len() == 2 && header[1].trim_end().chars().all(is_of_word);
    (is_test && is_module).then(|| open + block(&code[open..]))
}

/// Bytes from an opening brace to the one that closes it.
pub fn block(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

#[test]
fn comments_strings_and_characters_are_no_code() {
    let text = "a // sqlx\n/* b /* c */ d */ e \"f \\\" g\" 'h' '\\'' &'i j r#\"k \" l\"# b\"m\" n";
    let code = code(text);
    assert_eq!(code.len(), text.len());
    let words: Vec<&str> = code.split_whitespace().collect();
    assert_eq!(words, ["a", "e", "&'i", "j", "n"]);
}

#[test]
fn what_follows_a_test_module_counts() {
    let code = "a\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\nc\n#[cfg(test)]\nuse d;\nfn e() {}\n";
    assert_eq!(
        outside_tests(code),
        "a\n\nc\n#[cfg(test)]\nuse d;\nfn e() {}\n"
    );
}
