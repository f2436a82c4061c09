//! Habits of code and tests: nothing is left for later, no test waits by the clock or is left out
//! without a reason.

use super::sources::files;

#[test]
fn no_test_sleeps() {
    for folder in ["tests/app", "tests/worker", "tests/cli", "tests/browser"] {
        for source in files(folder, "rs") {
            for call in ["time::sleep", "thread::sleep"].map(|name| format!("{name}(")) {
                assert!(!source.text.contains(&call), "{} sleeps", source.path);
            }
        }
    }
}

#[test]
fn an_ignored_test_says_why() {
    let bare = "#[ignore".to_owned() + "]";
    for source in files("", "rs") {
        assert!(
            !source.text.contains(&bare),
            "{} ignores a test without a reason",
            source.path
        );
    }
}

#[test]
fn nothing_is_left_for_later() {
    for folder in [
        "web/src",
        "worker/src",
        "models",
        "crates",
        "tests/src",
        "static/js",
    ] {
        let ending = if folder == "static/js" { "js" } else { "rs" };
        for source in files(folder, ending) {
            for word in ["TODO", "FIXME", "XXX"] {
                assert!(!source.text.contains(word), "{} says {word}", source.path);
            }
        }
    }
}
