//! One word per thing: the words that were replaced by standard terms do not come back as names.

use std::collections::BTreeSet;

use super::sources::{Source, code, is_of_word, rust};

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

/// Words of several parts are looked for as `go_on` and `GoOn`; plurals and past forms are listed
/// where they occurred. Words that are good names elsewhere are not listed: hold, hand, words, shift,
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
    word("cooks", "process"),
    word("cooked", "encoded"),
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
    word("eyes", "scene analyzers"),
    word("wish", "override, choice"),
    word("wishes", "overrides, choices"),
    word("told", "overrides"),
    word_except(
        "brush",
        "generative model",
        &[in_files("tests/browser/masks.rs", "the brush of a mask")],
    ),
    word("brushes", "generative models"),
    word("painting", "generation"),
    word("go_on", "progress"),
    word("let_go", "ungroup"),
    word("anchor", "shoot reference"),
    word("ladder", "fallback"),
    word("rung", "fallback level"),
    word("rungs", "fallback levels"),
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
    word("wears", "apply a LoRA"),
    word("school", "trainer"),
    word("lesson", "sample"),
    word("lessons", "samples"),
    word("pupil", "trainee"),
    word_except(
        "chance",
        "rng",
        &[in_files("crates/enhance/src/measure/", "a probability")],
    ),
    word("rehearsal", "synthetic bench"),
];

/// Names of more parts are sentences, as tests have them: there a word means what it always meant.
const PARTS_OF_A_NAME: usize = 4;

#[test]
fn replaced_words_do_not_come_back() {
    let offences: Vec<String> = rust().iter().flat_map(replaced).collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
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
        let parts: Vec<&str> = word.word.split('_').collect();
        name.len() <= PARTS_OF_A_NAME && name.windows(parts.len()).any(|some| some == parts)
    };
    WORDS.iter().filter(is_in)
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
    assert_eq!(found("MAX_RUNGS"), ["rungs"]);
    assert_eq!(found("brushed_steel"), [""; 0]);
    assert_eq!(found("it_stops_when_it_is_told_to"), [""; 0]);
    assert_eq!(found("Insight"), [""; 0]);
}
