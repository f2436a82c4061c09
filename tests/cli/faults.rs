//! `plumbline qc faults DIR`: a table of what quality control holds, over any folder.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use plumbline_enhance::{Metadata, Output as Format, encode};
use plumbline_tests::pictures::scene;
use plumbline_tests::worker_process::program;
use tempfile::TempDir;

fn faults(desk: &Path, options: &[&str]) -> Output {
    let mut command = Command::new(program("plumbline"));
    command
        .args(["qc", "faults"])
        .args(options)
        .current_dir(desk);
    command.output().unwrap()
}

#[test]
fn a_folder_becomes_a_table_and_a_list_and_what_is_no_photo_is_named() {
    let desk = TempDir::new().unwrap();
    let photos = desk.path().join("photos/exterior");
    fs::create_dir_all(&photos).unwrap();
    let bytes = encode(&scene(720, 540, 1), &Metadata::default(), &Format::Png).unwrap();
    fs::write(photos.join("house.png"), bytes).unwrap();
    fs::write(photos.join("notes.txt"), "no photo").unwrap();

    let done = faults(
        desk.path(),
        &["photos", "--only", "paste", "--raw", "raw.tsv"],
    );

    let (out, said) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert!(done.status.success(), "{said}");
    assert!(said.contains("notes.txt"), "{said}");
    assert!(out.starts_with("Photos: 1, 1600 px."), "{out}");
    assert!(out.contains("| structure | 2 | "), "{out}");
    let raw = fs::read_to_string(desk.path().join("raw.tsv")).unwrap();
    assert!(
        raw.lines().count() == 4 && raw.contains("house\tpaste 1 %\t\tstructure\t"),
        "{raw}"
    );
}

#[test]
fn a_folder_without_photos_is_refused() {
    let desk = TempDir::new().unwrap();
    fs::create_dir(desk.path().join("photos")).unwrap();
    let done = faults(desk.path(), &["photos"]);
    assert_eq!(done.status.code(), Some(2));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("There is no photo"), "{said}");
}
