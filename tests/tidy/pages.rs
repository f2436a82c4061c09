//! Pages: nothing that answers a request acts as an operator, URLs are spelled in one place, and
//! templates hold no script or style.

use super::sources::{Source, code, files, is_of_word, strings, text_outside_tests};

/// Sources that act as an operator, and those that start them.
const OPERATORS: [&str; 3] = ["web/src/operators", "web/src/main.rs", "web/src/lib.rs"];

/// Sources that spell paths of the site: as patterns, and as functions.
const URLS: [&str; 2] = ["web/src/http/routes.rs", "web/src/http/urls.rs"];

#[test]
fn no_page_speaks_as_an_operator() {
    for source in web(&OPERATORS) {
        let code = code(&source.text);
        let mut words = code.split(|c| !is_of_word(c));
        let is_operator = words.any(|word| ["operators", "Operator"].contains(&word));
        assert!(!is_operator, "{} speaks as an operator", source.path);
    }
}

#[test]
fn templates_take_their_urls_from_one_place_and_escape_everything() {
    for source in files("templates", "html") {
        for (text, offence) in [
            ("href=\"/", "spells a URL"),
            ("action=\"/", "spells a URL"),
            ("src=\"/", "spells a URL"),
            ("|safe", "does not escape"),
            ("style=\"", "has inline style"),
            ("<script>", "has inline script"),
        ] {
            assert!(!source.text.contains(text), "{} {offence}", source.path);
        }
    }
}

#[test]
fn handlers_take_their_urls_from_one_place() {
    for source in web(&URLS) {
        let text = text_outside_tests(&source.text);
        let path = strings(&text).into_iter().find(|text| is_path(text));
        assert_eq!(path, None, "{} spells a URL", source.path);
    }
}

fn is_path(text: &str) -> bool {
    let after = text.strip_prefix('/').unwrap_or_default();
    after.starts_with(char::is_lowercase) && !after.starts_with("static")
}

/// The sources of the site, except in these files and folders.
fn web(except: &[&str]) -> Vec<Source> {
    let mut sources = files("web/src", "rs");
    sources.retain(|source| !except.iter().any(|path| source.path.starts_with(path)));
    sources
}
