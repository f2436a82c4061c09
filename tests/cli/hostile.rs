//! Files that mean harm, or are just broken: `../shared/photos/hostile`.

use std::fs;
use std::time::Duration;

use plumbline_tests::enhance_process::enhance;
use plumbline_tests::hostile::{files as hostile_files, is_a_sentence};
use plumbline_tests::house::files_below;

const LONGEST: Duration = Duration::from_secs(20);
const MOST_BYTES: u64 = 2 << 30;

#[test]
fn a_hostile_file_ends_in_a_picture_or_a_sentence_within_time_and_memory() {
    let Some(files) = hostile_files() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (out, report) = (
        folder.path().join("out.jpg"),
        folder.path().join("report.json"),
    );
    let (mut slowest, mut largest, mut refused) = ((Duration::ZERO, None), (0, None), 0);
    for file in &files {
        let done = enhance(file, &out, &report, &[]);

        assert!(
            matches!(done.status, Some(0..=2)),
            "{}: {done:?}",
            file.display()
        );
        assert!(
            done.took < LONGEST,
            "{} took {:?}",
            file.display(),
            done.took
        );
        assert!(
            done.peak_bytes < MOST_BYTES,
            "{} took {} bytes",
            file.display(),
            done.peak_bytes
        );
        slowest = slowest.max((done.took, Some(file)));
        largest = largest.max((done.peak_bytes, Some(file)));
        if done.status == Some(2) {
            refused += 1;
            assert!(
                is_a_sentence(&done.said),
                "{}: {}",
                file.display(),
                done.said
            );
            assert!(
                files_below(folder.path()).is_empty(),
                "{} left something",
                file.display()
            );
        } else {
            assert!(fs::remove_file(&out).is_ok() && fs::remove_file(&report).is_ok());
        }
    }
    println!(
        "{} files, {refused} refused; slowest {slowest:?}; largest {largest:?}",
        files.len()
    );
}
