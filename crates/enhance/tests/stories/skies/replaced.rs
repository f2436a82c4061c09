//! Skies that are found and replaced, on a drawn house.

use plumbline_documents::{Gate, Measure, Report, SkyKind, Verdict};
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::plan::sky::{KeptReason, Sky};
use plumbline_enhance::sky::{Matte, NewSky, replace};
use plumbline_enhance::{Mask, Pixels, inspect, repaint};

use crate::skies::drawn_house::{
    HEIGHT, WIDTH, clear, guess, overcast, photo, pixel, share, the_plan,
};

#[test]
fn the_matte_keeps_roofs_wires_and_twigs() {
    let photo = photo(overcast);
    let mask = Matte::refine(&photo, &guess()).mask(&photo);
    let guessed = Matte::refine(&photo, &guess());
    assert!(guessed.view.doubt < 0.01, "{:?}", guessed.view);
    let (mut off, mut worst_of_rows) = (0.0, 0.0_f64);
    for y in 0..HEIGHT {
        let row: f64 = (0..WIDTH)
            .map(|x| {
                let found = f64::from(mask.values()[(y * WIDTH + x) as usize]) / 255.0;
                (found - f64::from(share(x, y))).abs()
            })
            .sum();
        off += row;
        worst_of_rows = worst_of_rows.max(row / f64::from(WIDTH));
    }
    let off = off / f64::from(WIDTH * HEIGHT);
    assert!(off < 0.006, "the matte is off by {off:.4} in the mean");
    assert!(worst_of_rows < 0.03, "a row is off by {worst_of_rows:.4}");
    // The wire, in the middle of what the guess took for all sky.
    let wire = |x: u32| mask.values()[((150.0 + 0.08 * x as f32) as u32 * WIDTH + x) as usize];
    assert!((400..1000).all(|x| wire(x) < 140), "the wire has gone");
}

#[test]
fn a_new_sky_takes_the_old_ones_place_and_nothing_elses() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let after = replace(&before, before.clone(), &matte, &clear(0.4), None);
    let mut touched = 0;
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let (b, a) = (pixel(&before, x, y), pixel(&after, x, y));
            if share(x, y) == 0.0 && b != a {
                let off = (0..3).map(|c| (b[c] - a[c]).abs()).max().unwrap();
                touched += usize::from(off > 6);
            }
        }
    }
    // Of 800 000 pixels of ground.
    assert!(touched < 800, "{touched} pixels of the house were changed");
    let [r, _, b] = pixel(&after, 200, 100);
    assert!(b > r + 40, "it is blue now: {r} {b}");
}

#[test]
fn no_edge_keeps_a_rim_of_the_old_sky() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let after = replace(&before, before.clone(), &matte, &clear(0.35), None);
    let (mut rims, mut edges) = (0, 0);
    for y in 1..HEIGHT - 1 {
        for x in 1..WIDTH - 1 {
            let own = share(x, y);
            if own <= 0.2 || own >= 0.8 {
                continue;
            }
            edges += 1;
            // Between its darkest and brightest neighbours, but for a little.
            let near = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
            let brightest = near
                .iter()
                .map(|&(u, v)| pixel(&after, u, v)[0])
                .max()
                .unwrap();
            rims += usize::from(pixel(&after, x, y)[0] > brightest + 12);
        }
    }
    assert!(edges > 3000);
    assert!(
        rims * 50 < edges,
        "{rims} of {edges} pixels on the edge shine"
    );
}

