//! Decides what dusk may lose: nothing. A house with its lamps lit under a dark sky is photographed then
//! on purpose; what a day's photo would need for its darkness, its lamps' colour and its dark corners
//! would make a dull afternoon of it.

use crate::scene::Scene;
use crate::sky::SkyView;
use crate::steps::corners::Corners;
use crate::steps::tone::Tone;
use crate::steps::white_balance::WhiteBalance;

/// L* of a sky that is no longer a day's.
const DARK: f32 = 48.0;
/// Light of lamps and lit windows over that of the sky, and over the brightest tenth of everything
/// else: they are small. Walls in the sun under a deep blue sky outshine it, too, but are large.
const LAMPS: f32 = 3.5;
const SMALL: f32 = 2.0;
/// Share of the picture that says something about its sky.
const LEAST_SHARE: f32 = 0.03;
/// L* by which a dusk sky may brighten.
const MOST_BRIGHTER: f32 = 5.0;
/// Stops by which its dark foreground may be opened; they open a dark sky as well.
const MOST_OPENED_EV: f32 = 0.15;

/// The light of a dusk sky, 0.0 to 1.0; `None`: it is not dusk. By day the ground is lit from the sky
/// or the sun, and is as bright as a dark blue sky or brighter; at dusk only lamps outshine the sky.
pub fn sky_light(view: &SkyView) -> Option<f32> {
    let light = luminance_of(view.lab[0]);
    let is_dark = view.share >= LEAST_SHARE && view.lab[0] < DARK;
    let [large, lamps] = view.brightest;
    let by_lamps = lamps >= LAMPS * light && lamps >= SMALL * large && view.ground < light;
    (is_dark && by_lamps).then_some(light)
}

/// The steps of a photo that keeps its dusk, where the scene is one.
pub(crate) fn kept(
    scene: &Scene,
    white_balance: WhiteBalance,
    tone: Tone,
    corners: Corners,
) -> (WhiteBalance, Tone, Corners) {
    let Some(sky) = scene.dusk else {
        return (white_balance, tone, corners);
    };
    let opened = tone.shadow_lift_ev.min(MOST_OPENED_EV);
    let brighter = luminance_of(lightness_of(sky) + MOST_BRIGHTER) / sky.max(1e-4);
    let tone = Tone {
        exposure_ev: tone.exposure_ev.min((brighter.log2() - opened).max(0.0)),
        room_ev: 0.0,
        shadow_lift_ev: opened,
        ..tone
    };
    (WhiteBalance::default(), tone, Corners::default())
}

/// Luminance of a CIELAB L*.
fn luminance_of(lightness: f32) -> f32 {
    match lightness {
        low if low <= 8.0 => low / 903.3,
        other => ((other + 16.0) / 116.0).powi(3),
    }
}

fn lightness_of(luminance: f32) -> f32 {
    match luminance {
        low if low <= 0.008_856 => low * 903.3,
        other => 116.0 * other.cbrt() - 16.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lamps_under_a_dark_sky_are_dusk_and_walls_in_the_sun_are_not() {
        let dusk = SkyView {
            share: 0.3,
            lab: [30.0, 8.0, -8.0],
            ground: 0.04,
            brightest: [0.13, 0.38],
            ..SkyView::default()
        };
        assert!(sky_light(&dusk).is_some());
        // The numbers of a tower in the sun, a stop too dark.
        let sunlit = SkyView {
            ground: 0.055,
            brightest: [0.26, 0.30],
            ..dusk
        };
        let overcast = SkyView {
            lab: [47.0, 0.0, 0.0],
            brightest: [0.1, 0.2],
            ..dusk
        };
        assert_eq!([sunlit, overcast].map(|view| sky_light(&view)), [None; 2]);
    }

    #[test]
    fn dusk_gets_a_little_light_and_keeps_its_colours() {
        let scene = Scene {
            dusk: Some(luminance_of(30.0)),
            ..Scene::default()
        };
        let tone = Tone {
            exposure_ev: 1.3,
            room_ev: 0.8,
            shadow_lift_ev: 0.6,
            ..Tone::default()
        };
        let (_, held, corners) = kept(&scene, WhiteBalance::default(), tone, Corners { ev: 1.0 });
        let stops = held.exposure_ev + held.shadow_lift_ev;
        assert!((lightness_of(luminance_of(30.0) * stops.exp2()) - 35.0).abs() < 0.1);
        assert_eq!((held.room_ev, corners.ev), (0.0, 0.0));
        let (_, day, _) = kept(&Scene::default(), WhiteBalance::default(), tone, corners);
        assert_eq!(day, tone);
    }
}
