//! One photo, everything that is done to it, and who has to notice.

use plumbline_enhance::{
    Limits, Mask, Metadata, Output, Pixels, Plan, Preset, Scene, Shot, apply, decode, encode,
    measure, plan,
};

use crate::injected::canvas::Canvas;
use crate::injected::damages::{DAMAGES, Damage, Promise};
use crate::injected::dice::Dice;
use crate::injected::looks::{LOOKS, Look};
use crate::injected::sky;

/// A photo to work on.
pub struct Photo {
    pub name: String,
    pub pixels: Pixels,
    /// Where its sky is, drawn or checked by a person.
    pub sky: Option<Mask>,
}

/// What a case is for.
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

/// Every case of a photo, made when it is asked for. Damages come after a look that changes from
/// one to the next.
pub fn of<'a>(photo: &'a Photo, other: &'a Pixels) -> impl Iterator<Item = Case> + 'a {
    let looks = LOOKS.iter().map(|(name, look)| wanted(photo, name, *look));
    let damages = DAMAGES.iter();
    let damaged =
        damages.map(|(name, promise, damage)| spoiled(photo, other, name, *promise, *damage));
    looks
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

fn wanted(photo: &Photo, name: &'static str, look: Look) -> Case {
    let mut dice = Dice::of(&[&photo.name, name]);
    let result = look(&Canvas::of(&photo.pixels), &mut dice).picture();
    case(photo, name, Aim::Wanted, result)
}

/// The photo under some look.
fn looked(photo: &Photo, dice: &mut Dice) -> Canvas {
    let (_, look) = LOOKS[dice.below(LOOKS.len())];
    look(&Canvas::of(&photo.pixels), dice)
}

fn spoiled(
    photo: &Photo,
    other: &Pixels,
    name: &'static str,
    promise: Promise,
    damage: Damage,
) -> Case {
    let mut dice = Dice::of(&[&photo.name, name]);
    let looked = looked(photo, &mut dice);
    let result = damage(&looked, &Canvas::of(other), &mut dice).picture();
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

/// A look saved as JPEG, as other editors deliver.
fn resaved(photo: &Photo) -> impl Iterator<Item = Case> + '_ {
    let saved = |(name, quality): (&'static str, u8)| {
        let mut dice = Dice::of(&[&photo.name, name]);
        let looked = looked(photo, &mut dice).picture();
        let bytes = encode(&looked, &Metadata::default(), &Output::Jpeg { quality });
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
    let mut dice = Dice::of(&[&photo.name, "sky"]);
    let looked = looked(photo, &mut dice);
    let matte = sky::matte(mask, &looked);
    let clean = sky::replaced(&looked, &matte, &mut dice);
    let with = |name, aim, canvas: Canvas| Case {
        sky: Some(sky::declared(&matte, &looked)),
        ..case(photo, name, aim, canvas.picture())
    };
    vec![
        with("new sky", Aim::Wanted, clean.clone()),
        with(
            "sky halo",
            Aim::SkyCaught,
            sky::halo(&clean, &matte, &mut dice),
        ),
        with(
            "sky leak",
            Aim::SkyCaught,
            sky::leak(&clean, &matte, &mut dice),
        ),
    ]
}
