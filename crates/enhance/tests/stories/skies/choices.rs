//! Treatments of a sky: choices, overrides, and the reasons to leave one alone.

use plumbline_documents::Place;
use plumbline_enhance::plan::sky::{self, Camera, KeptReason, Sky};
use plumbline_enhance::sky::{SkyView, Sun};
use plumbline_enhance::{
    Mask, Measured, Overrides, Pixels, Plan, Preset, Scene, Shot, SkyChoice, measure, plan,
};

/// An overcast sky over a third of the picture, seen by somebody who is sure.
fn seen() -> (SkyView, Scene) {
    let view = SkyView {
        share: 0.33,
        top: 1.0,
        lowest: 0.5,
        lab: [90.0, 0.0, -2.0],
        light: [0.76, 0.76, 0.8],
        ground: 0.15,
        ..SkyView::default()
    };
    let scene = Scene {
        place: Place::Exterior,
        confidence: 0.95,
        sky: Some(Mask::new(1, 1, vec![200]).unwrap()),
        ..Scene::default()
    };
    (view, scene)
}

fn decided(view: SkyView, scene: &Scene, choice: &SkyChoice, overrides: &Overrides) -> Sky {
    sky::plan(
        Some(&view),
        scene,
        &measured(),
        choice,
        overrides,
        &Camera::default(),
    )
}

fn measured() -> Measured {
    let grey = Pixels::from_eight(64, 48, vec![120; 64 * 48 * 3]).unwrap();
    measure(&grey, &Shot::default())
}

#[test]
fn skies_are_left_alone_unless_wanted_and_for_a_reason_that_is_said() {
    let (view, scene) = seen();
    let nobody = Overrides::default();
    let on = |view: SkyView, scene: &Scene| decided(view, scene, &SkyChoice::Clear, &nobody);
    assert_eq!(
        decided(view, &scene, &SkyChoice::Keep, &nobody),
        Sky::Unchanged
    );
    assert!(on(view, &scene).new_sky().is_some());

    let room = Scene {
        place: Place::Interior,
        ..scene.clone()
    };
    let unsure = Scene {
        confidence: 0.3,
        ..scene.clone()
    };
    let look = |lab| SkyView { lab, ..view };
    for (why, view, scene) in [
        (KeptReason::Inside, view, &room),
        (KeptReason::PlaceUnknown, view, &unsure),
        (KeptReason::NoSky, SkyView { share: 0.0, ..view }, &scene),
        (
            KeptReason::Tiny,
            SkyView {
                share: 0.005,
                ..view
            },
            &scene,
        ),
        (KeptReason::Doubtful, SkyView { doubt: 0.4, ..view }, &scene),
        (KeptReason::AlreadyBlue, look([70.0, -5.0, -25.0]), &scene),
        (KeptReason::Evening, look([80.0, 8.0, 20.0]), &scene),
        (KeptReason::Dark, look([20.0, 0.0, -5.0]), &scene),
    ] {
        assert_eq!(on(view, scene), Sky::Kept(why));
        assert!(on(view, scene).describe().unwrap().ends_with('.'));
    }
}

#[test]
fn what_a_person_says_about_a_photo_outranks_what_was_seen() {
    let (view, scene) = seen();
    let blue = SkyView {
        lab: [70.0, -5.0, -25.0],
        ..view
    };
    let here = |overrides: Overrides, view, scene: &Scene| {
        decided(view, scene, &SkyChoice::Keep, &overrides)
    };
    let choice = Some(SkyChoice::LightCloud);
    let overrides = Overrides {
        sky: choice.clone(),
        ..Overrides::default()
    };
    assert!(here(overrides, blue, &scene).new_sky().is_some());

    let room = Scene {
        place: Place::Interior,
        ..scene.clone()
    };
    let overrides = Overrides {
        sky: choice.clone(),
        sky_mask: Some(Mask::new(1, 1, vec![255]).unwrap()),
        ..Overrides::default()
    };
    let doubtful = SkyView {
        doubt: 0.5,
        share: 0.006,
        ..view
    };
    assert!(
        here(overrides.clone(), doubtful, &scene)
            .new_sky()
            .is_some()
    );
    assert_eq!(
        here(overrides, doubtful, &room),
        Sky::Kept(KeptReason::Inside)
    );

    let keep = Overrides {
        sky: Some(SkyChoice::Keep),
        ..Overrides::default()
    };
    assert_eq!(
        decided(view, &scene, &SkyChoice::Clear, &keep),
        Sky::Unchanged
    );
}

