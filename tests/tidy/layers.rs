//! The layers of `enhance`: a module knows those below it. None knows one above it or beside it, so
//! that there is no circle.

use std::collections::BTreeSet;

use super::sources::{Source, code, files, is_of_word, outside_tests};

const CRATE: &str = "crates/enhance/src/";

/// From the lowest to the highest. Modules of one layer do not know each other.
const LAYERS: [&[&str]; 12] = [
    &["pixels", "shot"],
    &["math"],
    &["kernels"],
    &["filters"],
    &["scene", "measure", "codec"],
    &["generative_model"],
    &["steps"],
    &["sky", "finish_model"],
    &["plan"],
    &["apply", "fallback"],
    &["inspect"],
    &["export", "brackets"],
];

/// Uses the crate as others do, through its root.
const OUTSIDE: &str = "fuzzing";

/// The name of what `lib.rs` itself holds.
const CRATE_ROOT: &str = "the crate's root";

#[test]
fn no_layer_of_enhance_knows_a_higher_one() {
    let sources = files(CRATE, "rs");
    let unknown: BTreeSet<&str> = modules(&sources)
        .filter(|name| *name != OUTSIDE && rank(&LAYERS, name) == ABOVE_ALL)
        .collect();
    assert!(unknown.is_empty(), "in no layer: {unknown:?}");
    let offences: Vec<String> = sources
        .iter()
        .flat_map(|source| offences(&LAYERS, source))
        .collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// The outermost modules of the crate.
fn modules(sources: &[Source]) -> impl Iterator<Item = &str> {
    let paths = sources.iter().map(|source| module_path(&source.path));
    paths.filter_map(|path| path.first().copied())
}

fn offences(layers: &[&[&str]], source: &Source) -> Vec<String> {
    let path = module_path(&source.path);
    let Some(own) = path.first().filter(|own| **own != OUTSIDE) else {
        return Vec::new();
    };
    let code = outside_tests(&code(&source.text));
    let known: BTreeSet<&str> = known(&code, &path).into_iter().collect();
    let is_refused = |name: &&str| *name != *own && rank(layers, name) >= rank(layers, own);
    let refused = known.into_iter().filter(is_refused);
    refused
        .map(|name| format!("{} (layer {own}) knows {name}", source.path))
        .collect()
}

/// The rank of the crate's root and of what is in no layer.
const ABOVE_ALL: usize = usize::MAX;

fn rank(layers: &[&[&str]], module: &str) -> usize {
    let rank = layers.iter().position(|layer| layer.contains(&module));
    rank.unwrap_or(ABOVE_ALL)
}

/// `crates/enhance/src/steps/tone.rs` is `steps`, `tone`; `lib.rs` is nothing.
fn module_path(path: &str) -> Vec<&str> {
    let path = path.strip_prefix(CRATE).unwrap_or(path);
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').filter(|part| *part != "lib").collect()
}

/// Outermost modules that the code of a module names.
fn known<'a>(code: &'a str, module: &[&str]) -> Vec<&'a str> {
    let to_root = "super::".repeat(module.len());
    let starts = ["crate::", to_root.as_str()];
    let mut known = Vec::new();
    for start in starts {
        for (at, _) in code.match_indices(start) {
            // `super::super::` twice is not once, and a longer way up is another module.
            let is_whole = !code[..at].ends_with(|c: char| is_of_word(c) || c == ':');
            if is_whole {
                known.extend(firsts(&code[at + start.len()..]));
            }
        }
    }
    known
        .into_iter()
        .map(|name| if is_module(name) { name } else { CRATE_ROOT })
        .collect()
}

/// Modules are lower case; types and constants are what the root re-exports or holds.
fn is_module(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The first names of a path, or of each path of a list in braces.
fn firsts(path: &str) -> Vec<&str> {
    let name = |text: &'_ str| text.find(|c| !is_of_word(c)).unwrap_or(text.len());
    let Some(list) = path.strip_prefix('{') else {
        return vec![&path[..name(path)]];
    };
    let (mut firsts, mut depth, mut is_first) = (Vec::new(), 0, true);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => is_first = true,
            c if is_first && is_of_word(c) => {
                firsts.push(&list[at..at + name(&list[at..])]);
                is_first = false;
            }
            _ => {}
        }
    }
    firsts
}

#[cfg(test)]
mod made_up {
    use super::*;

    const LOW_TO_HIGH: [&[&str]; 3] = [&["math"], &["steps", "codec"], &["plan"]];

    fn found(path: &str, text: &str) -> Vec<String> {
        let source = Source {
            path: format!("{CRATE}{path}"),
            text: text.to_owned(),
        };
        offences(&LOW_TO_HIGH, &source)
    }

    #[test]
    fn a_lower_layer_that_knows_a_higher_one_is_named() {
        let offence = "crates/enhance/src/steps/tone.rs (layer steps) knows plan";
        for text in [
            "use crate::plan::Plan;",
            "use crate::{math, plan::{Plan, sky}};",
            "fn f() { crate::plan::f() }",
            "use super::super::plan;",
            "#[cfg(test)]\nmod tests {}\nuse crate::plan;",
        ] {
            assert_eq!(found("steps/tone.rs", text), [offence], "{text}");
        }
    }

    #[test]
    fn a_neighbour_and_the_root_are_refused_too() {
        let of = |name: &str| format!("crates/enhance/src/steps.rs (layer steps) knows {name}");
        assert_eq!(found("steps.rs", "use crate::codec::jpeg;"), [of("codec")]);
        assert_eq!(found("steps.rs", "use crate::Pixels;"), [of(CRATE_ROOT)]);
        assert_eq!(found("steps.rs", "use super::Pixels;"), [of(CRATE_ROOT)]);
        assert_eq!(found("steps.rs", "use crate::other;"), [of("other")]);
    }

    #[test]
    fn what_is_below_inside_or_only_in_tests_is_allowed() {
        for text in [
            "use crate::math::solve;",
            "use crate::steps::affine;",
            "use super::affine;",
            "// crate::plan",
            "#[cfg(test)]\nmod tests {\n    use crate::plan;\n}",
            "pub(crate) fn f() {}",
        ] {
            assert_eq!(found("steps/tone.rs", text), [""; 0], "{text}");
        }
        assert_eq!(found("lib.rs", "pub use crate::plan::Plan;"), [""; 0]);
    }
}
