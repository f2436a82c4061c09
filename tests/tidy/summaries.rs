//! Summaries of public items say what a thing is, in a noun phrase or a verb, and not in a clause
//! that hangs in the air.

use super::sources::{block, code, is_of_word, rust};

/// First words of clauses that hang in the air.
const HANGING: [&str; 14] = [
    "As",
    "What",
    "Whatever",
    "Where",
    "Wherever",
    "How",
    "However",
    "Whether",
    "Who",
    "Whoever",
    "Whose",
    "Which",
    "Whichever",
    "Of",
];

#[test]
fn summaries_of_public_items_stand_on_their_own() {
    let mut offences = Vec::new();
    for source in rust() {
        let is_library = source.path.contains("/src/");
        if is_library {
            let lines = hanging(&source.text).into_iter();
            offences.extend(lines.map(|(line, text)| format!("{}:{line}: {text}", source.path)));
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// Lines, counted from 1, and texts of the summaries that hang in the air.
fn hanging(text: &str) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let public = public_lines(text);
    let is_doc = |line: &str| line.trim_start().starts_with("///");
    let head = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("//! "));
    let mut found: Vec<_> = head
        .filter(|head| hangs(head))
        .map(|head| (1, head))
        .into_iter()
        .collect();
    for (at, line) in lines.iter().enumerate() {
        let is_first = is_doc(line) && (at == 0 || !is_doc(lines[at - 1]));
        let summary = line.trim_start().trim_start_matches('/').trim();
        let item = item_below(&lines, at);
        if is_first && hangs(summary) && item.is_some_and(|item| public[item]) {
            found.push((at + 1, summary));
        }
    }
    found
}

/// "As [`finish`], …" names another item and stands on its own.
fn hangs(summary: &str) -> bool {
    let end = summary.find(|c| !is_of_word(c)).unwrap_or(summary.len());
    HANGING.contains(&&summary[..end]) && !summary.starts_with("As [`")
}

/// The line of the item that documentation at a line belongs to: below it, and below attributes of
/// any length.
fn item_below(lines: &[&str], at: usize) -> Option<usize> {
    let mut open = 0_usize;
    (at..lines.len()).find(|at| {
        let line = lines[*at].trim();
        let in_attribute = open > 0 || line.starts_with('#');
        if in_attribute {
            open = (open + line.matches(['[', '(']).count())
                .saturating_sub(line.matches([']', ')']).count());
        }
        !in_attribute && !line.starts_with("//") && !line.is_empty()
    })
}

/// For each line, whether an item that begins there is public: it says so, or is a variant or a
/// method of something that does.
fn public_lines(text: &str) -> Vec<bool> {
    let code = code(text);
    let says_so = |line: &str| line.trim_start().starts_with("pub ");
    let mut public: Vec<bool> = code.lines().map(says_so).collect();
    let mut start = 0;
    for (at, line) in code.lines().enumerate() {
        let header = line.trim_start();
        if header.starts_with("pub enum ") || header.starts_with("pub trait ") {
            let body = block_after(&code[start..]);
            public[at..at + body].fill(true);
        }
        start += line.len() + 1;
    }
    public
}

/// Lines from here to the end of the block that begins next.
fn block_after(code: &str) -> usize {
    let Some(open) = code.find('{') else {
        return 1;
    };
    code[..open + block(&code[open..])].lines().count()
}

#[test]
fn a_clause_that_hangs_in_the_air_is_found() {
    let text = "\
//! How a file begins.

/// What is fine: nobody outside reads it.
fn a() {}
/// What a file is called.
#[derive(Debug)]
pub struct A {
    /// Of a whole file.
    pub b: u8,
    /// Of nobody's business.
    c: u8,
    /// As long as its attribute.
    #[arg(
        long,
        value_name = \"N\"
    )]
    pub i: u8,
    /// As [`A::b`], and later.
    pub j: u8,
}
/// A choice.
///
/// Which is fine.
pub enum B {
    /// Whoever came first.
    C,
}
impl A {
    /// Whole files.
    pub fn d() {}
    /// Whether it is so.
    pub fn e() {}
    /// How, within.
    fn f() {}
}
pub trait G {
    /// How much.
    fn h();
}
";
    let lines: Vec<usize> = hanging(text).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [1, 5, 8, 12, 25, 31, 37]);
}
