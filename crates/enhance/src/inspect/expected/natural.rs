//! The natural engine's result, rebuilt from its definition: noise reduction, sharpening, then a finish,
//! or else corners, white balance and tone, then dials, of linear light, in this order.

use std::sync::LazyLock;

use crate::inspect::expected::dials::{self, Turned};
use crate::inspect::expected::finished::{self, Finished};
use crate::inspect::expected::quiet::{self, Quiet};
use crate::inspect::expected::surroundings::{Surroundings, Wide};
use crate::inspect::expected::{Rebuild, channels};
use crate::kernels::expected::{self, Light, Tone, tables};
use crate::math::light::{Sample, encoded, linear};
use crate::pixels::Pixels;
use crate::steps::natural::Natural;
use crate::steps::tone;

/// Steps of brightness that the tone is tabulated at; between them it is taken as straight.
const STEPS: usize = 2048;
/// Steps of encoded values that light is tabulated at.
const UNITS: usize = 8192;

/// The rows of a natural result.
pub(crate) struct NaturalRows {
    steps: Natural,
    surroundings: Surroundings,
    tones: Vec<Tone>,
    /// Stops of the lens by column and by row.
    corners: Option<[Vec<f32>; 2]>,
    finished: Option<Finished>,
    turned: Option<Turned>,
    quiet: Option<Quiet>,
    relight: [f32; 3],
}

/// Intermediate rows.
#[derive(Default)]
pub(crate) struct Room {
    /// Encoded luma of the row above, of the row and of the one below, and where the middle one is.
    luma: [Vec<f32>; 3],
    at: Option<usize>,
    unit: Light,
    own: Light,
    factors: Vec<f32>,
    around: Vec<f32>,
    tones: Vec<Tone>,
    wide: Wide,
    finished: finished::Room,
    dials: dials::Room,
    quiet: quiet::Room,
    /// The same three rows without noise, where that is taken out.
    clean: [Light; 3],
}

impl NaturalRows {
    pub fn new(original: &Pixels, steps: &Natural, relight: [f32; 3]) -> Self {
        let (width, height) = (original.width() as usize, original.height() as usize);
        let tone = |i: usize| tone_at(&steps.tone, i as f32 / (STEPS - 1) as f32);
        Self {
            steps: *steps,
            surroundings: Surroundings::new(original, steps.sides),
            tones: (0..STEPS).map(tone).collect(),
            corners: (steps.corners.ev > 0.0).then(|| corners(steps.corners.ev, width, height)),
            quiet: (!steps.noise_reduction.is_nothing())
                .then(|| Quiet::new(&steps.noise_reduction, original, steps.sides)),
            finished: (steps.finish).map(|finish| Finished::new(finish, width, height)),
            turned: steps.dials.as_ref().map(Turned::new),
            relight,
        }
    }

    /// Factors of sharpening and lens for a row; nothing where there are none.
    fn factors(&self, y: usize, room: &mut Room) -> bool {
        let sharpening = self.steps.sharpening;
        if sharpening.amount == 0.0 && self.corners.is_none() {
            return false;
        }
        room.factors.clear();
        room.factors.resize(room.luma[1].len(), 1.0);
        if sharpening.amount > 0.0 {
            let rows = room.luma.each_ref().map(Vec::as_slice);
            expected::sharpened(rows, sharpening.amount, sharpening.grain, &mut room.factors);
        }
        if let Some([across, down]) = &self.corners {
            for (factor, ev) in room.factors.iter_mut().zip(across) {
                *factor *= ev * down[y];
            }
        }
        true
    }

    fn measured(&self, room: &mut Room, to: &mut Light) {
        if self.steps.white_balance.gains != [1.0; 3] {
            expected::balanced(to, self.steps.white_balance.gains);
        }
        self.tones(room);
        expected::toned(to, &room.tones);
    }

    fn tones(&self, room: &mut Room) {
        let last = (STEPS - 1) as f32;
        let tone = |v: &f32| {
            let at = v * last;
            let low = (at as usize).min(STEPS - 2);
            let share = at - low as f32;
            let (one, two) = (self.tones[low], self.tones[low + 1]);
            [0, 1, 2].map(|k| one[k] + share * (two[k] - one[k]))
        };
        room.tones.clear();
        room.tones.extend(room.around.iter().map(tone));
    }
}

impl Rebuild for NaturalRows {
    type Room = Room;

    fn row(&self, original: &Pixels, y: usize, room: &mut Room, to: &mut Light) {
        room.move_to(self.quiet.as_ref(), original, y);
        match &self.quiet {
            Some(_) => light_of(&room.clean[1], to),
            None => light(original, y, to),
        }
        room.own.clone_from(to);
        if self.factors(y, room) {
            expected::lit(to, &room.factors);
        }
        self.surroundings
            .row(y, &room.luma[1], &mut room.wide, &mut room.around);
        match &self.finished {
            Some(finished) => finished.row(y, &room.own, &room.around, &mut room.finished, to),
            None => self.measured(room, to),
        }
        ended(to, &room.own);
        if let Some(turned) = &self.turned {
            let now = &mut room.dials.around;
            match &self.finished {
                Some(finished) => {
                    dials::under_finish(&room.around, &room.finished, finished.terms(), now);
                }
                None => dials::under_tone(&room.around, &room.tones, now),
            }
            turned.row(&mut room.dials, to);
            ended(to, &room.own);
        }
        relit_levels(to, self.relight);
    }
}

