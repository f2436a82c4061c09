//! What is measured on merged pictures.

use plumbline_enhance::Pixels;

/// Rows and columns at the border that are not compared: a moved frame does not reach them.
const BORDER: u32 = 40;

/// Mean absolute difference in 8-bit levels, the border left out.
pub fn distance(one: &Pixels, two: &Pixels) -> f64 {
    assert_eq!((one.width(), one.height()), (two.width(), two.height()));
    let off = inner(one).map(|(x, y)| {
        let (a, b) = (one.unit(x, y), two.unit(x, y));
        (0..3).map(|c| f64::from((a[c] - b[c]).abs())).sum::<f64>() / 3.0
    });
    let off: Vec<f64> = off.collect();
    off.iter().sum::<f64>() / off.len() as f64 * 255.0
}

/// The 95th percentile of the gradient's magnitude against another picture's, once the levels of
/// the first were brought to the other's: how sharp it is.
pub fn sharpness(one: &Pixels, reference: &Pixels) -> f64 {
    let (one, two) = (Grey::of(one), Grey::of(reference));
    one.matched(&two).steepness() / two.steepness()
}

/// How steep a picture is at another's steepest edges, along them: one where each edge is where it was
/// and as sharp, half of it where it is there twice. The levels are brought to the other's first.
pub fn edges(one: &Pixels, reference: &Pixels, place: impl Fn(f32, f32) -> bool) -> f64 {
    let (one, two) = (Grey::of(one), Grey::of(reference));
    let (one, height) = (one.matched(&two), two.values.len() / two.width);
    let slope = |grey: &Grey, x: usize, y: usize| {
        let at = |x: usize, y: usize| grey.values[y * grey.width + x];
        [at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1)]
    };
    let places = (1..height - 1).flat_map(|y| (1..two.width - 1).map(move |x| (x, y)));
    let inside =
        |&(x, y): &(usize, usize)| place(x as f32 / two.width as f32, y as f32 / height as f32);
    let mut slopes: Vec<([f64; 2], [f64; 2])> = places
        .filter(inside)
        .map(|(x, y)| (slope(&one, x, y), slope(&two, x, y)))
        .collect();
    let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
    slopes.sort_by(|a, b| dot(b.1, b.1).total_cmp(&dot(a.1, a.1)));
    slopes.truncate(slopes.len() / 20);
    let along: f64 = slopes.iter().map(|(a, b)| dot(*a, *b)).sum();
    along / slopes.iter().map(|(_, b)| dot(*b, *b)).sum::<f64>()
}

fn inner(pixels: &Pixels) -> impl Iterator<Item = (u32, u32)> {
    let (width, height) = (pixels.width(), pixels.height());
    (BORDER..height - BORDER).flat_map(move |y| (BORDER..width - BORDER).map(move |x| (x, y)))
}

struct Grey {
    width: usize,
    values: Vec<f64>,
}

