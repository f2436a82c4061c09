//! A copy as the finish network sees it: percentiles, and two small pictures.

use plumbline_documents::Place;
use plumbline_enhance::{Pixels, encoded, linear};

/// Sides of the copy.
pub const SIDE: usize = 64;
/// Sides of the maps.
pub const MAP_SIDE: usize = 32;
/// Maps: the picture as it is, and stretched.
pub const MAPS: usize = 6;
/// Numbers of a view: percentiles and the brightest third of six stretched channels, percentiles of four
/// channels as they are, the ends, the stretch, the place.
pub const STATISTICS: usize = 6 * PERCENTILES.len() + 6 + 4 * PERCENTILES.len() + 12 + 6 + 1;

/// Percentiles that a channel is described by.
const PERCENTILES: [f32; 11] = [
    0.002, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.998,
];
/// The part that counts as bright.
const BRIGHT: f32 = 0.7;
/// Least light between a channel's darkest and brightest.
const LEAST: f32 = 0.01;

/// A view of a picture.
#[derive(Debug, Clone)]
pub struct View {
    /// [`STATISTICS`] numbers.
    pub statistics: Vec<f32>,
    /// [`MAPS`] x [`MAP_SIDE`] x [`MAP_SIDE`].
    pub maps: Vec<f32>,
    /// Darkest light of each channel.
    pub low: [f32; 3],
    /// Brightest light of each channel.
    pub high: [f32; 3],
}

impl View {
    /// View of a picture, which is squashed to a square.
    pub fn of(small: &Pixels, place: Place) -> Self {
        let rgb = square(small, [0.0, 0.0, 1.0, 1.0]);
        Self::of_square(&rgb, &Ends::of(small), place)
    }

    /// View of [`SIDE`] x [`SIDE`] encoded colours, 0.0 to 1.0.
    pub fn of_square(rgb: &[[f32; 3]], ends: &Ends, place: Place) -> Self {
        let mut statistics = Vec::with_capacity(STATISTICS);
        let own: [Vec<f32>; 4] =
            std::array::from_fn(|k| percentiles(rgb.iter().map(|p| own(p, k))));
        let low = ends.0[0].map(linear);
        let high: [f32; 3] = std::array::from_fn(|c| linear(ends.0[3][c]).max(low[c] + LEAST));
        let stretched: Vec<[f32; 3]> = rgb
            .iter()
            .map(|p| {
                std::array::from_fn(|c| {
                    let light = (linear(p[c]) - low[c]) / (high[c] - low[c]);
                    encoded(light.clamp(1e-4, 1.2))
                })
            })
            .collect();
        let channels: Vec<[f32; 6]> = stretched.iter().map(described).collect();
        for k in 0..6 {
            statistics.extend(percentiles(channels.iter().map(|p| p[k])));
        }
        statistics.extend(brightest(&channels));
        own.iter().for_each(|own| statistics.extend(own));
        statistics.extend(ends.0.as_flattened());
        statistics.extend((0..3).map(|c| (high[c] - low[c]).log2()));
        statistics.extend((0..3).map(|c| (low[c] + 0.002).log2()));
        statistics.push(match place {
            Place::Interior => 1.0,
            Place::Exterior => 0.0,
            Place::Unknown => 0.5,
        });
        let mut maps = Vec::with_capacity(MAPS * MAP_SIDE * MAP_SIDE);
        for picture in [rgb, &stretched] {
            (0..3).for_each(|c| maps.extend(halved(picture, c)));
        }
        Self {
            statistics,
            maps,
            low,
            high,
        }
    }
}

/// The darkest and brightest values of each channel, encoded: of one pixel in ten thousand, of one in a
/// thousand; of the brightest one in a thousand, of one in ten thousand. They are taken from a copy that
/// is large enough for lamps and glints not to be averaged away: where a photo's white ends says more about
/// its exposure than all of the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ends(pub [[f32; 3]; 4]);

/// One pixel in so many, from the outer end inwards.
const ONE_IN: [usize; 2] = [10_000, 1000];

impl Ends {
    /// The ends of a picture.
    pub fn of(picture: &Pixels) -> Self {
        let rgb = picture.rgb8();
        let mut counts = [[0_usize; 256]; 3];
        for pixel in rgb.as_chunks::<3>().0 {
            (0..3).for_each(|c| counts[c][usize::from(pixel[c])] += 1);
        }
        let count = rgb.len() / 3;
        let value = |c: usize, one_in: usize, from_below: bool| {
            let rank = (count / one_in).max(1);
            let mut passed = 0;
            let mut found = |v: &usize| {
                passed += counts[c][*v];
                passed >= rank
            };
            let at = match from_below {
                true => (0..256).find(&mut found),
                false => (0..256).rev().find(&mut found),
            };
            at.expect("all pixels are counted") as f32 / 255.0
        };
        Self([
            std::array::from_fn(|c| value(c, ONE_IN[0], true)),
            std::array::from_fn(|c| value(c, ONE_IN[1], true)),
            std::array::from_fn(|c| value(c, ONE_IN[1], false)),
            std::array::from_fn(|c| value(c, ONE_IN[0], false)),
        ])
    }

