//! `plumbline bench sheet DIR`: pages with every photo before and after, to be looked at.

use std::fs;
use std::process::Command;

use plumbline_enhance::{Limits, Metadata, Output as Format, decode, encode};
use plumbline_tests::pictures::scene;
use plumbline_tests::worker_process::program;
use tempfile::TempDir;

#[test]
fn a_folder_becomes_pages_that_name_every_photo_and_every_spoiled_copy() {
    let desk = TempDir::new().unwrap();
    let rooms = desk.path().join("photos/rooms");
    fs::create_dir_all(&rooms).unwrap();
    for (seed, name) in [(1, "photos/house.png"), (2, "photos/rooms/<i>kitchen.png")] {
        let photo = scene(640, 480, seed);
        let bytes = encode(&photo, &Metadata::default(), &Format::Png).unwrap();
        fs::write(desk.path().join(name), bytes).unwrap();
    }
    fs::write(rooms.join("notes.txt"), "no photo").unwrap();

    let done = Command::new(program("plumbline"))
        .args([
            "bench",
            "sheet",
            "photos",
            "--out",
            "sheets",
            "--spoiled",
            "2",
        ])
        .current_dir(desk.path())
        .output()
        .unwrap();

    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let index = fs::read_to_string(desk.path().join("sheets/index.html")).unwrap();
    assert_eq!(index.matches("<li>").count(), 4, "{index}");
    for named in ["house.png", "kitchen.png", "spoiled: dark 1.5"] {
        assert!(index.contains(named), "{named} in {index}");
    }
    assert!(
        !index.contains("<i>"),
        "a file's name is no markup: {index}"
    );
    let page = fs::read(desk.path().join("sheets/page-000.jpg")).unwrap();
    let page = decode(&page, &Limits::default()).unwrap().pixels;
    assert!(
        page.width() > 3 * 560,
        "three pictures and six spots beside each other"
    );
}
