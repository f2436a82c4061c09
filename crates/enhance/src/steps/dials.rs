//! Dials: the light and colour that a person asked for, on top of whatever was corrected before.
//!
//! Gains of the channels first, which keep the luminance of grey. Then two rising curves of encoded
//! brightness, both from black to black and from white to white: shadows and highlights by a pixel's
//! surroundings, so that texture in them is lifted whole, and brightness and contrast by its own.

use plumbline_documents::{Dial, Dials};

use crate::kernels::dials::{Dialling, STEPS};
use crate::math::light::{LUMA, encoded, linear};

/// Stops of red over blue at the end of the dial of warmth, and the share of red's that green gets: grey moves
/// along daylight (0.13 in a* for one in b*).
const WARMEST: f32 = 0.8;
const GREEN: f32 = 0.14;
/// Stops of red and blue over green at the end of tint: across daylight, in the uv of CIE 1960.
const PINKEST: f32 = 0.45;
/// Encoded brightness below which shadows lie, and above which highlights do.
const SHADOWS: f32 = 0.55;
const HIGHLIGHTS: f32 = 0.45;
/// Encoded brightness by which they are moved at most: their slopes leave the sum rising by a quarter.
const OPENED: f32 = 0.10;
const CALMED: f32 = 0.09;
/// Half of the slope that contrast adds in the middle.
const CONTRAST: f32 = 0.18;

/// Dials as gains and curves of light, at the strength they are applied with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dialled {
    /// Factors on light of each channel.
    pub gains: [f32; 3],
    /// Stops for the midtones.
    pub brightness: f32,
    /// -1.0 to 1.0.
    pub shadows: f32,
    /// -1.0 to 1.0.
    pub highlights: f32,
    /// -1.0 to 1.0.
    pub contrast: f32,
}

impl Dialled {
    /// The dials at a strength; `None`: they change no pixel. `neutral`: the stops of each channel that
    /// make the white place neutral.
    pub fn of(dials: &Dials, neutral: Option<[f32; 3]>, strength: f32) -> Option<Self> {
        let dials = dials.settled();
        let scaled = |dial: Dial| dials.of(dial) * strength;
        let neutral = neutral.unwrap_or_default().map(|stops| stops * strength);
        let tint = tinted(scaled(Dial::Warmth), scaled(Dial::Tint));
        let dialled = Self {
            gains: [0, 1, 2].map(|c| neutral[c].exp2() * tint[c]),
            brightness: scaled(Dial::Brightness),
            shadows: scaled(Dial::Shadows),
            highlights: scaled(Dial::Highlights),
            contrast: scaled(Dial::Contrast),
        };
        (dialled != Self::still()).then_some(dialled)
    }

    fn still() -> Self {
        Self {
            gains: [1.0; 3],
            brightness: 0.0,
            shadows: 0.0,
            highlights: 0.0,
            contrast: 0.0,
        }
    }

    /// Encoded brightness that surroundings of an encoded brightness come to.
    fn around(&self, luma: f32) -> f32 {
        luma + self.shadows * OPENED * hill(luma / SHADOWS)
            + self.highlights * CALMED * hill((luma - HIGHLIGHTS) / (1.0 - HIGHLIGHTS))
    }

    /// Encoded brightness that a pixel of an encoded brightness comes to.
    fn own(&self, luma: f32) -> f32 {
        let light = linear(luma);
        let gain = self.brightness.exp2();
        let bend = 1.0 + (gain * gain - 1.0) * light * light;
        let luma = encoded(light * gain / bend.sqrt());
        let off = 2.0 * luma - 1.0;
        luma + self.contrast * CONTRAST * off * (1.0 - off * off)
    }

    /// Encoded brightness that a plain place of an encoded brightness comes to.
    pub fn plain(&self, luma: f32) -> f32 {
        self.own(self.around(luma))
    }

    /// Ready for rows.
    pub fn tables(&self) -> Dialling {
        let table = |curve: &dyn Fn(f32) -> f32| -> Box<[f32; STEPS]> {
            Box::new(std::array::from_fn(|i| {
                let root = (i as f32).max(0.5) / (STEPS - 1) as f32;
                let light = root * root;
                linear(curve(encoded(light))) / light
            }))
        };
        Dialling {
            gains: self.gains,
            around: table(&|luma| self.around(luma)),
            own: table(&|luma| self.own(luma)),
        }
    }
}

/// Gains of warmth and tint, which keep the luminance of grey.
fn tinted(warmth: f32, tint: f32) -> [f32; 3] {
    let (warm, pink) = (warmth * WARMEST / 2.0, tint * PINKEST / 3.0);
    let gains = [warm + pink, GREEN * warm - 2.0 * pink, pink - warm].map(f32::exp2);
    let luminance: f32 = (0..3).map(|c| LUMA[c] * gains[c]).sum();
    match (warmth, tint) {
        (0.0, 0.0) => [1.0; 3],
        _ => gains.map(|gain| gain / luminance),
    }
}

/// From nothing at 0.0 to one at 0.5 and back to nothing at 1.0, level at all three.
fn hill(at: f32) -> f32 {
    let t = at.clamp(0.0, 1.0);
    let arch = 4.0 * t * (1.0 - t);
    arch * arch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends() -> Vec<Dialled> {
        let mut all = vec![Dialled::still()];
        for (dial, of) in [
            (Dial::Brightness, 2.0),
            (Dial::Shadows, 1.0),
            (Dial::Highlights, 1.0),
            (Dial::Contrast, 1.0),
        ] {
            let turned = |one: &Dialled, number: f32| {
                let mut one = *one;
                match dial {
                    Dial::Brightness => one.brightness = number,
                    Dial::Shadows => one.shadows = number,
                    Dial::Highlights => one.highlights = number,
                    _ => one.contrast = number,
                }
                one
            };
            all = all
                .iter()
                .flat_map(|one| [-of, 0.0, of].map(|number| turned(one, number)))
                .collect();
        }
        all
    }

    #[test]
    fn both_curves_rise_from_black_to_white_at_all_ends_of_all_dials() {
        let lumas = || (0..=1000).map(|i| i as f32 / 1000.0);
        for one in ends() {
            let around: Vec<f32> = lumas().map(|luma| one.around(luma)).collect();
            let own: Vec<f32> = lumas().map(|luma| one.own(luma)).collect();
            for curve in [&around, &own] {
                assert!(curve.is_sorted(), "{one:?}");
                assert!(curve[0].abs() < 1e-4 && (curve[1000] - 1.0).abs() < 1e-3);
            }
            let steps = around.windows(2).map(|two| (two[1] - two[0]) * 1000.0);
            let least = steps.fold(f32::MAX, f32::min);
            assert!(least > 0.2, "{least} {one:?}");
        }
    }

    #[test]
    fn warmth_and_tint_keep_the_luminance_of_grey() {
        for (warmth, tint) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.4, -1.0)] {
            let gains = tinted(warmth, tint);
            let luminance: f32 = (0..3).map(|c| LUMA[c] * gains[c]).sum();
            assert!((luminance - 1.0).abs() < 1e-5);
        }
        assert_eq!(Dialled::of(&Dials::default(), None, 1.0), None);
    }
}
