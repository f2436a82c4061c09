//! Data augmentation: views of an example with another crop, another light, another sky. A network that
//! is shown 73 photos a hundred times is shown 7300 pictures.

use crate::nets::sky::normalized;
use crate::train::data::Example;
use crate::train::rng::Rng;

/// Square part of an example.
pub struct View {
    /// Picture, 3 x side x side, normalised for the network.
    pub picture: Vec<f32>,
    /// Share of sky, half the side squared.
    pub sky: Vec<f32>,
    /// Share that is labelled, half the side squared.
    pub labelled: Vec<f32>,
}

/// Colours of skies, sRGB, overhead and at the horizon: pale, blue, deep, teal, overcast, white,
/// dusk and nearly night.
const SKIES: [[[f32; 3]; 2]; 12] = [
    [[150.0, 190.0, 235.0], [215.0, 230.0, 245.0]],
    [[60.0, 125.0, 215.0], [175.0, 210.0, 240.0]],
    [[20.0, 65.0, 150.0], [95.0, 150.0, 210.0]],
    [[8.0, 40.0, 95.0], [40.0, 90.0, 150.0]],
    [[15.0, 85.0, 100.0], [95.0, 165.0, 170.0]],
    [[50.0, 130.0, 140.0], [160.0, 205.0, 200.0]],
    [[150.0, 155.0, 162.0], [200.0, 203.0, 207.0]],
    [[100.0, 106.0, 115.0], [160.0, 165.0, 170.0]],
    [[235.0, 238.0, 242.0], [252.0, 252.0, 252.0]],
    [[90.0, 90.0, 150.0], [245.0, 170.0, 110.0]],
    [[60.0, 50.0, 105.0], [225.0, 120.0, 105.0]],
    [[12.0, 16.0, 40.0], [45.0, 55.0, 90.0]],
];

/// Random view of `side` pixels (even). `others`: examples whose foreground may replace its own.
pub fn view(example: &Example, others: &[Example], side: usize, rng: &mut Rng) -> View {
    let window = Window::random(example, rng);
    let (mut rgb, sky, labelled) = window.cut(example, side);
    let has_sky = sky.iter().sum::<f32>() > 0.02 * sky.len() as f32;
    if has_sky && !others.is_empty() && rng.random_bool(0.5) {
        graft(&mut rgb, &sky, &others[rng.below(others.len())], side, rng);
    }
    if has_sky && rng.random_bool(0.5) {
        repaint(&mut rgb, &sky, side, rng);
    }
    if rng.random_bool(0.4) {
        erase(&mut rgb, &sky, side, rng);
    }
    relight(&mut rgb, rng);
    if rng.random_bool(0.25) {
        blur(&mut rgb, side);
    }
    let grain = rng.unit() * rng.unit() * 14.0;
    let mut picture = vec![0.0; 3 * side * side];
    for (i, pixel) in rgb.iter().enumerate() {
        for channel in 0..3 {
            let value = pixel[channel] + (rng.unit() - 0.5) * grain;
            picture[channel * side * side + i] = normalized(value.clamp(0.0, 255.0).round() as u8);
        }
    }
    View {
        picture,
        sky: halved(&sky, side),
        labelled: halved(&labelled, side),
    }
}

/// Part of an example, as shares of its sides.
struct Window {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
    mirrored: bool,
}

impl Window {
    fn random(example: &Example, rng: &mut Rng) -> Self {
        let shape = example.picture.width() as f32 / example.picture.height() as f32;
        // The whole picture is what the network will be asked about: a third of all views.
        let zoom = if rng.random_bool(0.35) {
            1.0
        } else {
            rng.range(0.4, 1.0)
        };
        // Towards a square of the photo's pixels, but not all the way.
        let squarer = rng.range(0.0, 1.0);
        let stretch = shape.powf(squarer) * rng.range(0.87, 1.15);
        let (mut width, mut height) = (zoom, zoom);
        if stretch > 1.0 {
            width /= stretch;
        } else {
            height *= stretch;
        }
        (width, height) = (width.min(1.0), height.min(1.0));
        Self {
            left: rng.unit() * (1.0 - width),
            top: rng.unit() * (1.0 - height),
            width,
            height,
            mirrored: rng.random_bool(0.5),
        }
    }

    /// Colours of 0 to 255, sky and labels of `side` x `side` pixels, four samples each.
    fn cut(&self, example: &Example, side: usize) -> (Vec<[f32; 3]>, Vec<f32>, Vec<f32>) {
        let (width, height) = (example.picture.width(), example.picture.height());
        let rgb = example.picture.rgb8();
        let mut colours = Vec::new();
        let (mut sky, mut labelled) = (Vec::new(), Vec::new());
        for y in 0..side {
            for x in 0..side {
                let mut colour = [0.0; 3];
                let (mut is_sky, mut is_labelled) = (0.0, 0.0);
                for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                    let across = (x as f32 + dx) / side as f32;
                    let across = if self.mirrored { 1.0 - across } else { across };
                    let column = (self.left + across * self.width) * width as f32;
                    let down = (y as f32 + dy) / side as f32;
                    let row = (self.top + down * self.height) * height as f32;
                    let row = (row as u32).min(height - 1);
                    let at = (row * width + (column as u32).min(width - 1)) as usize;
                    for (sum, value) in colour.iter_mut().zip(&rgb[at * 3..]) {
                        *sum += f32::from(*value) * 0.25;
                    }
                    is_sky += example.sky[at] * 0.25;
                    is_labelled += example.labelled[at] * 0.25;
                }
                colours.push(colour);
                sky.push(is_sky);
                labelled.push(is_labelled);
            }
        }
        (colours, sky, labelled)
    }
}

