//! Grouping of photos that are exposures of one view.
//!
//! The camera says it best: taken within seconds, with the same camera and lens, at different
//! exposures. The picture is the second opinion, and the only one where the camera says nothing.
//! In doubt photos stay apart: two frames too many are an annoyance, two rooms in one are a lie.

use std::cmp::Ordering;

use crate::brackets::MOST_FRAMES;
use crate::brackets::outline::{Outline, grey};
use crate::filters::scale::{self, Kernel};
use crate::pixels::Pixels;
use crate::shot::{ExposureMode, Shot};

/// Longest side of a signature.
const EDGE: u32 = 96;
/// Whole pixels of a signature by which handheld frames may differ.
const REACH: isize = 3;
/// Agreement below which the picture contradicts the camera.
const CONTRADICTS: f32 = 0.3;
/// Agreement that is enough without the camera. Measured: pairs of one view up to eight stops
/// apart reach 0.46 to 0.98, pictures of different rooms and houses at most 0.20.
const CONVINCES: f32 = 0.42;
/// Exposures closer than this, in stops, are the same exposure.
const STEP_EV: f32 = 0.3;
/// Seconds between the end of one frame and the next.
const PAUSE_S: f64 = 4.0;

/// A tiny grey copy of a picture.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Signature {
    width: usize,
    grey: Vec<u8>,
}

impl Signature {
    /// The signature of a picture.
    pub fn of(pixels: &Pixels) -> Self {
        let (width, height) = scale::fit(pixels.width(), pixels.height(), EDGE);
        let small = scale::shrink(pixels, width, height, Kernel::Area);
        Self {
            width: width as usize,
            grey: grey(&small),
        }
    }

    /// Likeness of two pictures whatever their exposure, -1.0 to 1.0; `None`: it cannot be told.
    pub fn likeness(&self, other: &Self) -> Option<f32> {
        let height = |s: &Self| s.grey.len() / s.width;
        if (self.width, height(self)) != (other.width, height(other)) {
            return Some(-1.0);
        }
        let outline = |s: &Self| Outline::from_grey(&s.grey, s.width, height(s));
        let (one, two) = (outline(self), outline(other));
        one.best_move(&two, REACH).map(|(_, _, score)| score)
    }

    /// The same picture, upside down or turned by a quarter: 3, 6 and 8 as EXIF has them.
    fn turned(&self, flag: u8) -> Self {
        let (width, height) = (self.width, self.grey.len() / self.width);
        let from = |x: usize, y: usize| match flag {
            6 => (y, height - 1 - x),
            8 => (width - 1 - y, x),
            _ => (width - 1 - x, height - 1 - y),
        };
        let (across, down) = match flag {
            6 | 8 => (height, width),
            _ => (width, height),
        };
        let places = (0..down).flat_map(|y| (0..across).map(move |x| (x, y)));
        let grey = places.map(|(x, y)| {
            let (x, y) = from(x, y);
            self.grey[y * width + x]
        });
        Self {
            width: across,
            grey: grey.collect(),
        }
    }

    /// Mean light in stops below white.
    fn light_ev(&self) -> f32 {
        let light = |&v: &u8| f64::from(crate::math::light::linear(f32::from(v) / 255.0));
        let sum: f64 = self.grey.iter().map(light).sum();
        (sum / self.grey.len() as f64).max(1e-6).log2() as f32
    }
}

/// One photo, as far as grouping needs it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Frame {
    /// Settings of the camera.
    pub shot: Shot,
    /// The file's name: breaks ties, decides nothing. Kept by whoever keeps the file.
    #[serde(skip)]
    pub name: String,
    /// Columns of the upright picture.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Signature of the picture.
    pub signature: Signature,
}

impl Frame {
    /// A frame of a decoded photo.
    pub fn of(name: &str, pixels: &Pixels, shot: Shot) -> Self {
        Self {
            shot,
            name: name.to_owned(),
            width: pixels.width(),
            height: pixels.height(),
            signature: Signature::of(pixels),
        }
    }

    /// True when it is worth waiting for other exposures: the camera says that it was bracketing,
    /// or was set by hand or off its meter as for one, or states its exposure and not its mode. An
    /// ordinary photo need not wait.
    pub fn may_be_bracketed(&self) -> bool {
        let shot = &self.shot;
        let off_meter = shot.bias_ev.is_some_and(|ev| ev.abs() >= STEP_EV);
        match shot.exposure_mode {
            Some(ExposureMode::Manual | ExposureMode::AutoBracket) => true,
            Some(ExposureMode::Auto) => off_meter,
            None if shot.bias_ev.is_none() => shot.exposure_value().is_some(),
            None => off_meter,
        }
    }
}

/// The one of a set that leads it: the middle exposure, the brighter of two.
pub fn middle(frames: &[Frame], set: &[usize]) -> usize {
    let exposure = |&at: &usize| {
        let said = frames[at].shot.exposure_value();
        said.unwrap_or_else(|| frames[at].signature.light_ev())
    };
    let mut set = set.to_vec();
    set.sort_by(|one, two| exposure(one).total_cmp(&exposure(two)));
    set[set.len() / 2]
}