fn ended(light: &mut Light, own: &Light) {
    for (light, own) in light.iter_mut().zip(own) {
        expected::ended(light, own);
    }
}

impl Room {
    /// Lumas around row `y`; beyond the picture its border is repeated.
    fn move_to(&mut self, quiet: Option<&Quiet>, original: &Pixels, y: usize) {
        let last = original.height() as usize - 1;
        let near = [y.saturating_sub(1), y, (y + 1).min(last)];
        if y > 0 && self.at == Some(y - 1) {
            self.luma.rotate_left(1);
            self.clean.rotate_left(1);
            self.read(quiet, original, near[2], 2);
        } else {
            (0..3).for_each(|k| self.read(quiet, original, near[k], k));
        }
        self.at = Some(y);
    }

    fn read(&mut self, quiet: Option<&Quiet>, original: &Pixels, y: usize, row: usize) {
        let unit = if let Some(quiet) = quiet {
            quiet.row(original, y, &mut self.quiet, &mut self.clean[row]);
            &self.clean[row]
        } else {
            let unit = |v: u8| f32::from(v) / 255.0;
            channels(original, y, &mut self.unit, unit, |v| {
                f32::from(v) / 65535.0
            });
            &self.unit
        };
        let [r, g, b] = unit;
        self.luma[row].resize(r.len(), 0.0);
        expected::luma(r, g, b, &mut self.luma[row]);
    }
}

/// Linear light of encoded values, within 0.03 of a level.
fn light_of(unit: &Light, to: &mut Light) {
    static TABLE: LazyLock<Vec<f32>> = LazyLock::new(|| {
        let unit = |i: usize| i as f32 / (UNITS - 1) as f32;
        (0..UNITS).map(|i| linear(unit(i))).collect()
    });
    let (table, last) = (&TABLE[..UNITS], (UNITS - 1) as f32);
    for (unit, to) in unit.iter().zip(to) {
        to.clear();
        to.extend(
            unit.iter()
                .map(|v| table[((v * last + 0.5) as usize).min(UNITS - 1)]),
        );
    }
}

/// Linear light of row `y`.
pub(crate) fn light(pixels: &Pixels, y: usize, to: &mut Light) {
    let (eight, sixteen) = (u8::linear_table(), u16::linear_table());
    let of = |v: u8| eight[usize::from(v)];
    channels(pixels, y, to, of, |v| sixteen[usize::from(v)]);
}

/// Light under gains, as 8-bit levels, within 0.1 of one.
pub(crate) fn relit_levels(light: &mut Light, gains: [f32; 3]) {
    static LEVELS: LazyLock<Box<[f32; tables::STEPS]>> = LazyLock::new(|| {
        let root = |i: usize| i as f32 / (tables::STEPS - 1) as f32;
        Box::new(std::array::from_fn(|i| 255.0 * encoded(root(i) * root(i))))
    });
    for (channel, gain) in light.iter_mut().zip(gains) {
        tables::relit(channel, gain, &LEVELS);
    }
}

/// Factors on light that the lens lost: 2 to the `ev` r², r being 1 in the corners.
fn corners(ev: f32, width: usize, height: usize) -> [Vec<f32>; 2] {
    let half = |n: usize| (n as f32 - 1.0) / 2.0;
    let corner = half(width).powi(2) + half(height).powi(2);
    [width, height].map(|n| {
        let stops = |i: usize| ev * (i as f32 - half(n)).powi(2) / corner.max(1.0);
        (0..n).map(|i| stops(i).exp2()).collect()
    })
}

/// The tone where the surroundings have a luma, as `steps/tone.rs` describes it.
fn tone_at(tone: &tone::Tone, luma: f32) -> Tone {
    let deep = ramp(0.52, 0.12, luma) * (0.35 + 0.65 * ramp(0.0, 0.12, luma));
    let calm = ramp(0.62, 0.88, luma) * ramp(1.0, 0.88, luma);
    let dim = ramp(0.80, 0.35, luma);
    let stops = tone.room_ev * dim + tone.shadow_lift_ev * deep - tone.highlight_ev * calm;
    let local = stops.exp2();
    let whole = tone.exposure_ev.exp2();
    let exposure = if whole < 1.0 {
        whole
    } else {
        let rolled = 1.0 + (whole.powf(tone.knee) - 1.0) * linear(luma).powf(tone.knee);
        whole * rolled.powf(-1.0 / tone.knee)
    };
    let gain = exposure * local;
    let bend = match gain {
        gain if gain > 1.0 => gain.powi(8) - 1.0,
        gain if tone.exposure_ev < 0.0 => gain / tone.white.max(gain) - 1.0,
        _ => 0.0,
    };
    [gain, bend, local.powf(-tone.saturation)]
}

/// Smooth from 0 at one luma to 1 at another.
fn ramp(from: f32, to: f32, luma: f32) -> f32 {
    let t = ((luma - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
