//! Photos that were spoiled on purpose come back, and finished ones are left nearly alone.

use plumbline_enhance::{
    Pixels, Plan, Preset, Scene, Shot, apply, inspect, measure, plan, preview,
};

use crate::degrade::{FAULTS, Fault, degraded};
use crate::support::{files, open};

/// Every sixth photo, as a copy of 480 pixels.
fn sources() -> Vec<Pixels> {
    let mut photos = files("interior");
    photos.extend(files("exterior"));
    let some = photos.iter().step_by(6);
    some.map(|path| preview(&open(path).pixels, 480)).collect()
}

fn corrected(pixels: &Pixels) -> Pixels {
    let scene = Scene::default();
    let measured = measure(pixels, &Shot::default());
    let mut plan = plan(&measured, &scene, &Preset::default(), false);
    plan.verticals = Plan::identity().verticals;
    apply(pixels, &plan, &scene, None).unwrap()
}

/// Mean CIEDE2000.
fn delta(one: &Pixels, two: &Pixels) -> f64 {
    let report = inspect(one, two, &Plan::identity());
    report.measure("delta_e_mean").unwrap().value
}

/// The share of the harm that is left, over all sources.
fn left(sources: &[Pixels], name: &str, fault: Fault) -> f64 {
    let (mut before, mut after) = (0.0, 0.0);
    for source in sources {
        let copy = degraded(source, fault);
        before += delta(source, &copy);
        after += delta(source, &corrected(&copy));
    }
    eprintln!("{name}: {:.2} of the harm is left", after / before);
    after / before
}

#[test]
fn spoiled_copies_come_back_closer_to_their_source() {
    let sources = sources();
    for (name, fault) in FAULTS {
        if sources.is_empty() {
            return;
        }
        let limit = match fault {
            Fault::Exposure(ev) if ev > 0.0 => 0.80,
            Fault::Corners(_) => 0.70,
            _ => 0.58,
        };
        assert!(left(&sources, name, fault) <= limit, "{name}");
    }
}

#[test]
fn finished_photos_are_left_nearly_alone() {
    let sources = sources();
    let moved = |s: &Pixels| delta(s, &corrected(s));
    let still = sources.iter().filter(|s| moved(s) < 3.0).count();
    assert!(
        still * 10 >= sources.len() * 6,
        "{still} of {}",
        sources.len()
    );
}
