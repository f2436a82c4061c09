//! Finished listings: several steps in the order in which editors do them.

use plumbline_enhance::{Limits, Metadata, Output, decode, encode};

use crate::canvas::Canvas;
use crate::looks::{Strength, colour, detail, dynamic_range, light, places, tone};
use crate::rng::Rng;

/// Saved and opened again.
pub fn jpeg(p: &Canvas, quality: u8) -> Canvas {
    let bytes = encode(
        &p.picture(),
        &Metadata::default(),
        &Output::Jpeg { quality },
    );
    let bytes = bytes.expect("a picture is encoded");
    let decoded = decode(&bytes, &Limits::default());
    Canvas::of(&decoded.expect("our own file is read").pixels)
}

fn one_of(edits: &[super::Edit], p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    edits[rng.below(edits.len())](p, s, rng)
}

/// The usual combination: shadows, exposure, white balance, clarity, sharpening, JPEG.
pub fn listing(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let p = light::shadows_and_exposure(p, s, rng);
    let p = one_of(&[colour::warmer, colour::cooler], &p, s, rng);
    let p = light::clarity(&p, s, rng);
    jpeg(&detail::sharpened(&p, Strength::Weak, rng), 90)
}

/// Bright, low in contrast, a little cool.
pub fn airy(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let p = tone::exposure(p, s, rng);
    let p = light::shadows_wide(&p, s, rng);
    let p = colour::yellows_calmed(&p, s, rng);
    jpeg(&tone::matte(&p, Strength::Weak, rng), 92)
}

/// White balance, recovered windows, open shadows, a point of contrast.
pub fn natural(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let p = one_of(&[colour::warmer, colour::cooler, colour::tint], p, s, rng);
    let p = light::highlights_recovered(&p, s, rng);
    let p = light::shadows_guided(&p, s, rng);
    tone::contrast(&p, Strength::Weak, rng)
}

/// An evening's mood.
pub fn moody(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let p = tone::darker(p, s, rng);
    let p = colour::warmer(&p, s, rng);
    let p = places::lights_warmed(&p, s, rng);
    places::vignette(&p, s, rng)
}

/// Fused or compressed, then clarity and colour.
pub fn hdr(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let kinds = [
        dynamic_range::fusion,
        dynamic_range::bilateral_base,
        dynamic_range::local_operator,
    ];
    let p = one_of(&kinds.map(|kind| kind as super::Edit), p, s, rng);
    let p = light::clarity(&p, Strength::Weak, rng);
    jpeg(&colour::vibrance(&p, s, rng), 90)
}

/// A phone's automatic button: points, vibrance, sharpening, small file.
pub fn quick(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let p = tone::points(p, s, rng);
    let p = tone::gamma(&p, s, rng);
    let p = colour::vibrance(&p, s, rng);
    jpeg(&detail::sharpened(&p, Strength::Weak, rng), 85)
}

/// Strokes and gradients over open shadows.
pub fn strokes(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let p = light::shadows_guided(p, s, rng);
    let p = places::dodge_and_burn(&p, s, rng);
    let p = places::graduated(&p, s, rng);
    places::windows_darker(&p, s, rng)
}