/// Replaces the foreground by another photo's: a network that recognises seventy photos by their
/// foreground would find no sky in the next one.
fn graft(rgb: &mut [[f32; 3]], sky: &[f32], other: &Example, side: usize, rng: &mut Rng) {
    let (theirs, their_sky, _) = Window::random(other, rng).cut(other, side);
    // Mostly all of it, or only one side of the picture.
    let from = if rng.random_bool(0.6) {
        0
    } else {
        rng.below(side)
    };
    for (i, (pixel, theirs)) in rgb.iter_mut().zip(&theirs).enumerate() {
        if i % side >= from && their_sky[i] < 0.02 {
            for (value, theirs) in pixel.iter_mut().zip(theirs) {
                *value += (theirs - *value) * (1.0 - sky[i]);
            }
        }
    }
}

/// Draws plain rectangles over all but the sky.
fn erase(rgb: &mut [[f32; 3]], sky: &[f32], side: usize, rng: &mut Rng) {
    for _ in 0..1 + rng.below(3) {
        let colour: [f32; 3] = std::array::from_fn(|_| rng.range(0.0, 255.0));
        let (left, top) = (rng.below(side), rng.below(side));
        let (width, height) = (rng.below(side / 3), rng.below(side / 3));
        for y in top..(top + height).min(side) {
            for x in left..(left + width).min(side) {
                let at = y * side + x;
                for (value, colour) in rgb[at].iter_mut().zip(colour) {
                    *value += (colour - *value) * (1.0 - sky[at]);
                }
            }
        }
    }
}

/// Draws another sky where the sky is: the teacher knows few, a network that only copies it would too.
fn repaint(rgb: &mut [[f32; 3]], sky: &[f32], side: usize, rng: &mut Rng) {
    let [over, horizon] = SKIES[rng.below(SKIES.len())];
    let jitter: [f32; 3] = std::array::from_fn(|_| rng.range(-18.0, 18.0));
    // Some of the old sky's clouds stay, and new ones come: slow random waves.
    let keep = rng.unit() * 0.6;
    let cloud = if rng.random_bool(0.5) {
        rng.range(0.0, 70.0)
    } else {
        0.0
    };
    let waves: [[f32; 3]; 4] = std::array::from_fn(|_| {
        [
            rng.range(-9.0, 9.0),
            rng.range(3.0, 22.0),
            rng.range(0.0, 6.3),
        ]
    });
    let bottom = sky
        .iter()
        .rposition(|&s| s > 0.5)
        .map_or(side, |i| i / side + 1);
    let bent = rng.range(0.6, 1.8);
    for (i, (pixel, &sky)) in rgb.iter_mut().zip(sky).enumerate() {
        let (x, y) = (
            (i % side) as f32 / side as f32,
            (i / side) as f32 / side as f32,
        );
        let down = (y * side as f32 / bottom as f32).min(1.0).powf(bent);
        let wave: f32 = waves
            .iter()
            .map(|w| (w[0] * x + w[1] * y + w[2]).sin())
            .sum();
        let mean = pixel.iter().sum::<f32>() / 3.0;
        for channel in 0..3 {
            let clear = over[channel] + (horizon[channel] - over[channel]) * down;
            let new = clear + jitter[channel] + cloud * (wave * 0.25).max(0.0);
            let new = new + keep * (pixel[channel] - mean + (mean - 200.0) * 0.4);
            pixel[channel] += (new.clamp(0.0, 255.0) - pixel[channel]) * sky;
        }
    }
}

/// Changes exposure, gamma, white balance, saturation and contrast.
fn relight(rgb: &mut [[f32; 3]], rng: &mut Rng) {
    let gain = rng.range(-0.6, 0.5).exp2();
    let gamma = rng.range(0.75, 1.3);
    let tint: [f32; 3] = std::array::from_fn(|_| rng.range(0.88, 1.12));
    let saturation = if rng.random_bool(0.08) {
        0.0
    } else {
        rng.range(0.5, 1.4)
    };
    for pixel in rgb {
        let lit: [f32; 3] = std::array::from_fn(|c| {
            (pixel[c] / 255.0 * gain * tint[c])
                .clamp(0.0, 1.0)
                .powf(gamma)
                * 255.0
        });
        let grey = 0.3 * lit[0] + 0.6 * lit[1] + 0.1 * lit[2];
        *pixel = lit.map(|v| (grey + (v - grey) * saturation).clamp(0.0, 255.0));
    }
}

/// Blurs over three pixels across, then down.
fn blur(rgb: &mut [[f32; 3]], side: usize) {
    for step in [1, side] {
        for i in step..rgb.len() - step {
            let around: [f32; 3] = std::array::from_fn(|c| rgb[i - step][c] + rgb[i + step][c]);
            for (value, around) in rgb[i].iter_mut().zip(around) {
                *value = 0.5 * *value + 0.25 * around;
            }
        }
    }
}

/// Means of 2 x 2 pixels.
fn halved(plane: &[f32], side: usize) -> Vec<f32> {
    (0..side * side / 4)
        .map(|i| {
            let at = i / (side / 2) * 2 * side + i % (side / 2) * 2;
            0.25 * (plane[at] + plane[at + 1] + plane[at + side] + plane[at + side + 1])
        })
        .collect()
}
