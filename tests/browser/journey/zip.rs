//! The customer's zip, opened with other people's programs.

use std::path::{Path, PathBuf};
use std::process::Command;

pub fn check(zip: &Path, photos: &[PathBuf]) {
    let folder = zip.parent().expect("it lies in a folder");
    run(folder, "unzip", &["-t", &zip.display().to_string()]);
    run(
        folder,
        "unzip",
        &["-q", &zip.display().to_string(), "-d", "out"],
    );
    let out = folder.join("out");
    run(
        &out,
        "sha256sum",
        &["--check", "--strict", "--quiet", "SHA256SUMS"],
    );
    let mut sizes_out = sizes(&list(&out));
    let mut sizes_in = sizes(photos);
    sizes_in.sort_unstable();
    sizes_out.sort_unstable();
    let as_they_were = std::iter::zip(&sizes_out, &sizes_in).filter(|(out, came)| out == came);
    assert!(
        as_they_were.count() >= 4,
        "photos that were upright have the original's pixels: {sizes_out:?}"
    );
    for (out, came) in std::iter::zip(&sizes_out, &sizes_in) {
        let share = (out.0 * out.1) as f64 / (came.0 * came.1) as f64;
        assert!(
            (0.88..=1.0).contains(&share),
            "straightening crops little: {out:?} of {came:?}"
        );
    }
    assert!(sizes_in.iter().filter(|(w, h)| w * h >= 19_900_000).count() >= 2);
}

fn run(folder: &Path, program: &str, arguments: &[&str]) {
    let done = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect(program);
    assert!(
        done.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&done.stdout)
    );
}

fn list(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .expect("it was unpacked")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jpg"))
        .collect()
}

/// Width and height as a viewer shows them.
fn sizes(photos: &[PathBuf]) -> Vec<(usize, usize)> {
    let size = |path: &PathBuf| {
        let size = imagesize::size(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        (size.width, size.height)
    };
    photos.iter().map(size).collect()
}
