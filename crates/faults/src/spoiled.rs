//! Our own corrections: a photo spoiled as cameras spoil them, the plan that we make for it, the
//! result, and damages planted into the result. The plan is known to the judge.

use plumbline_enhance::{Pixels, Plan, Preset, Scene, Shot, apply, measure, plan, straighten};

use crate::canvas::Canvas;
use crate::cases::{Aim, Pair};
use crate::damages::{DAMAGES, Damage, Promise, Site};
use crate::judged::{Choice, Judged, report};
use crate::photo::Photo;
use crate::rng::Rng;

/// Spoils a picture in linear light.
type Work = fn(&Canvas, &mut Rng) -> Canvas;

/// A fault of cameras and light, by its name.
#[derive(Clone, Copy)]
pub struct Spoil {
    /// Name in the table.
    pub name: &'static str,
    work: Work,
}

const fn spoil(name: &'static str, work: Work) -> Spoil {
    Spoil { name, work }
}

/// All of them; the first leaves the photo as it was.
pub const SPOILS: [Spoil; 12] = [
    spoil("as it was", |p, _| p.clone()),
    spoil("dark 1.5 EV", |p, r| {
        developed(p, r, |_, l| l.map(|v| v * 0.354))
    }),
    spoil("dark, tungsten, vignette", |p, r| {
        developed(p, r, |e, l| {
            gains(l, [0.312, 0.25, 0.15]).map(|v| v * falloff(e, 0.25))
        })
    }),
    spoil("camera file", |p, r| {
        developed(p, r, |e, l| {
            gains(l, [0.487, 0.435, 0.34]).map(|v| v * falloff(e, 0.2) + 0.004)
        })
    }),
    spoil("flat haze", |p, r| {
        developed(p, r, |_, l| l.map(|v| v * 0.55 + 0.06))
    }),
    spoil("warm", |p, r| {
        developed(p, r, |_, l| gains(l, [0.78, 0.66, 0.42]))
    }),
    spoil("green tube", |p, r| {
        developed(p, r, |_, l| gains(l, [0.528, 0.62, 0.488]))
    }),
    spoil("cold shade", |p, r| {
        developed(p, r, |_, l| gains(l, [0.505, 0.616, 0.77]))
    }),
    spoil("too bright", |p, r| {
        developed(p, r, |_, l| l.map(|v| 1.0 - (-v * 2.239).exp()))
    }),
    spoil("mixed light", |p, r| {
        developed(p, r, |(u, _), l| {
            gains(l, [0.625 - 0.15 * u, 0.5, 0.325 + 0.225 * u])
        })
    }),
    spoil("noisy", |p, r| noisy(p, r, 0.02)),
    spoil("dark and noisy", |p, r| {
        let dark = developed(p, r, |_, l| l.map(|v| v * 0.25));
        noisy(&dark, r, 0.012)
    }),
];

fn gains(light: [f32; 3], by: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|c| light[c] * by[c])
}

/// Light that a lens loses away from the middle.
fn falloff((u, v): (f32, f32), strength: f32) -> f32 {
    let square = ((u - 0.5).powi(2) + (v - 0.5).powi(2)) * 2.0;
    1.0 / (1.0 + strength * square).powi(2)
}

/// Changed in linear light by place, with a camera's little noise.
fn developed(
    p: &Canvas,
    rng: &mut Rng,
    change: impl Fn((f32, f32), [f32; 3]) -> [f32; 3] + Sync,
) -> Canvas {
    let changed = p.lit(|at, light| {
        let u = (at % p.width) as f32 / p.width as f32;
        let v = (at / p.width) as f32 / p.height as f32;
        change((u, v), light).map(|v| v.clamp(0.0, 1.0))
    });
    noisy(&changed, rng, 0.003)
}

/// Noise of every pixel and channel on its own.
fn noisy(p: &Canvas, rng: &mut Rng, deviation: f32) -> Canvas {
    let mut out = p.clone();
    for rgb in &mut out.pixels {
        *rgb = rgb.map(|v| v + deviation * rng.normal());
    }
    out
}

/// A correction of ours.
struct Corrected {
    original: Pixels,
    plan: Plan,
    result: Pixels,
}

impl Corrected {
    /// At full strength, upright lines included.
    fn of(photo: &Photo, spoil: Spoil, seed: &str) -> Self {
        let mut rng = Rng::of(&[&photo.name, spoil.name, seed]);
        let spoiled = (spoil.work)(&Canvas::of(&photo.pixels), &mut rng).picture();
        let scene = Scene::default();
        let plan = plan(
            &measure(&spoiled, &Shot::default()),
            &scene,
            &Preset::default(),
            None,
        );
        let original = straighten(spoiled, &plan);
        let result = apply(&original, &plan, &scene, None).expect("no model is asked");
        Self {
            original,
            plan,
            result,
        }
    }
}

/// Pairs of one spoiled copy: the correction as it is, and with each damage that would show a
/// customer another house.
pub fn judged(photo: &Photo, other: &Pixels, spoil: Spoil, choice: &Choice) -> Vec<Judged> {
    let corrected = Corrected::of(photo, spoil, &choice.seed);
    let is_planted = |d: &&Damage| {
        matches!(
            d.promise,
            Promise::Structure | Promise::Hairline | Promise::Repaint
        ) && d.name.contains(&choice.only)
            && !d.name.contains("sky")
    };
    let judged = |kind, aim, pair: Option<Pair>| Judged {
        photo: photo.name.clone(),
        kind,
        variant: spoil.name,
        aim,
        has_plan: true,
        report: pair.map(|pair| report(&pair)),
    };
    let clean = corrected.pair(None, corrected.result.clone());
    let mut all = vec![judged("natural", Aim::Wanted, Some(clean))];
    for damage in DAMAGES.iter().filter(is_planted) {
        let pair = corrected.planted(photo, other, damage, &choice.seed, spoil.name);
        all.push(judged(damage.name, Aim::Caught(damage.promise), pair));
    }
    all
}

impl Corrected {
    fn pair(&self, original: Option<Pixels>, result: Pixels) -> Pair {
        Pair {
            original: original.unwrap_or_else(|| self.original.clone()),
            result,
            plan: Some(self.plan.clone()),
            sky: None,
            seen: [None, None],
        }
    }

    fn planted(
        &self,
        photo: &Photo,
        other: &Pixels,
        damage: &Damage,
        seed: &str,
        spoil: &str,
    ) -> Option<Pair> {
        let mut rng = Rng::of(&[&photo.name, damage.name, spoil, seed]);
        let site = Site {
            photo,
            original: &Canvas::of(&self.original),
            edited: &Canvas::of(&self.result),
            other: &Canvas::of(other),
            look: &Canvas::clone,
        };
        let damaged = (damage.work)(&site, &mut rng)?;
        let original = damaged.original.as_ref().map(Canvas::picture);
        Some(self.pair(original, damaged.result.picture()))
    }
}
