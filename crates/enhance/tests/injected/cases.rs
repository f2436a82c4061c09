//! One photo, everything that is done to it, and who has to notice.

use plumbline_enhance::{
    Limits, Mask, Metadata, Output, Pixels, Plan, Preset, Scene, Shot, apply, decode, encode,
    measure, plan,
};

use crate::injected::canvas::Canvas;
use crate::injected::damages::{DAMAGES, Damage, Promise};
use crate::injected::edits::{EDITS, Edit};
use crate::injected::rng::Rng;
use crate::injected::sky;

/// A photo to work on.
pub struct Photo {
    pub name: String,
    pub pixels: Pixels,
    /// Mask of its sky, drawn or checked by a person.
    pub sky: Option<Mask>,
}

/// Purpose of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Holding it would be a false alarm.
    Wanted,
    /// Letting it through would be a miss.
    Caught(Promise),
    /// A miss, in a sky that was declared.
    SkyCaught,
}

/// A pair to judge.
pub struct Case {
    pub name: &'static str,
    pub aim: Aim,
    pub original: Pixels,
    pub result: Pixels,
    pub plan: Option<Plan>,
    pub sky: Option<Mask>,
}

/// Every case of a photo, made when it is asked for. Damages come after an edit that changes from
/// one to the next.
pub fn of<'a>(photo: &'a Photo, other: &'a Pixels) -> impl Iterator<Item = Case> + 'a {
    let edits = EDITS.iter().map(|(name, edit)| wanted(photo, name, *edit));
    let damages = DAMAGES.iter();
    let damaged =
        damages.map(|(name, promise, damage)| spoiled(photo, other, name, *promise, *damage));
    edits
        .chain(corrected(photo))
        .chain(resaved(photo))
        .chain(damaged)
        .chain(skies(photo))
}

fn case(photo: &Photo, name: &'static str, aim: Aim, result: Pixels) -> Case {
    Case {
        name,
        aim,
        original: photo.pixels.clone(),
        result,
        plan: None,
        sky: None,
    }
}

fn wanted(photo: &Photo, name: &'static str, edit: Edit) -> Case {
    let mut rng = Rng::of(&[&photo.name, name]);
    let result = edit(&Canvas::of(&photo.pixels), &mut rng).picture();
    case(photo, name, Aim::Wanted, result)
}

/// The photo under some edit.
fn edited(photo: &Photo, rng: &mut Rng) -> Canvas {
    let (_, edit) = EDITS[rng.below(EDITS.len())];
    edit(&Canvas::of(&photo.pixels), rng)
}

fn spoiled(
    photo: &Photo,
    other: &Pixels,
    name: &'static str,
    promise: Promise,
    damage: Damage,
) -> Case {
    let mut rng = Rng::of(&[&photo.name, name]);
    let edited = edited(photo, &mut rng);
    let result = damage(&edited, &Canvas::of(other), &mut rng).picture();
    case(photo, name, Aim::Caught(promise), result)
}

/// Our own correction, of the photo and of a dark copy, judged with its plan.
fn corrected(photo: &Photo) -> impl Iterator<Item = Case> + '_ {
    let dark = |p: &Pixels| Canvas::of(p).tinted(|rgb| rgb.map(|v| v * 0.66)).picture();
    let copies = [
        ("natural", photo.pixels.clone()),
        ("natural, dark", dark(&photo.pixels)),
    ];
    copies.into_iter().map(|(name, original)| {
        let scene = Scene::default();
        let measured = measure(&original, &Shot::default());
        let mut plan = plan(&measured, &scene, &Preset::default(), None);
        plan.verticals = plumbline_enhance::steps::verticals::Verticals::default();
        let result = apply(&original, &plan, &scene, None).expect("no model is needed");
        Case {
            original,
            plan: Some(plan),
            ..case(photo, name, Aim::Wanted, result)
        }
    })
}

/// An edit saved as JPEG, as other editors deliver.
fn resaved(photo: &Photo) -> impl Iterator<Item = Case> + '_ {
    let saved = |(name, quality): (&'static str, u8)| {
        let mut rng = Rng::of(&[&photo.name, name]);
        let edited = edited(photo, &mut rng).picture();
        let bytes = encode(&edited, &Metadata::default(), &Output::Jpeg { quality });
        let decoded = decode(&bytes.expect("a picture is encoded"), &Limits::default());
        case(
            photo,
            name,
            Aim::Wanted,
            decoded.expect("our own file").pixels,
        )
    };
    [("JPEG at 92", 92), ("JPEG at 80", 80)]
        .into_iter()
        .map(saved)
}

/// A new sky, and the same with a rim or run into the roof.
fn skies(photo: &Photo) -> Vec<Case> {
    let Some(mask) = &photo.sky else {
        return Vec::new();
    };
    let mut rng = Rng::of(&[&photo.name, "sky"]);
    let edited = edited(photo, &mut rng);
    let matte = sky::matte(mask, &edited);
    let clean = sky::replaced(&edited, &matte, &mut rng);
    let with = |name, aim, canvas: Canvas| Case {
        sky: Some(sky::declared(&matte, &edited)),
        ..case(photo, name, aim, canvas.picture())
    };
    vec![
        with("new sky", Aim::Wanted, clean.clone()),
        with(
            "sky halo",
            Aim::SkyCaught,
            sky::halo(&clean, &matte, &mut rng),
        ),
        with(
            "sky leak",
            Aim::SkyCaught,
            sky::leak(&clean, &matte, &mut rng),
        ),
    ]
}
