//! 13: a house at dusk with its lamps lit.

use plumbline_enhance::{Mask, Pixels};
use plumbline_fixtures::photos;

use crate::support::{
    File, changed, encoded, enhanced, exposed, jpeg, linear, mean_lab, photo, with_clear_sky,
};

/// Most L* that a dusk sky may gain.
const MOST_BRIGHTER: f32 = 8.0;

fn assert_stays_dusk(file: &File, is_sky: impl Fn(f32, f32) -> bool) {
    let before = mean_lab(&file.decoded().pixels, &is_sky);
    for done in [enhanced(file), with_clear_sky(file)] {
        let after = mean_lab(&done.pixels, &is_sky);
        let name = &file.name;
        let brighter = after[0] - before[0];
        assert!(
            brighter <= MOST_BRIGHTER,
            "{name}: its sky is {brighter} L* brighter"
        );
        let hue = |[_, a, b]: [f32; 3]| b.atan2(a).to_degrees();
        let turned = (hue(after) - hue(before) + 540.0).rem_euclid(360.0) - 180.0;
        let chroma = |[_, a, b]: [f32; 3]| a.hypot(b);
        assert!(
            turned.abs() < 12.0,
            "{name}: its sky's hue turned by {turned}°"
        );
        assert!(
            chroma(after) > 0.8 * chroma(before),
            "{name}: its sky is pale"
        );
        assert!(done.passed, "{name} was held");
    }
    let asked = with_clear_sky(file);
    assert!(asked.says("it is dusk"), "{}: {:?}", file.name, asked.said);
}

fn is_above_the_roofs(_: f32, y: f32) -> bool {
    (0.03..0.2).contains(&y)
}

#[test]
fn dusk_stays_dusk_and_no_day_s_sky_is_put_over_it() {
    let Some(folder) = photos("reported/13-twilight-house") else {
        return;
    };
    for name in ["dusk.jpg", "dusk-darker.jpg"] {
        assert_stays_dusk(&File::read(&folder.join(name)), is_above_the_roofs);
    }
    let house = photo(&folder.join("dusk.jpg"), 1200);
    let width = house.width();
    let mirrored = changed(&house, |x, y, _| house.unit(width - 1 - x, y));
    let sibling = File::new("mirrored.jpg", jpeg(&exposed(&mirrored, -0.5)));
    assert_stays_dusk(&sibling, is_above_the_roofs);
}

/// A day's photo as the evening would show it: a dark violet sky, the house two and a half stops
/// darker, and lamps on its walls.
fn evening(day: &Pixels, sky: &Mask) -> Pixels {
    let (width, height) = (day.width() as f32, day.height() as f32);
    let share = |x: u32, y: u32| {
        let (x, y) = (x as f32 / width, y as f32 / height);
        let column = (x * sky.width() as f32) as usize;
        let row = (y * sky.height() as f32) as usize;
        f32::from(sky.values()[row * sky.width() as usize + column]) / 255.0
    };
    let lamp = |x: u32, y: u32| {
        let (x, y) = (x as f32 / width, y as f32 / height);
        let near = |centre: (f32, f32)| {
            let away = ((x - centre.0) * 1.5).hypot(y - centre.1) / 0.02;
            (-away * away).exp()
        };
        [0.3, 0.4, 0.5, 0.6, 0.7]
            .map(|x| near((x, 0.62)))
            .iter()
            .sum::<f32>()
            .min(1.0)
    };
    changed(day, |x, y, rgb| {
        let (sky, lamp) = (share(x, y), lamp(x, y) * (1.0 - share(x, y)));
        let fade = 0.75 + 0.5 * y as f32 / height;
        let evening = [0.13, 0.11, 0.21].map(|v| v * fade);
        let light = [1.3, 1.0, 0.55];
        [0, 1, 2].map(|c| {
            let house = linear(rgb[c]) * 0.16;
            encoded(evening[c] * sky + house * (1.0 - sky) + light[c] * lamp)
        })
    })
}

#[test]
fn another_house_s_evening_is_kept_and_its_day_is_not() {
    let name = "paul-kapischka-NLbMgDBio4Y-unsplash";
    let day = photos(&format!("exterior/{name}.jpg"));
    let mask = photos(&format!("sky-masks/checked/{name}.png"));
    let Some((day, mask)) = day.zip(mask) else {
        return;
    };
    let day = photo(&day, 1400);
    let sky = Mask::of_luma(&photo(&mask, 1400));
    let evening = File::new("evening.jpg", jpeg(&evening(&day, &sky)));
    let is_sky = |x: f32, y: f32| {
        let column = ((x * sky.width() as f32) as usize).min(sky.width() as usize - 1);
        let row = ((y * sky.height() as f32) as usize).min(sky.height() as usize - 1);
        y < 0.3 && sky.values()[row * sky.width() as usize + column] > 250
    };
    assert_stays_dusk(&evening, is_sky);
    let dark_day = File::new("day.jpg", jpeg(&exposed(&day, -2.0)));
    let done = enhanced(&dark_day);
    let lifted =
        mean_lab(&done.pixels, is_sky)[0] - mean_lab(&dark_day.decoded().pixels, is_sky)[0];
    assert!(lifted > 8.0, "a dark day is taken for dusk: {lifted}");
}