#[test]
fn sixteen_bits_get_the_sky_that_eight_get() {
    let before = photo(overcast);
    let wide = before.rgb8().iter().map(|&v| u16::from(v) * 257).collect();
    let wide = Pixels::from_sixteen(WIDTH, HEIGHT, wide).unwrap();
    let on = |p: &Pixels| {
        let matte = Matte::refine(p, &guess());
        replace(p, p.clone(), &matte, &clear(0.4), None)
    };
    let (eight, sixteen) = (on(&before), on(&wide));
    assert_eq!(sixteen.bits(), 16);
    let far = |(a, b): (&u8, &u8)| a.abs_diff(*b) > 2;
    let (narrow, narrowed) = (eight.rgb8(), sixteen.rgb8());
    let off = narrow
        .iter()
        .zip(narrowed.iter())
        .filter(|p| far(*p))
        .count();
    assert!(off * 1000 < narrow.len(), "{off} samples differ");
    assert_eq!(on(&before), eight, "the same bytes again");
}

#[test]
fn a_picture_of_ones_own_is_the_backdrop_of_the_house() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let pink = Pixels::from_eight(40, 20, [250, 120, 160].repeat(800)).unwrap();
    let new = NewSky {
        kind: SkyKind::Own,
        ..clear(0.35)
    };
    let after = replace(&before, before.clone(), &matte, &new, Some(&pink));
    let [r, g, _] = pixel(&after, 100, 60);
    assert!(r > g + 60, "the sky is pink");
    assert_eq!(pixel(&after, 700, 700), pixel(&before, 700, 700));
}

#[test]
fn quality_control_lets_a_good_new_sky_pass_and_sees_a_bad_one() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let after = replace(&before, before.clone(), &matte, &clear(0.4), None);
    let verdict = |result: &Pixels, mask: &Mask| {
        let report = judged(&before, result, mask);
        // The drawn house is as yellow as it was drawn.
        let others = |m: &&Measure| m.name.gate() != Some(Gate::ResultCast);
        match report.held().find(others) {
            Some(_) => Verdict::Held,
            None => Verdict::Passed,
        }
    };
    assert_eq!(verdict(&after, &matte.coarse_mask()), Verdict::Passed);
    // The same picture, of which it was said that the sky is elsewhere.
    let nowhere = Mask::new(3, 2, vec![0, 0, 255, 0, 0, 0]).unwrap();
    assert_eq!(verdict(&after, &nowhere), Verdict::Held);
    assert_eq!(
        inspect(&before, &after, &the_plan(Sky::Unchanged)).verdict,
        Verdict::Held
    );
}

#[test]
fn quality_control_knows_the_light_of_the_new_sky_and_no_other() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let lit = NewSky {
        relight: [1.18, 1.165, 1.15],
        ..clear(0.4)
    };
    let after = replace(&before, before.clone(), &matte, &lit, None);
    let unplanned = |new: NewSky| {
        let report = judged_by(new, &before, &after, &matte.coarse_mask());
        report
            .held()
            .any(|m| m.name.gate() == Some(Gate::Unplanned))
    };
    assert!(
        !unplanned(lit.clone()),
        "its own light is taken for a fault"
    );
    assert!(unplanned(clear(0.4)), "light that no plan has is let pass");
    let dark = |p: &Pixels| pixel(p, 700, 900).iter().sum::<i32>();
    assert!(dark(&after) > dark(&before) + 6, "the lawn is not lit");
}

fn judged(before: &Pixels, after: &Pixels, sky: &Mask) -> Report {
    judged_by(clear(0.4), before, after, sky)
}

fn judged_by(new: NewSky, before: &Pixels, after: &Pixels, sky: &Mask) -> Report {
    let plan = the_plan(Sky::New(new));
    let terms = Terms {
        plan: Some(&plan),
        sky: Some(sky),
        ..Default::default()
    };
    judge(before, after, &terms).report
}

#[test]
fn a_plan_without_a_new_sky_returns_the_same_picture() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let plan = the_plan(Sky::Kept(KeptReason::AlreadyBlue));
    assert_eq!(
        repaint(&before, before.clone(), &plan, Some(&matte), None),
        before
    );
    assert!(plan.is_identity());
    assert!(!the_plan(Sky::New(clear(0.4))).is_identity());
}
