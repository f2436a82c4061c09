//! 19: floor plans and screenshots among the photos of a shoot.

use plumbline_enhance::{Metadata, Output, Pixels, encode};
use plumbline_fixtures::photos;

use crate::support::{Done, File, changed, enhanced, jpeg, photo};

/// Paper is still paper, no tint moved, and nothing was turned or cut away.
fn assert_left_alone(file: &File, done: &Done) {
    assert!(
        done.pixels == file.decoded().pixels,
        "{} was changed",
        file.name
    );
    assert!(
        done.says("Left as it came"),
        "{}: {:?}",
        file.name,
        done.said
    );
}

#[test]
fn a_floor_plan_is_left_alone() {
    let Some(folder) = photos("reported/19-floor-plan-and-screenshot") else {
        return;
    };
    for name in ["floorplan.jpg", "floorplan.png"] {
        let file = File::read(&folder.join(name));
        let done = enhanced(&file);
        assert_left_alone(&file, &done);
        assert!(done.bytes == file.bytes, "{name} was written anew");
    }
    let plan = photo(&folder.join("floorplan.png"), 1600);
    let height = plan.height();
    let blank = vec![0; plan.rgb8().len()];
    let turned = Pixels::from_eight(height, plan.width(), blank).unwrap();
    let turned = changed(&turned, |x, y, _| plan.unit(y, height - 1 - x));
    let file = File::new("turned.jpg", jpeg(&turned));
    assert_left_alone(&file, &enhanced(&file));
}

/// A listing's page: a coloured bar, a map in flat colours, lines of words and a button.
fn screenshot() -> Pixels {
    let (width, height) = (1440, 1100);
    let blank = vec![255; width as usize * height as usize * 3];
    let page = Pixels::from_eight(width, height, blank).unwrap();
    changed(&page, |x, y, white| {
        let word = (x * 7 / 11 + y / 26 * 13) % 9 < 6 && x % 4 != 3 && y % 3 != 2;
        match (x, y) {
            (_, 0..80) => [0.10, 0.28, 0.55],
            (60..640, 140..900) if (x + y) % 190 < 9 => [0.95, 0.55, 0.20],
            (60..640, 140..900) => [0.82, 0.90, 0.80],
            (700..1380, 140..1040) if y % 26 < 12 && word => [0.13; 3],
            (60..400, 980..1040) => [0.90, 0.35, 0.12],
            _ => white,
        }
    })
}

#[test]
fn a_screenshot_is_left_alone() {
    let page = screenshot();
    let png = encode(&page, &Metadata::default(), &Output::Png).unwrap();
    for file in [
        File::new("page.png", png),
        File::new("page.jpg", jpeg(&page)),
    ] {
        assert_left_alone(&file, &enhanced(&file));
    }
}
