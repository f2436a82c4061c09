//! Colour chunks of a PNG as one ICC profile. Precedence as in the PNG specification (third
//! edition, 4.3): cICP, iCCP, sRGB, gAMA with cHRM.

use moxcms::{Chromaticity, ColorPrimaries, ColorProfile, ToneReprCurve, XyY};
use png::{Info, ScaledFloat, SourceChromaticities};

use crate::codec::icc;

/// Code points of ITU-T H.273 that photos use: primaries of sRGB, BT.2020 and Display P3, the
/// sRGB curve. High dynamic range (16, 18) is left to the profile that such files carry as well.
const SRGB_CURVE: u8 = 13;

/// The profile of the picture's numbers; `None` for files that say nothing, and grey ones in sRGB.
pub(crate) fn profile(info: &Info, is_grey: bool) -> Option<Vec<u8>> {
    let srgb = || icc::srgb_profile().filter(|_| !is_grey);
    let points = info.coding_independent_code_points.filter(|_| !is_grey);
    if let Some(points) = points.filter(|p| p.transfer_function == SRGB_CURVE) {
        match points.color_primaries {
            1 => return srgb(),
            9 => return encoded(&with_srgb_curve(ColorProfile::new_bt2020())),
            12 => return encoded(&ColorProfile::new_display_p3()),
            _ => {}
        }
    }
    if let Some(profile) = info.icc_profile.as_deref() {
        return Some(profile.to_vec());
    }
    if info.srgb.is_some() {
        return srgb();
    }
    let gamma = info.gama_chunk?.into_value();
    let primaries = info.chrm_chunk.filter(|_| !is_grey);
    from_gamma(gamma, primaries, is_grey)
}

fn with_srgb_curve(mut profile: ColorProfile) -> ColorProfile {
    let srgb = ColorProfile::new_srgb();
    (profile.red_trc, profile.green_trc, profile.blue_trc) =
        (srgb.red_trc, srgb.green_trc, srgb.blue_trc);
    profile.cicp = None;
    profile
}

/// 1/2.2 is how files say "sRGB" that cannot say it: every editor of twenty years wrote it so.
fn from_gamma(
    gamma: f32,
    primaries: Option<SourceChromaticities>,
    is_grey: bool,
) -> Option<Vec<u8>> {
    if !(0.1..=2.0).contains(&gamma) {
        return None;
    }
    let is_srgb_curve = (gamma - 1.0 / 2.2).abs() < 0.001;
    let exponent = 1.0 / gamma;
    if is_grey {
        return (!is_srgb_curve)
            .then(|| encoded(&ColorProfile::new_gray_with_gamma(exponent)))
            .flatten();
    }
    if is_srgb_curve && primaries.is_none_or(|p| are_srgb(&p)) {
        return icc::srgb_profile();
    }
    let mut profile = ColorProfile::new_srgb();
    if !is_srgb_curve {
        let curve = Some(ToneReprCurve::Parametric(vec![exponent]));
        (profile.red_trc, profile.green_trc, profile.blue_trc) =
            (curve.clone(), curve.clone(), curve);
    }
    if let Some(p) = primaries.filter(|p| !are_srgb(p)) {
        colorimetry(&mut profile, &p)?;
    }
    // It is sRGB no more, and must not be known by that name.
    profile.description = None;
    profile.cicp = None;
    encoded(&profile)
}

fn are_srgb(p: &SourceChromaticities) -> bool {
    let said = [p.white, p.red, p.green, p.blue].map(point);
    let srgb = [(0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.06)];
    let close =
        |(a, b): (&(f32, f32), &(f32, f32))| (a.0 - b.0).abs() < 0.002 && (a.1 - b.1).abs() < 0.002;
    said.iter().zip(&srgb).all(close)
}

fn point((x, y): (ScaledFloat, ScaledFloat)) -> (f32, f32) {
    (x.into_value(), y.into_value())
}

fn colorimetry(profile: &mut ColorProfile, p: &SourceChromaticities) -> Option<()> {
    let points = [p.white, p.red, p.green, p.blue].map(point);
    let sane = points
        .iter()
        .all(|&(x, y)| x >= 0.0 && y > 0.0 && x + y <= 1.01);
    let [white, red, green, blue] = points.map(|(x, y)| Chromaticity::new(x, y));
    let white = XyY {
        x: f64::from(white.x),
        y: f64::from(white.y),
        yb: 1.0,
    };
    sane.then(|| profile.update_rgb_colorimetry(white, ColorPrimaries { red, green, blue }))
}

fn encoded(profile: &ColorProfile) -> Option<Vec<u8>> {
    profile.encode().ok()
}
