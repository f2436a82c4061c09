//! One word per thing: the words that were replaced by standard terms do not come back as names.

use std::collections::BTreeSet;

use super::sources::{Source, code, is_of_word, rust, strings};

/// A replaced word, what is said in its place, and where it means something else.
struct Word {
    word: &'static str,
    instead: &'static str,
    except: &'static [Exception],
}

struct Exception {
    /// Beginning of the files' paths.
    path: &'static str,
    #[expect(dead_code, reason = "read by people")]
    reason: &'static str,
}

const fn word(word: &'static str, instead: &'static str) -> Word {
    word_except(word, instead, &[])
}

const fn word_except(
    word: &'static str,
    instead: &'static str,
    except: &'static [Exception],
) -> Word {
    Word {
        word,
        instead,
        except,
    }
}

const fn in_files(path: &'static str, reason: &'static str) -> Exception {
    Exception { path, reason }
}

/// Words of several parts are looked for as `go_on` and `GoOn`, all of them with the usual endings,
/// too. Words that are good names elsewhere are not listed: hold, hand, words, shift,
/// sheet, pages, double, slope, standard, again, seen; nor is lanes, which is what parts of a SIMD
/// register are called.
const WORDS: &[Word] = &[
    word_except(
        "kitchen",
        "job context",
        &[
            in_files("crates/cli/", "a room of a house"),
            in_files("crates/documents/", "a room of a house"),
            in_files("crates/enhance/", "a room of a house"),
            in_files("models/", "a room of a house"),
            in_files("tests/", "a room of a house"),
            in_files("web/", "a room of a house"),
        ],
    ),
    word("cook", "process"),
    word("workplace", "job context"),
    word_except(
        "closing",
        "shutdown, drain",
        &[in_files("web/src/", "a gallery is closed")],
    ),
    word("last_orders", "shutdown, drain"),
    word("patiently", "retry"),
    word("studio", "pipeline config"),
    word("album", "attempt previews"),
    word("sight", "ingest, scene analysis"),
    word("seeing", "scene analysis"),
    word("eye", "scene analyzer"),
    word("wish", "override, choice"),
    word("told", "overrides"),
    word_except(
        "brush",
        "generative model",
        &[in_files("tests/browser/masks.rs", "the brush of a mask")],
    ),
    word("painting", "generation"),
    word("go_on", "progress"),
    word("let_go", "ungroup"),
    word("anchor", "shoot reference"),
    word("ladder", "fallback"),
    word("rung", "fallback level"),
    word("shelf", "weight store"),
    word("cabinet", "model cache"),
    word("parcel", "download"),
    word("passage", "tile pipeline"),
    word("luggage", "tile state"),
    word("waiting_room", "offload"),
    word_except(
        "trunk",
        "down blocks",
        &[
            in_files("models/src/nets/sam2", "its encoder, as SAM 2 calls it"),
            in_files("crates/enhance/tests/stories/skies/", "of a tree"),
        ],
    ),
    word("descent", "down blocks"),
    word_except(
        "waves",
        "timestep embedding",
        &[
            in_files("crates/nn/src/kernels/", "blocks a card runs at once"),
            in_files("models/src/nets/sam2", "sines and cosines of places"),
            in_files("models/src/train/augment.rs", "of brightness"),
        ],
    ),
    word("lookable", "LoRA target"),
    word("wear", "apply a LoRA"),
    word("school", "trainer"),
    word("lesson", "sample"),
    word("pupil", "trainee"),
    word_except(
        "chance",
        "rng",
        &[in_files("crates/enhance/src/measure/", "a probability")],
    ),
    word("rehearsal", "synthetic bench"),
];

/// Old names that serde and clap still take, each with who uses it.
const ALIASES: [(&str, &str, &str); 3] = [
    ("crates/cli/src/models.rs", "brush", "scripts"),
    ("crates/documents/src/scene.rs", "brush", "stored documents"),
    ("crates/enhance/src/plan.rs", "rung", "stored plans"),
];

/// Attributes whose strings are names that other programs and documents use.
const NAMING: [&str; 6] = ["serde", "arg", "command", "clap", "value", "sqlx"];

/// Names of more parts are sentences, as tests have them: there a word means what it always meant.
const PARTS_OF_A_NAME: usize = 4;