    /// The ends of a picture of `count` pixels, of which all that may be near an end are given.
    pub fn of_extremes(extremes: &[[f32; 3]], count: usize) -> Self {
        let mut ends = [[0.0; 3]; 4];
        for c in 0..3 {
            let mut values: Vec<f32> = extremes.iter().map(|p| p[c]).collect();
            values.sort_unstable_by(f32::total_cmp);
            let last = values.len() - 1;
            let rank = |one_in: usize| ((count / one_in).max(1) - 1).min(last);
            let [outer, inner] = ONE_IN.map(rank);
            let all = [outer, inner, last - inner, last - outer];
            (0..4).for_each(|k| ends[k][c] = values[all[k]]);
        }
        Self(ends)
    }
}

/// Red, green, blue or luma.
fn own(p: &[f32; 3], k: usize) -> f32 {
    match k {
        3 => luma(p),
        k => p[k],
    }
}

pub(crate) fn luma(p: &[f32; 3]) -> f32 {
    0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]
}

/// Channels, luma, and stops of red over blue and of green over both.
fn described(p: &[f32; 3]) -> [f32; 6] {
    let [r, g, b] = p.map(|v| (linear(v) + 0.01).log2());
    [p[0], p[1], p[2], luma(p), r - b, 2.0 * g - r - b]
}

fn percentiles(values: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_unstable_by(f32::total_cmp);
    let last = values.len() - 1;
    PERCENTILES
        .iter()
        .map(|share| {
            let at = share * last as f32;
            let low = (at as usize).min(last);
            let next = (low + 1).min(last);
            values[low] + (values[next] - values[low]) * at.fract()
        })
        .collect()
}

/// Means over what is as bright as the brightest three tenths, ties and all.
fn brightest(channels: &[[f32; 6]]) -> [f32; 6] {
    let mut lumas: Vec<f32> = channels.iter().map(|p| p[3]).collect();
    let at = (BRIGHT * lumas.len() as f32) as usize;
    let (_, limit, _) = lumas.select_nth_unstable_by(at, f32::total_cmp);
    let limit = *limit;
    let (mut sums, mut count) = ([0.0; 6], 0.0);
    for channel in channels.iter().filter(|p| p[3] >= limit) {
        (0..6).for_each(|k| sums[k] += channel[k]);
        count += 1.0;
    }
    sums.map(|sum| sum / count)
}

/// A channel at half the size, less a half.
fn halved(picture: &[[f32; 3]], channel: usize) -> impl Iterator<Item = f32> {
    (0..MAP_SIDE * MAP_SIDE).map(move |i| {
        let at = i / MAP_SIDE * 2 * SIDE + i % MAP_SIDE * 2;
        let four = [at, at + 1, at + SIDE, at + SIDE + 1];
        four.iter().map(|&at| picture[at][channel]).sum::<f32>() / 4.0 - 0.5
    })
}

/// A part of a picture (left, top, width, height, as shares of it) squashed to [`SIDE`] x [`SIDE`]
/// encoded colours: means over areas.
pub fn square(picture: &Pixels, [left, top, width, height]: [f32; 4]) -> Vec<[f32; 3]> {
    let (columns, rows) = (picture.width() as usize, picture.height() as usize);
    let across = spans(left, width, columns);
    let down = spans(top, height, rows);
    let rgb = picture.rgb8();
    let pixels = rgb.as_chunks::<3>().0;
    let mut lines = vec![[0.0; 3]; SIDE * rows];
    for (y, line) in pixels.chunks(columns).enumerate() {
        if !down.iter().any(|span| span.contains(y)) {
            continue;
        }
        for (to, span) in lines[y * SIDE..][..SIDE].iter_mut().zip(&across) {
            *to = span.mean(|x| line[x].map(f32::from));
        }
    }
    let mut out = Vec::with_capacity(SIDE * SIDE);
    for span in &down {
        out.extend((0..SIDE).map(|x| span.mean(|y| lines[y * SIDE + x]).map(|v| v / 255.0)));
    }
    out
}

/// The pixels that lie below one of the copy's, the first and last by a part.
struct Span {
    from: f32,
    to: f32,
    last: usize,
}

fn spans(from: f32, length: f32, of: usize) -> Vec<Span> {
    let step = length * of as f32 / SIDE as f32;
    let start = from * of as f32;
    (0..SIDE)
        .map(|i| Span {
            from: start + i as f32 * step,
            to: start + (i + 1) as f32 * step,
            last: of - 1,
        })
        .collect()
}

impl Span {
    fn ends(&self) -> (usize, usize) {
        let first = (self.from as usize).min(self.last);
        let last = ((self.to - 1e-4).max(self.from) as usize).min(self.last);
        (first, last)
    }

    fn contains(&self, at: usize) -> bool {
        let (first, last) = self.ends();
        (first..=last).contains(&at)
    }

    fn mean(&self, of: impl Fn(usize) -> [f32; 3]) -> [f32; 3] {
        let (first, last) = self.ends();
        let (mut sum, mut weights) = ([0.0; 3], 0.0);
        for at in first..=last {
            let covered = self.to.min(at as f32 + 1.0) - self.from.max(at as f32);
            let weight = covered.max(1e-3);
            let value = of(at);
            (0..3).for_each(|c| sum[c] += value[c] * weight);
            weights += weight;
        }
        sum.map(|v| v / weights)
    }
}