#[test]
fn the_sun_of_the_photos_own_hour_lights_the_new_sky() {
    let (view, scene) = seen();
    let under = |elevation_degrees, azimuth_degrees| {
        let sun = Some(Sun {
            elevation_degrees,
            azimuth_degrees,
        });
        let camera = Camera {
            focal_35mm: None,
            sun,
            ..Camera::default()
        };
        let overrides = Overrides::default();
        sky::plan(
            Some(&view),
            &scene,
            &measured(),
            &SkyChoice::Clear,
            &overrides,
            &camera,
        )
    };
    let day = under(35.0, Some(-20.0));
    let new = day.new_sky().unwrap();
    assert_eq!(
        (new.sun_elevation_degrees, new.sun_azimuth_degrees),
        (35.0, -20.0)
    );
    assert_eq!(under(-8.0, None), Sky::Kept(KeptReason::Dark));
}

#[test]
fn photos_of_one_day_agree_on_their_clouds_unless_somebody_chooses_others() {
    let (view, scene) = seen();
    let clouds = |taken_at: &str, chosen: Option<u8>| {
        let shot = Shot {
            taken_at: Some(taken_at.to_owned()),
            ..Shot::default()
        };
        let overrides = Overrides {
            cloudscape: chosen,
            ..Overrides::default()
        };
        let camera = Camera::of(&shot, None);
        let choice = SkyChoice::LightCloud;
        let sky = sky::plan(
            Some(&view),
            &scene,
            &measured(),
            &choice,
            &overrides,
            &camera,
        );
        sky.new_sky().unwrap().cloudscape
    };
    let morning = clouds("2026:11:25 09:10:00", None);
    assert_eq!(clouds("2026:11:25 16:45:12", None), morning);
    let days = (1..=28).map(|day| clouds(&format!("2026:06:{day:02} 12:00:00"), None));
    let days: std::collections::BTreeSet<_> = days.collect();
    assert!(days.len() >= 5, "{days:?}");
    for chosen in 0..8 {
        assert_eq!(clouds("2026:11:25 09:10:00", Some(chosen)), chosen);
    }
    assert_eq!(clouds("", None), 0, "a day that is not known");
}

#[test]
fn a_dull_house_is_lit_a_little_by_the_new_sky_and_a_bright_one_hardly() {
    let (view, scene) = seen();
    let lit = |ground: f32, azimuth: f32| {
        let view = SkyView { ground, ..view };
        let camera = Camera {
            sun: Some(Sun {
                elevation_degrees: 45.0,
                azimuth_degrees: Some(azimuth),
            }),
            ..Camera::default()
        };
        let nobody = Overrides::default();
        let choice = SkyChoice::Clear;
        let sky = sky::plan(Some(&view), &scene, &measured(), &choice, &nobody, &camera);
        sky.new_sky().unwrap().relight
    };
    let [r, g, b] = lit(0.05, 150.0);
    assert!(g.log2() > 0.15 && g.log2() <= 0.25, "{g}");
    assert!(r > g && g > b && r / b < 1.04, "the sun is a little warm");
    let [r, g, b] = lit(0.05, 0.0);
    assert!(
        g.log2() < 0.1 && r < g && g < b,
        "shade stays shade, and cool"
    );
    assert!(lit(0.6, 150.0)[1] < 1.01, "it is bright already");
}

#[test]
fn a_plan_with_a_sky_is_stored_and_read_back() {
    let (view, scene) = seen();
    let mut plan = plan(&measured(), &scene, &Preset::default(), None);
    plan.sky = decided(view, &scene, &SkyChoice::HighCloud, &Overrides::default());
    let stored = serde_json::to_string(&plan).unwrap();
    let read: Plan = serde_json::from_str(&stored).unwrap();
    assert_eq!(read, plan);
    assert!(
        read.describe()
            .iter()
            .any(|line| line.contains("high clouds"))
    );
}