impl Grey {
    fn of(pixels: &Pixels) -> Self {
        let grey = |(x, y)| {
            let [r, g, b] = pixels.unit(x, y).map(f64::from);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        Self {
            width: (pixels.width() - 2 * BORDER) as usize,
            values: inner(pixels).map(grey).collect(),
        }
    }

    /// The same picture with another's levels, rank by rank.
    fn matched(&self, other: &Self) -> Self {
        let (mut own, mut theirs) = (self.values.clone(), other.values.clone());
        own.sort_by(f64::total_cmp);
        theirs.sort_by(f64::total_cmp);
        let level = |v: &f64| theirs[own.partition_point(|o| o < v).min(theirs.len() - 1)];
        Self {
            width: self.width,
            values: self.values.iter().map(level).collect(),
        }
    }

    fn steepness(&self) -> f64 {
        let height = self.values.len() / self.width;
        let at = |x: usize, y: usize| self.values[y * self.width + x];
        let places = (1..height - 1).flat_map(|y| (1..self.width - 1).map(move |x| (x, y)));
        let mut steep: Vec<f64> = places
            .map(|(x, y)| {
                let across = (at(x + 1, y) - at(x - 1, y)) / 2.0;
                let down = (at(x, y + 1) - at(x, y - 1)) / 2.0;
                across.hypot(down)
            })
            .collect();
        steep.sort_by(f64::total_cmp);
        steep[steep.len() * 95 / 100]
    }
}

/// Share of the pixels of a mask that are neither like one picture nor like the other: between 15
/// and 85 % of the way. Pixels where the two are alike do not say.
pub fn mixed(
    merged: &Pixels,
    one: &Pixels,
    other: &Pixels,
    mask: impl Fn(u32, u32) -> bool,
) -> f64 {
    let (mut all, mut mixed) = (0_usize, 0_usize);
    for (x, y) in inner(merged).filter(|&(x, y)| mask(x, y)) {
        all += 1;
        let [m, a, b] = [merged, one, other].map(|p| p.unit(x, y));
        let way = |c: usize| b[c] - a[c];
        let length: f32 = (0..3).map(|c| way(c) * way(c)).sum();
        if length.sqrt() > 0.2 {
            let along: f32 = (0..3).map(|c| (m[c] - a[c]) * way(c)).sum();
            mixed += usize::from((0.15..0.85).contains(&(along / length)));
        }
    }
    mixed as f64 / all.max(1) as f64
}

/// CIELAB of a unit pixel (sRGB, D65).
pub fn lab(rgb: [f32; 3]) -> [f64; 3] {
    let [r, g, b] = rgb.map(|v| f64::from(crate::camera::linear(v)));
    let x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047;
    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883;
    let f = |t: f64| {
        if t > 0.008_856 {
            t.cbrt()
        } else {
            7.787 * t + 16.0 / 116.0
        }
    };
    let (x, y, z) = (f(x), f(y), f(z));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// Standard deviation of a* and b* over a part of a picture, given in shares of its sides.
pub fn colour_spread(pixels: &Pixels, across: [f32; 2], down: [f32; 2]) -> [f64; 2] {
    let colours: Vec<[f64; 3]> = part(pixels, across, down)
        .map(|(x, y)| lab(pixels.unit(x, y)))
        .collect();
    [1, 2].map(|c| {
        let mean = colours.iter().map(|lab| lab[c]).sum::<f64>() / colours.len() as f64;
        let squares = colours.iter().map(|lab| (lab[c] - mean).powi(2));
        (squares.sum::<f64>() / colours.len() as f64).sqrt()
    })
}

/// Mean a* and b* over a part of a picture.
pub fn mean_colour(pixels: &Pixels, across: [f32; 2], down: [f32; 2]) -> [f64; 2] {
    let colours: Vec<[f64; 3]> = part(pixels, across, down)
        .map(|(x, y)| lab(pixels.unit(x, y)))
        .collect();
    [1, 2].map(|c| colours.iter().map(|lab| lab[c]).sum::<f64>() / colours.len() as f64)
}

/// Mean absolute difference of a part of a picture to another's, in 8-bit levels, after the gain that
/// brings them nearest.
pub fn difference_after_gain(one: &Pixels, two: &Pixels, across: [f32; 2], down: [f32; 2]) -> f64 {
    let pairs: Vec<(f64, f64)> = part(one, across, down)
        .flat_map(|(x, y)| std::iter::zip(one.unit(x, y), two.unit(x, y)))
        .map(|(a, b)| (f64::from(a), f64::from(b)))
        .collect();
    let cross: f64 = pairs.iter().map(|(a, b)| a * b).sum();
    let own: f64 = pairs.iter().map(|(a, _)| a * a).sum();
    let gain = cross / own;
    let off: f64 = pairs.iter().map(|(a, b)| (a * gain - b).abs()).sum();
    off / pairs.len() as f64 * 255.0
}

fn part(
    pixels: &Pixels,
    across: [f32; 2],
    down: [f32; 2],
) -> impl Iterator<Item = (u32, u32)> + use<> {
    let columns = across.map(|share| (share * pixels.width() as f32) as u32);
    let rows = down.map(|share| (share * pixels.height() as f32) as u32);
    (rows[0]..rows[1]).flat_map(move |y| (columns[0]..columns[1]).map(move |x| (x, y)))
}
