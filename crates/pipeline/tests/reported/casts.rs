//! Case 12: white rooms under four lamps end white, and houses whose colour is their own keep it. The case's two
//! rooms and two facades, and of each two siblings that are made here, of other photographers.

use std::sync::Arc;

use plumbline_documents::Place;
use plumbline_enhance::steps::finish::Finish;
use plumbline_enhance::{AnalysisError, FinishModel, Pixels, Proposal, preview};
use plumbline_fixtures::photos;

use crate::support::{File, changed, encoded, enhanced, finished_by, jpeg, lab, linear, photo};

/// Lamps as gains of light: mild, tungsten, a green tube, blue shade.
const LAMPS: [(&str, [f32; 3]); 4] = [
    ("warm", [1.1, 1.0, 0.75]),
    ("tungsten", [1.25, 1.0, 0.5]),
    ("fluor", [0.9, 1.08, 0.8]),
    ("shade", [0.82, 1.0, 1.25]),
];
const SIBLINGS: [&str; 2] = [
    "katja-rooke-77JACslA8G0-unsplash.jpg",
    "optical-shades-media-sangroha-JDvQvdqITzs-unsplash.jpg",
];
const COLOURED: [&str; 4] = [
    "reported/12-casts-and-coloured-rooms/coloured-mint-tower.jpg",
    "reported/12-casts-and-coloured-rooms/coloured-red-facade.jpg",
    "exterior/mike-nguyen-t-4xEHYhr2g-unsplash.jpg",
    "exterior/priscilla-fraire-65dCe4Zuek4-unsplash.jpg",
];
const EDGE: u32 = 1100;
/// Longer side of the copies that are compared, on which straightening hardly counts.
const COMPARED: u32 = 200;

#[test]
fn white_rooms_under_four_lamps_end_white() {
    let Some(stock) = photos("interior") else {
        return;
    };
    let Some(case) = photos("reported/12-casts-and-coloured-rooms") else {
        return;
    };
    for (room, source) in [
        ("bedroom", "steven-ungermann-aRT5UCf2MYY-unsplash.jpg"),
        ("hall", "douglas-sheppard-CGZbE-Pa1S8-unsplash.jpg"),
    ] {
        let source = photo(&stock.join(source), EDGE);
        for (lamp, _) in LAMPS {
            let file = File::read(&case.join(format!("{room}-{lamp}.jpg")));
            assert_ends_white(&file, &source);
        }
    }
    for sibling in SIBLINGS {
        let source = photo(&stock.join(sibling), EDGE);
        for (lamp, gains) in LAMPS {
            let lit = changed(&source, |_, _, rgb| {
                std::array::from_fn(|c| encoded(0.8 * gains[c] * linear(rgb[c])))
            });
            let file = File::new(&format!("{lamp}-{sibling}"), jpeg(&lit));
            assert_ends_white(&file, &source);
        }
    }
}

/// Proposes to leave a room under its lamp, and is sure of it.
struct Wrong;

impl FinishModel for Wrong {
    fn propose(&self, _: &Pixels, _: Place) -> Result<Proposal, AnalysisError> {
        Ok(Proposal {
            finish: Finish::default().lit([0.9, 0.2, -0.6]),
            off_before: 20.0,
            off_after: 1.0,
        })
    }

    fn name(&self) -> &str {
        "wrong"
    }
}

#[test]
fn a_finish_that_is_held_gives_way_to_the_measured_correction() {
    let Some(stock) = photos("interior") else {
        return;
    };
    for room in SIBLINGS {
        let file = File::new(room, jpeg(&photo(&stock.join(room), EDGE)));
        let done = finished_by(&file, Arc::new(Wrong));
        let attempts = done.attempts.iter();
        let had_finish: Vec<bool> = attempts
            .map(|one| one.plan.steps.contains_key("finish"))
            .collect();
        assert_eq!(had_finish.last(), Some(&false), "{room}: {had_finish:?}");
        assert!(had_finish[0] && done.passed, "{room}: {:?}", done.said);
    }
}

/// Surfaces that are neutral in the source end with |a*| below 4 and |b*| below 6.
fn assert_ends_white(file: &File, source: &Pixels) {
    let done = enhanced(file);
    let result = preview(&done.pixels, COMPARED);
    let source = preview(source, COMPARED);
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for y in 0..result.height() {
        for x in 0..result.width() {
            let at = |from: &Pixels| {
                let place = |i: u32, of: u32, all: u32| (i * all / of).min(all - 1);
                lab(from.unit(
                    place(x, result.width(), from.width()),
                    place(y, result.height(), from.height()),
                ))
            };
            let own = at(&source);
            if own[1].hypot(own[2]) < 3.0 && (40.0..98.0).contains(&own[0]) {
                let ended = at(&result);
                a.push(ended[1]);
                b.push(ended[2]);
            }
        }
    }
    let (a, b) = (median(&mut a), median(&mut b));
    let name = &file.name;
    assert!(a.abs() < 4.0 && b.abs() < 6.0, "{name}: a* {a}, b* {b}");
    assert!(done.passed, "{name} was held");
}

#[test]
fn houses_whose_colour_is_their_own_keep_it() {
    let Some(folder) = photos("") else { return };
    for file in COLOURED {
        let file = File::read(&folder.join(file));
        let done = enhanced(&file);
        let (before, after) = (file.decoded().pixels, done.pixels);
        let light = |pixels: &Pixels, c: usize| {
            let small = preview(pixels, COMPARED);
            let mut values: Vec<f32> = (0..small.height())
                .flat_map(|y| (0..small.width()).map(move |x| (x, y)))
                .map(|(x, y)| linear(small.unit(x, y)[c]))
                .collect();
            median(&mut values)
        };
        let gains = [0, 1, 2].map(|c| light(&after, c) / light(&before, c));
        let mean = gains.iter().sum::<f32>() / 3.0;
        let most = gains
            .iter()
            .map(|gain| (gain / mean - 1.0).abs())
            .fold(0.0, f32::max);
        assert!(most <= 0.03, "{}: gains {gains:?}", file.name);
        assert!(done.passed, "{} was held", file.name);
    }
}

fn median(values: &mut [f32]) -> f32 {
    values.sort_unstable_by(f32::total_cmp);
    values[values.len() / 2]
}
