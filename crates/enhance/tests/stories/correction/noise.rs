//! Noise reduction: what it takes out, what it keeps, and that quality control sees through it.
//!
//! The photos are by photographers whose work no number was chosen on (those from k to z in the alphabet;
//! numbers were chosen on those from a to j). Made smaller, they have no noise of their own; they are
//! darkened by two stops and given noise as a sensor has it.

use plumbline_documents::{Gate, Verdict};
use plumbline_enhance::steps::finish::Finish;
use plumbline_enhance::steps::noise::NoiseReduction;
use plumbline_enhance::{Pixels, Plan, Preset, Scene, Shot, apply, inspect, linear, measure, plan};

use super::planes::{Plane, chroma, grain, texture};
use super::sensor::{CLEAN, NOISY, eight, made, photos, sixteen, taken_by};
use crate::support::room;

pub fn planned(pixels: &Pixels, shot: &Shot) -> Plan {
    let measured = measure(pixels, shot);
    Plan {
        verticals: Default::default(),
        ..plan(&measured, &Scene::default(), &Preset::default(), None)
    }
}

pub fn loud(plan: &Plan) -> Plan {
    Plan {
        noise_reduction: NoiseReduction::default(),
        ..plan.clone()
    }
}

pub fn painted(pixels: &Pixels, plan: &Plan) -> Pixels {
    apply(pixels, plan, &Scene::default(), None).unwrap()
}

fn passes(original: &Pixels, result: &Pixels, plan: &Plan) -> bool {
    inspect(original, result, plan).verdict == Verdict::Passed
}

pub fn unplanned(original: &Pixels, result: &Pixels, plan: &Plan) -> f64 {
    let report = inspect(original, result, plan);
    let measure = report
        .measures
        .iter()
        .find(|m| m.name.gate() == Some(Gate::Unplanned));
    measure.unwrap().value
}

#[test]
fn noise_in_lifted_shadows_is_more_than_halved_and_texture_stays() {
    for (name, dark) in photos() {
        for bits in [8, 16] {
            let noisy = taken_by(NOISY, &dark, &name);
            let noisy = if bits == 8 { eight(&noisy) } else { noisy };
            let plan = planned(&noisy, &Shot::default());
            assert!(
                plan.tone.exposure_ev + plan.tone.room_ev > 0.3,
                "{name}: {:?}",
                plan.tone
            );
            let reference = painted(&dark, &loud(&plan));
            let (before, after) = (painted(&noisy, &loud(&plan)), painted(&noisy, &plan));
            for (plane, of) in [
                ("luma", Plane::luma as fn(&Pixels) -> Plane),
                ("chroma", chroma),
            ] {
                let wanted = of(&reference);
                let left =
                    |found: &Pixels| grain(&of(found).less(&wanted), &Plane::luma(&reference));
                let (was, is) = (left(&before), left(&after));
                eprintln!(
                    "{name} {bits} {plane}: {:.2} to {:.2} levels",
                    255.0 * was,
                    255.0 * is
                );
                assert!(is < 0.5 * was, "{name}, {plane}: {was} to {is}");
            }
            let wanted = Plane::luma(&reference);
            let was = grain(&Plane::luma(&before).less(&wanted), &wanted);
            let kept = texture(&Plane::luma(&after), &wanted, 4.0 * was);
            eprintln!("{name} {bits}: texture {kept:.3}");
            assert!(kept > 0.95, "{name}: {kept}");
            assert!(
                plan.describe()
                    .iter()
                    .any(|line| line == "Took noise out of the shadows.")
            );
            assert!(
                passes(&noisy, &after, &plan),
                "{name}: {:?}",
                inspect(&noisy, &after, &plan)
            );
        }
    }
}

#[test]
fn hairlines_stay() {
    // Lines of one pixel, four deviations of the noise above a plain dark wall.
    let wall = linear(0.2);
    let is_line = |x: u32, y: u32| x % 40 == 20 || y % 40 == 30 || (x + y) % 40 == 5;
    let line = linear(0.2 + 4.0 * 0.0085);
    let drawn = sixteen(480, 400, |x, y, _| if is_line(x, y) { line } else { wall });
    let noisy = taken_by(NOISY, &drawn, "lines");
    let plan = Plan {
        noise_reduction: planned(&noisy, &Shot::default()).noise_reduction,
        ..Plan::identity()
    };
    assert!(!plan.noise_reduction.is_nothing());
    let quiet = painted(&noisy, &plan);
    let only = |x: u32, y: u32, kind: u32| {
        let on = [x % 40 == 20, y % 40 == 30, (x + y) % 40 == 5];
        let near = |v: u32, at: u32| v % 40 > at + 3 || v % 40 + 3 < at;
        let alone = [
            near(y, 30) && near(x + y, 5),
            near(x, 20) && near(x + y, 5),
            near(x, 20) && near(y, 30),
        ];
        alone[kind as usize].then_some(on[kind as usize])
    };
    for kind in 0..3 {
        let contrast = |pixels: &Pixels| {
            let mut sums = [[0.0_f64; 2]; 2];
            for y in 8..392 {
                for x in 8..472 {
                    if let Some(on) = only(x, y, kind) {
                        sums[usize::from(on)][0] += f64::from(pixels.unit(x, y)[1]);
                        sums[usize::from(on)][1] += 1.0;
                    }
                }
            }
            sums[1][0] / sums[1][1] - sums[0][0] / sums[0][1]
        };
        let kept = contrast(&quiet) / contrast(&noisy);
        eprintln!("lines of kind {kind}: {kept:.3}");
        assert!(kept > 0.95, "{kind}: {kept}");
    }
}

