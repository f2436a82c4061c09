//! The correction: what it promises, on generated and on real pictures.

mod borders;
mod noise;
mod planes;
mod sensor;

use plumbline_documents::{Report, Verdict};
use plumbline_enhance::{
    Pixels, Plan, Preset, Scene, Shot, apply, fallback, inspect, measure, plan,
};

use crate::support::{altered, distance, files, open, room};

fn natural(pixels: &Pixels) -> Plan {
    plan(
        &measure(pixels, &Shot::default()),
        &Scene::default(),
        &Preset::default(),
        None,
    )
}

fn painted(pixels: &Pixels, plan: &Plan) -> Pixels {
    apply(pixels, plan, &Scene::default(), None).unwrap()
}

/// Half the light: linear light halved, as one stop less would have given.
fn darker(pixels: &Pixels) -> Pixels {
    altered(pixels, |_, _, rgb| {
        rgb.map(|v| (f32::from(v) * 0.735) as u8)
    })
}

#[test]
fn the_identity_plan_changes_nothing() {
    let pixels = room(300, 200);
    assert_eq!(painted(&pixels, &Plan::identity()), pixels);
    assert!(Plan::identity().describe()[0].starts_with("Light and colour were left"));
    let none = Plan {
        strength: 0.0,
        ..natural(&darker(&darker(&pixels)))
    };
    assert_eq!(painted(&pixels, &none), pixels);
}

#[test]
fn the_same_plan_gives_the_same_bytes_on_any_number_of_threads() {
    let pixels = darker(&room(900, 700));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let plan = natural(&pixels);
            let result = painted(&pixels, &plan);
            let report = inspect(&pixels, &result, &plan);
            (plan, result, report)
        })
    };
    let one = on(1);
    assert!(!one.0.is_identity());
    assert!(one == on(2) && one == on(5));
}

#[test]
fn a_plan_and_a_report_survive_storage() {
    let pixels = darker(&room(300, 200));
    let plan = natural(&pixels);
    let stored: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(stored, plan);
    let report = inspect(&pixels, &painted(&pixels, &plan), &plan);
    let stored: Report = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(stored, report);
}

/// The commonest real interior: exposed for the windows, and the room lies in the dark.
#[test]
fn a_dim_room_is_brightened_and_its_window_keeps_its_view() {
    let dim = altered(&room(600, 400), |_, _, rgb| {
        let is_window = rgb[1] > 225;
        rgb.map(|v| {
            if is_window {
                v
            } else {
                (f32::from(v) * 0.55) as u8
            }
        })
    });
    let plan = natural(&dim);
    let result = painted(&dim, &plan);
    let luma = |pixels: &Pixels, x, y| pixels.unit(x, y)[1];
    let (wall, window) = ((150, 100), (435, 130));
    let (before, after) = (luma(&dim, wall.0, wall.1), luma(&result, wall.0, wall.1));
    assert!(after > before * 1.2, "{before} {after} {:?}", plan.tone);
    let moved = luma(&dim, window.0, window.1) - luma(&result, window.0, window.1);
    assert!(moved.abs() < 0.02, "{moved} {:?}", plan.tone);
    let said = plan.describe().join(" ");
    assert!(
        said.contains("bright parts such as windows by less"),
        "{said}"
    );
}

/// The dark frame of a bracket, for its window: left as it is or lifted, never lowered.
#[test]
fn a_dark_room_with_a_bright_window_is_never_darkened() {
    let night = altered(&room(600, 400), |_, _, rgb| {
        let is_window = rgb[1] > 225;
        rgb.map(|v| {
            if is_window {
                255
            } else {
                (f32::from(v) * 0.15) as u8
            }
        })
    });
    let tone = natural(&night).tone;
    assert!(tone.exposure_ev >= 0.0, "{tone:?}");
}

#[test]
fn a_dark_copy_comes_back_closer_to_its_source() {
    let mut sources = vec![room(600, 400)];
    sources.extend(
        files("interior")
            .iter()
            .take(6)
            .map(|path| open(path).pixels),
    );
    for source in sources {
        let dark = darker(&darker(&source));
        let plan = natural(&dark);
        let back = painted(&dark, &plan);
        assert!(
            distance(&back, &source) < 0.8 * distance(&dark, &source),
            "{plan:?}"
        );
    }
}

/// One in twenty may need the fallbacks; nobody may need a person.
#[test]
fn natural_corrections_of_real_photos_pass_their_own_inspection() {
    let mut photos = files("interior");
    photos.extend(files("exterior"));
    let mut lowered = 0;
    for path in &photos {
        let pixels = open(path).pixels;
        let mut plan = natural(&pixels);
        let mut report = inspect(&pixels, &painted(&pixels, &plan), &plan);
        lowered += usize::from(report.verdict == Verdict::Held);
        while report.verdict == Verdict::Held {
            eprintln!("{}: {}", path.display(), report.headline());
            plan = fallback::lower(&plan, &report, None)
                .unwrap_or_else(|| panic!("{}", path.display()));
            report = inspect(&pixels, &painted(&pixels, &plan), &plan);
        }
    }
    assert!(
        lowered * 20 <= photos.len(),
        "{lowered} of {}",
        photos.len()
    );
}