/// Indices of frames that belong together, each set from the first taken to the last; a photo of
/// its own is a set of one. Sets stand in the order of their first members. The order of
/// `frames` does not matter.
pub fn group(frames: &[Frame]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..frames.len()).collect();
    order.sort_by(|&a, &b| sequence(&frames[a], &frames[b]));
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for index in order {
        let home = sets.iter().rposition(|set| belongs(frames, set, index));
        match home {
            Some(home) => sets[home].push(index),
            None => sets.push(vec![index]),
        }
    }
    sets
}

/// The order they were taken in; by name where the camera says nothing, and identical frames are all
/// the same.
fn sequence(a: &Frame, b: &Frame) -> Ordering {
    let time = |f: &Frame| taken_s(&f.shot).unwrap_or(f64::MAX);
    let exposure = |f: &Frame| f.shot.exposure_value().unwrap_or(0.0);
    (time(a).total_cmp(&time(b)))
        .then_with(|| a.name.cmp(&b.name))
        .then_with(|| exposure(a).total_cmp(&exposure(b)))
        .then_with(|| a.signature.cmp(&b.signature))
}

/// True when a frame is another exposure of a set: like its neighbours in exposure, and a repeat of
/// none.
fn belongs(frames: &[Frame], set: &[usize], index: usize) -> bool {
    if set.len() >= MOST_FRAMES {
        return false;
    }
    let frame = &frames[index];
    let members = || set.iter().map(|&i| &frames[i]);
    let Some(known) = same_camera(frame, members()) else {
        return false;
    };
    let flash = |f: &Frame| f.shot.flash_fired == Some(true);
    if members().any(|m| step_ev(m, frame).abs() < STEP_EV && flash(m) == flash(frame)) {
        return false;
    }
    let nearest = members().min_by(|a, b| {
        let away = |m: &Frame| step_ev(m, frame).abs();
        away(a).total_cmp(&away(b))
    });
    let Some(nearest) = nearest else { return false };
    let likeness = |signature: &Signature| nearest.signature.likeness(signature);
    match likeness(&frame.signature) {
        Some(score) if known && score >= CONTRADICTS => true,
        // A camera that points down may have guessed the orientation of one exposure otherwise.
        Some(_) if known => [3, 6, 8].iter().any(|&flag| {
            likeness(&frame.signature.turned(flag)).is_some_and(|score| score >= CONVINCES)
        }),
        Some(score) => score >= CONVINCES,
        None => known,
    }
}

/// True when the camera's settings speak for the frame; `None` when they speak against it.
fn same_camera<'a>(frame: &Frame, members: impl Iterator<Item = &'a Frame>) -> Option<bool> {
    let mut last: Option<&Frame> = None;
    for member in members {
        let sides = |f: &Frame| (f.width.min(f.height), f.width.max(f.height));
        let same = sides(member) == sides(frame)
            && member.shot.camera == frame.shot.camera
            && member.shot.focal_35mm == frame.shot.focal_35mm;
        if !same {
            return None;
        }
        last = Some(member);
    }
    let last = &last?.shot;
    let times = taken_s(last).zip(taken_s(&frame.shot));
    let exposures = last.exposure_value().zip(frame.shot.exposure_value());
    let Some((before, after)) = times else {
        // One of the two has a clock and the other has none: not of one camera's run.
        let alike = taken_s(last).is_some() == taken_s(&frame.shot).is_some();
        return alike.then_some(false);
    };
    let longest = [last, &frame.shot].map(|s| f64::from(s.exposure_s.unwrap_or(0.0)));
    let soon = after - before <= PAUSE_S + longest[0].max(longest[1]);
    soon.then_some(exposures.is_some())
}

/// Stops from one frame to another: the camera's word, or the picture's.
fn step_ev(one: &Frame, two: &Frame) -> f32 {
    let said = one.shot.exposure_value().zip(two.shot.exposure_value());
    match said {
        Some((one, two)) => two - one,
        None => two.signature.light_ev() - one.signature.light_ev(),
    }
}

/// Seconds on the camera's clock since year zero, months of 31 days: only differences count, and
/// a bracket over midnight of a short month is left in two halves.
fn taken_s(shot: &Shot) -> Option<f64> {
    let text = shot.taken_at.as_deref()?;
    let parts: Vec<f64> = (text.split([':', ' ', '-', 'T']))
        .filter(|part| !part.is_empty())
        .map_while(|part| part.parse().ok())
        .collect();
    let [year, month, day, hour, minute, second] = parts.get(..6)?.try_into().ok()?;
    let days = (year * 12.0 + month) * 31.0 + day;
    let digits = shot.taken_subsecond.as_deref().unwrap_or("").trim();
    let fraction = format!("0.{digits}").parse().unwrap_or(0.0);
    Some(((days * 24.0 + hour) * 60.0 + minute) * 60.0 + second + fraction)
}
