//! Dials, rebuilt from their definition in `steps/dials.rs`: gains, then two curves of brightness.

use crate::inspect::expected::finished;
use crate::kernels::expected::{self, Light, Tone};
use crate::math::light::{encoded, linear};
use crate::steps::dials::Dialled;

/// Steps of the square root of light that both curves are tabulated at; between them they are straight.
const STEPS: usize = 2048;

/// The part of a natural result that dials make.
pub(crate) struct Turned {
    gains: [f32; 3],
    around: Vec<f32>,
    own: Vec<f32>,
}

/// Intermediate rows.
#[derive(Default)]
pub(crate) struct Room {
    before: Light,
    points: Vec<[f32; 2]>,
    /// Light of the surroundings as it is by now.
    pub around: Vec<f32>,
}

impl Turned {
    pub fn new(dials: &Dialled) -> Self {
        let gains = |curve: &dyn Fn(f32) -> f32| {
            let light = |i: usize| ((i as f32).max(0.5) / (STEPS - 1) as f32).powi(2);
            let gain = |light: f32| linear(curve(encoded(light))) / light;
            (0..STEPS).map(|i| gain(light(i))).collect()
        };
        Self {
            gains: dials.gains,
            around: gains(&|luma| parts(dials, luma)),
            own: gains(&|luma| whole(dials, luma)),
        }
    }

    /// Turns the light of a row, whose surroundings lie in the room.
    pub fn row(&self, room: &mut Room, to: &mut Light) {
        room.before.clone_from(to);
        expected::tinted(to, self.gains);
        let [r, g, b] = &*to;
        room.points.clear();
        room.points
            .extend(room.around.iter().enumerate().map(|(x, around)| {
                let gain = at(&self.around, *around);
                let luminance = 0.2126 * r[x] + 0.7152 * g[x] + 0.0722 * b[x];
                [gain * at(&self.own, gain * luminance), 1.0]
            }));
        expected::curved(to, &room.before, &room.points);
    }
}

/// Light of surroundings (encoded) under a finish: what it makes of them, and the share of that.
pub(crate) fn under_finish(
    around: &[f32],
    finished: &finished::Room,
    [dim, share]: [f32; 2],
    to: &mut Vec<f32>,
) {
    let points = finished.surroundings().zip(around);
    to.clear();
    to.extend(points.map(|((lit, gain), around)| {
        let before = linear(*around);
        let after = (before - dim).max(1e-4) * lit * gain;
        ((1.0 - share) * before.sqrt() + share * after.sqrt()).powi(2)
    }));
}

/// The same under the tone.
pub(crate) fn under_tone(around: &[f32], tones: &[Tone], to: &mut Vec<f32>) {
    to.clear();
    to.extend(around.iter().zip(tones).map(|(around, [gain, bend, _])| {
        let light = linear(*around);
        let bent = 1.0 + bend * light.powi(8);
        let shoulder = if *gain > 1.0 { bent.powf(0.125) } else { bent };
        light * gain / shoulder
    }));
}

fn at(table: &[f32], light: f32) -> f32 {
    let place = (light.max(0.0).sqrt() * (STEPS - 1) as f32).min((STEPS - 1) as f32);
    let low = (place as usize).min(STEPS - 2);
    table[low] + (place - low as f32) * (table[low + 1] - table[low])
}

/// Shadows: 0.10 times 16 t² (1 - t)² over encoded brightness of 0 to 0.55; highlights: 0.09 times
/// the same over 0.45 to 1.
fn parts(dials: &Dialled, luma: f32) -> f32 {
    let bump = |t: f32| match t {
        t if t > 0.0 && t < 1.0 => 16.0 * t.powi(2) * (1.0 - t).powi(2),
        _ => 0.0,
    };
    let (dark, bright) = (bump(luma / 0.55), bump((luma - 0.45) / 0.55));
    luma + 0.10 * dials.shadows * dark + 0.09 * dials.highlights * bright
}

/// Brightness: light times g / sqrt(1 + (g² - 1) light²). Contrast: 0.18 u (1 - u²), u from -1 at black
/// to 1 at white.
fn whole(dials: &Dialled, luma: f32) -> f32 {
    let light = linear(luma);
    let square = (2.0 * dials.brightness).exp2();
    let bright = light * (square / (1.0 + (square - 1.0) * light.powi(2))).sqrt();
    let u = 2.0 * encoded(bright) - 1.0;
    0.5 + 0.5 * u + 0.18 * dials.contrast * (u - u.powi(3))
}
