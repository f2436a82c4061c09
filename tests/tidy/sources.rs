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
    let mut code = String::new();
    for (part, is_code) in parts(text) {
        if is_code {
            code.push_str(part);
        } else {
            let blank = |byte| if byte == b'\n' { '\n' } else { ' ' };
            code.extend(part.bytes().map(blank));
        }
    }
    code
}

/// The text between the quotes of each string.
pub fn strings(text: &str) -> Vec<&str> {
    let literals = parts(text).into_iter().filter(|(_, is_code)| !is_code);
    literals
        .filter_map(|(literal, _)| between_quotes(literal))
        .collect()
}

fn between_quotes(literal: &str) -> Option<&str> {
    let inside = literal.trim_start_matches(is_of_word).trim_matches('#');
    inside.strip_prefix('"')?.strip_suffix('"')
}

/// The text in parts, each with whether it is code: not a comment, a string or a character.
fn parts(text: &str) -> Vec<(&str, bool)> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let (length, is_code) = match literal_or_comment(rest) {
            0 => (word_or_one(rest), true),
            length => (length, false),
        };
        let (part, after) = rest.split_at(length);
        parts.push((part, is_code));
        rest = after;
    }
    parts
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

/// The code without its test modules; what follows them is kept.
pub fn outside_tests(code: &str) -> String {
    without(code, test_modules(code))
}

/// The same, of a text with its comments and strings.
pub fn text_outside_tests(text: &str) -> String {
    without(text, test_modules(&code(text)))
}

fn without(text: &str, parts: Vec<Range<usize>>) -> String {
    let mut kept = String::new();
    let mut at = 0;
    for part in parts {
        kept.push_str(&text[at..part.start]);
        at = part.end;
    }
    kept + &text[at..]
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
    let says = |word| condition.split(|c| !is_of_word(c)).any(|one| one == word);
    // With `not` or `any` it may be built without the tests, too.
    let is_test = says("test") && !says("not") && !says("any");
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
fn strings_are_found_and_comments_and_characters_are_not() {
    let text = "a(\"b\", br#\"c \" d\"#) // \"e\"\n'\"' \"f\\\"\" \"\"";
    assert_eq!(strings(text), ["b", "c \" d", "f\\\"", ""]);
}

#[test]
fn a_module_that_a_feature_may_ask_for_counts() {
    for condition in [
        "any(test, feature = \"a\")",
        "not(test)",
        "feature = \"test\"",
    ] {
        let text = format!("#[cfg({condition})]\nmod b {{ fn c() {{}} }}\n");
        let code = code(&text);
        assert_eq!(outside_tests(&code), code, "{condition}");
    }
    let both = "#[cfg(all(test, unix))]\nmod b { fn c() {} }";
    assert_eq!(outside_tests(both), "");
}

#[test]
fn what_follows_a_test_module_counts() {
    let code = "a\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\nc\n#[cfg(test)]\nuse d;\nfn e() {}\n";
    assert_eq!(
        outside_tests(code),
        "a\n\nc\n#[cfg(test)]\nuse d;\nfn e() {}\n"
    );
}