#[test]
fn replaced_words_do_not_come_back() {
    let offences: Vec<String> = rust().iter().flat_map(replaced).collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn replaced_words_are_aliases_only_where_somebody_uses_them() {
    let sources = rust();
    let mut found = BTreeSet::new();
    for source in &sources {
        let names = outer_names(&source.text).into_iter();
        let replaced = names.filter(|name| replaced_in(&name.replace('-', "_")).next().is_some());
        found.extend(replaced.map(|name| (source.path.as_str(), name)));
    }
    let known = ALIASES.map(|(path, name, _)| (path, name));
    assert_eq!(found, BTreeSet::from(known));
}

/// Names in the strings of attributes; what has spaces is text.
fn outer_names(text: &str) -> Vec<&str> {
    let code = code(text);
    let mut names = Vec::new();
    for (start, _) in code.match_indices("#[") {
        let attribute = &code[start..];
        let end = attribute.find(")]").unwrap_or(0);
        let name = attribute[2..].split('(').next().unwrap_or_default();
        if NAMING.contains(&name) {
            names.extend(strings(&text[start..start + end]));
        }
    }
    names.retain(|name| !name.contains(' '));
    names
}

/// One line for each name, however often it occurs.
fn replaced(source: &Source) -> Vec<String> {
    let code = code(&source.text);
    let names: BTreeSet<&str> = code.split(|c| !is_of_word(c)).collect();
    let mut found = Vec::new();
    for name in names {
        for word in replaced_in(name).filter(|word| !word.is_allowed(&source.path)) {
            let Word { word, instead, .. } = word;
            found.push(format!(
                "{}: {name}: say {instead}, not {word}",
                source.path
            ));
        }
    }
    found
}

fn replaced_in(name: &str) -> impl Iterator<Item = &'static Word> {
    let name = snake(name);
    let name: Vec<String> = name.split('_').map(str::to_owned).collect();
    let is_in = move |word: &&Word| {
        let parts = word.word.split('_').count();
        name.len() <= PARTS_OF_A_NAME
            && name
                .windows(parts)
                .any(|some| is_form(&some.join("_"), word.word))
    };
    WORDS.iter().filter(is_in)
}

/// The word itself, or with an ending: `cooks`, `wishes`, `cooked`, `chancing`.
fn is_form(name: &str, word: &str) -> bool {
    let stem = word.strip_suffix('e').unwrap_or(word);
    let is_ended = |stem: &str, endings: &[&str]| {
        let ending = name.strip_prefix(stem);
        ending.is_some_and(|ending| endings.contains(&ending))
    };
    is_ended(word, &["", "s", "es"]) || is_ended(stem, &["ed", "ing"])
}

/// `LastOrders` and `LAST_ORDERS` are `last_orders`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut was_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && was_lower {
            snake.push('_');
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
        snake.extend(c.to_lowercase());
    }
    snake
}

impl Word {
    fn is_allowed(&self, path: &str) -> bool {
        let mut exceptions = self.except.iter();
        exceptions.any(|exception| path.starts_with(exception.path))
    }
}

#[test]
fn a_word_is_found_within_a_name_and_not_within_a_word() {
    let found = |name| replaced_in(name).map(|word| word.word).collect::<Vec<_>>();
    assert_eq!(found("open_brush"), ["brush"]);
    assert_eq!(found("LastOrders"), ["last_orders"]);
    assert_eq!(found("MAX_RUNGS"), ["rung"]);
    assert_eq!(found("Wishes"), ["wish"]);
    assert_eq!(found("cooked_photo"), ["cook"]);
    assert_eq!(found("chancing"), ["chance"]);
    assert_eq!(found("cookie"), [""; 0]);
    assert_eq!(found("it_stops_when_it_is_told_to"), [""; 0]);
    assert_eq!(found("Insight"), [""; 0]);
}

#[test]
fn names_are_found_in_attributes_and_text_is_not() {
    let text = "#[serde(default, alias = \"a\")] b: C, #[arg(long, help = \"d e\", alias = \"f\")] \
        #[doc(alias = \"g\")] h(\"i\")";
    assert_eq!(outer_names(text), ["a", "f"]);
}