#[test]
fn a_photo_without_visible_noise_is_left_alone_byte_for_byte() {
    // One has grain of its own in its blacks, 2.9 levels before it was darkened.
    let clean = |(name, _): &(String, Pixels)| !name.starts_with("steven-ungermann");
    for (name, dark) in photos().into_iter().filter(clean) {
        for pixels in [dark.clone(), eight(&taken_by(CLEAN, &dark, &name))] {
            let plan = planned(&pixels, &Shot::default());
            assert!(
                plan.noise_reduction.is_nothing(),
                "{name}: {:?}",
                plan.noise_reduction
            );
            assert!(
                !serde_json::to_string(&plan)
                    .unwrap()
                    .contains("noise_reduction")
            );
        }
    }
    let bright = room(900, 700);
    assert!(
        planned(&bright, &Shot::default())
            .noise_reduction
            .is_nothing(),
        "nothing is lifted"
    );
}

/// A finish of two stops.
fn lit() -> Finish {
    Finish::default().lit([2.0, 1.9, 1.8])
}

#[test]
fn quality_control_passes_it_with_a_finish_and_at_any_strength() {
    for strength in [1.0, 0.6, 0.2] {
        for finish in [None, Some(lit())] {
            let noisy = eight(&made(701, 530));
            let measured = planned(&noisy, &Shot::default());
            let plan = Plan {
                finish,
                strength,
                ..measured
            };
            assert!(!plan.noise_reduction.is_nothing());
            let result = painted(&noisy, &plan);
            assert!(result != painted(&noisy, &loud(&plan)));
            let left = unplanned(&noisy, &result, &plan);
            assert!(left < 1.1, "{strength}, {}: {left}", finish.is_some());
            let noise = unplanned(&noisy, &result, &loud(&plan));
            assert!(
                strength < 1.0 || noise > 1.5,
                "{noise} without the plan's word"
            );
        }
    }
}

#[test]
fn a_hairline_and_a_patch_planted_under_it_are_found() {
    let noisy = eight(&made(640, 512));
    let plan = planned(&noisy, &Shot::default());
    let result = painted(&noisy, &plan);
    let planted = |is_there: &dyn Fn(u32, u32) -> bool, more: i16| {
        let mut samples = result.rgb8().into_owned();
        for (i, v) in samples.iter_mut().enumerate() {
            let at = i as u32 / 3;
            if is_there(at % 640, at / 640) {
                *v = (i16::from(*v) + more).clamp(0, 255) as u8;
            }
        }
        Pixels::from_eight(640, 512, samples).unwrap()
    };
    let line = planted(&|x, y| x == 333 && (100..160).contains(&y), 8);
    let patch = planted(&|x, y| (300..316).contains(&x) && (40..56).contains(&y), 3);
    for (what, fake) in [("hairline", line), ("patch", patch)] {
        let report = inspect(&noisy, &fake, &plan);
        assert_eq!(report.verdict, Verdict::Held, "{what}: {report:?}");
    }
    // An object erased by smoothing is no noise reduction.
    let smooth = planted(&|_, _| false, 0);
    let mut samples = smooth.rgb8().into_owned();
    let mean = samples[(200 * 640 + 300) * 3..][..3].to_vec();
    for y in 200..216 {
        for x in 300..316 {
            samples[(y * 640 + x) * 3..][..3].copy_from_slice(&mean);
        }
    }
    let erased = Pixels::from_eight(640, 512, samples).unwrap();
    assert_eq!(inspect(&noisy, &erased, &plan).verdict, Verdict::Held);
}

#[test]
fn the_same_bytes_come_on_any_number_of_threads() {
    for pixels in [made(701, 530), eight(&made(701, 530))] {
        let plan = planned(&pixels, &Shot::default());
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| painted(&pixels, &plan))
        };
        let one = on(1);
        assert!(one == on(1) && one == on(2) && one == on(5));
        let left = unplanned(&pixels, &one, &plan);
        assert!(left < 1.1, "{left}");
    }
}
