//! Pages: no page acts as an operator, and templates spell no URL, script or style of their own.

use super::sources::files;

#[test]
fn no_page_speaks_as_an_operator() {
    for room in ["http", "pages", "uploads", "downloads", "live"] {
        for source in files(&format!("web/src/{room}"), "rs") {
            assert!(!source.text.contains("operators::"), "{} does", source.path);
        }
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
