//! Skies that a model paints, on a drawn house.

use plumbline_documents::SkyKind;
use plumbline_enhance::plan::sky::Sky;
use plumbline_enhance::sky::{Matte, NewSky};
use plumbline_enhance::{
    Denoise, Generation, GenerationError, GenerativeModel, Mask, Pixels, ProgressFn, Scene,
    paint_sky, repaint,
};

use crate::skies::drawn_house::{clear, guess, overcast, photo, pixel, the_plan};

/// Paints everything it is given, the house as well.
struct Violet;

const VIOLET: [u8; 3] = [120, 60, 200];

impl GenerativeModel for Violet {
    fn correct(
        &self,
        small: &Pixels,
        _: &Scene,
        _: &Denoise,
        _: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        Ok(small.clone())
    }

    fn paints_skies(&self) -> bool {
        true
    }

    fn fill_sky(
        &self,
        small: &Pixels,
        mask: &Mask,
        denoise: &Denoise,
        prompt: &str,
        _: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        assert_eq!(
            (small.width(), small.height()),
            (mask.width(), mask.height())
        );
        assert!(mask.values().contains(&255) && mask.values().contains(&0));
        assert!(denoise.steps == 8 && prompt.contains("clouds"));
        let samples = VIOLET.repeat(mask.values().len());
        Ok(Pixels::from_eight(small.width(), small.height(), samples).unwrap())
    }

    fn name(&self) -> &str {
        "violet"
    }
}

#[test]
fn a_painted_sky_stays_behind_the_house() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let new = NewSky {
        kind: SkyKind::LightCloud,
        ..clear(0.35)
    };
    let plan = the_plan(Sky::New(new).painted_by(Some(&Violet)));
    let generation = Some(Generation::unwatched(&Violet));
    let sky = paint_sky(&before, &plan, Some(&matte), generation).unwrap();
    let after = repaint(&before, before.clone(), &plan, Some(&matte), sky.as_ref());
    let found = pixel(&after, 100, 60);
    let off = (0..3)
        .map(|c| (found[c] - i32::from(VIOLET[c])).abs())
        .max();
    assert!(off < Some(6), "{found:?}");
    assert_eq!(pixel(&after, 700, 700), pixel(&before, 700, 700));
    assert!(plan.describe().join(" ").contains("painted by AI"));
}

#[test]
fn a_sky_is_painted_only_by_who_can_and_only_if_nobody_chose_a_picture() {
    let painted = |kind, model: Option<&dyn GenerativeModel>| {
        let new = NewSky {
            kind,
            ..clear(0.35)
        };
        let sky = Sky::New(new).painted_by(model);
        let asked = sky.new_sky().unwrap().painted.is_some();
        assert!(sky.calculated().new_sky().unwrap().painted.is_none());
        asked
    };
    assert!(painted(SkyKind::Clear, Some(&Violet)));
    assert!(!painted(SkyKind::Own, Some(&Violet)));
    assert!(!painted(SkyKind::Clear, None));
    assert_eq!(Sky::Unchanged.painted_by(Some(&Violet)), Sky::Unchanged);
}
