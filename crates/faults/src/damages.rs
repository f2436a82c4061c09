//! Damages: what neither an editor nor a network may do to a house.

mod geometry;
mod hairlines;
mod objects;
mod repaints;
mod skies;
mod surfaces;
mod tiles;
mod windows;

use plumbline_enhance::Mask;

use crate::canvas::{Area, Canvas};
use crate::photo::Photo;
use crate::rng::Rng;

/// Promise of the table for a damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// Something appeared, vanished, bent, blurred or got speckled.
    Structure,
    /// A thin line on a plain wall came or went.
    Hairline,
    /// A surface has another colour.
    Repaint,
    /// Steps between tiles.
    Seam,
    /// A quarter of the picture is tinted.
    Cast,
    /// A new sky where it does not belong, or with a rim.
    Sky,
    /// Counted and printed only.
    Counted,
}

impl Promise {
    /// All, in the table's order.
    pub const ALL: [Self; 7] = [
        Self::Structure,
        Self::Hairline,
        Self::Repaint,
        Self::Seam,
        Self::Cast,
        Self::Sky,
        Self::Counted,
    ];

    /// Word of the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Structure => "structure",
            Self::Hairline => "hairline",
            Self::Repaint => "repaint",
            Self::Seam => "seam",
            Self::Cast => "cast",
            Self::Sky => "sky",
            Self::Counted => "counted",
        }
    }
}

/// A photo under a look, about to be damaged.
pub struct Site<'a> {
    /// The photo.
    pub photo: &'a Photo,
    /// The photo, as it was.
    pub original: &'a Canvas,
    /// The photo under the look.
    pub edited: &'a Canvas,
    /// A photo to take things from.
    pub other: &'a Canvas,
    /// The look, for damages that need another original.
    pub look: &'a dyn Fn(&Canvas) -> Canvas,
}

/// A damaged result.
pub struct Damaged {
    /// The result.
    pub result: Canvas,
    /// Another original than the photo.
    pub original: Option<Canvas>,
    /// The sky that is declared as new.
    pub sky: Option<Mask>,
}

impl From<Canvas> for Damaged {
    fn from(result: Canvas) -> Self {
        Self {
            result,
            original: None,
            sky: None,
        }
    }
}

/// Damages a photo. `None`: it has no such thing.
pub type Work = fn(&Site, &mut Rng) -> Option<Damaged>;

/// A damage by its name.
#[derive(Clone, Copy)]
pub struct Damage {
    /// Name in the table.
    pub name: &'static str,
    /// Promise that it counts for.
    pub promise: Promise,
    /// The work.
    pub work: Work,
}

const fn damage(name: &'static str, promise: Promise, work: Work) -> Damage {
    Damage {
        name,
        promise,
        work,
    }
}

use Promise::{Cast, Counted, Hairline, Repaint, Seam, Sky, Structure};

/// All of them.
pub const DAMAGES: [Damage; 41] = [
    damage("paste 1 %", Structure, |s, r| objects::pasted(s, r, 0.01)),
    damage("paste 0.3 %", Structure, |s, r| {
        objects::pasted(s, r, 0.003)
    }),
    damage("remove 1 %", Structure, |s, r| objects::removed(s, r, 0.01)),
    damage("remove 0.3 %", Structure, |s, r| {
        objects::removed(s, r, 0.003)
    }),
    damage("heal 1 %", Structure, |s, r| objects::healed(s, r, 0.01)),
    damage("heal 0.3 %", Structure, |s, r| objects::healed(s, r, 0.003)),
    damage("sign removed", Structure, objects::sign_removed),
    damage("wire removed", Structure, hairlines::wire_removed),
    damage("window view put in", Structure, windows::view_put_in),
    damage("texture repainted", Structure, surfaces::retextured),
    damage("warp 3 px", Structure, |s, r| geometry::warped(s, r, 3.0)),
    damage("warp 1.5 px", Structure, |s, r| geometry::warped(s, r, 1.5)),
    damage("blur", Structure, |s, r| surfaces::blurry(s, r, 0.2, 20.0)),
    damage("blur patch", Structure, |s, r| {
        surfaces::blurry(s, r, 0.015, 6.0)
    }),
    damage("dots", Structure, surfaces::dotted),
    damage("hairline appears", Hairline, |s, r| {
        hairlines::appears(s, r, 0.08)
    }),
    damage("hairline gone", Hairline, |s, r| {
        hairlines::gone(s, r, 0.08)
    }),
    damage("hairline appears, 4 %", Counted, |s, r| {
        hairlines::appears(s, r, 0.04)
    }),
    damage("hairline gone, 4 %", Counted, |s, r| {
        hairlines::gone(s, r, 0.04)
    }),
    damage("one hue repainted", Repaint, repaints::repainted),
    damage("one hue drained", Repaint, repaints::drained),
    damage("lawn", Repaint, repaints::lawn),
    damage("seams 3 %", Seam, |s, r| tiles::seamed(s, r, 0.03)),
    damage("seams 1.5 %", Counted, |s, r| tiles::seamed(s, r, 0.015)),
    damage("cast b* + 8", Cast, |s, r| tiles::cast(s, r, 8.0)),
    damage("cast b* + 4", Counted, |s, r| tiles::cast(s, r, 4.0)),
    damage("tint, whole", Counted, tiles::tinted),
    damage("blown window", Counted, windows::blown),
    damage("banding", Counted, surfaces::banded),
    damage("bent vertical", Counted, geometry::bent),
    damage("sky halo", Sky, skies::halo),
    damage("sky leak", Sky, skies::leak),
    damage("wall grown over sky", Sky, skies::wall_over_sky),
    damage("sky grown over wall", Sky, skies::sky_over_wall),
    damage("blotches of sky", Sky, skies::blotches),
    damage("reflection kept", Sky, skies::reflection_kept),
    damage(
        "wall over sky, undeclared",
        Structure,
        skies::wall_over_sky_undeclared,
    ),
    damage(
        "sky over wall, undeclared",
        Structure,
        skies::sky_over_wall_undeclared,
    ),
    damage("socket removed", Counted, |s, r| {
        objects::removed(s, r, 0.0006)
    }),
    damage("pasted, faint", Counted, objects::faint),
    damage("shadow drawn", Counted, objects::shadow),
];

/// A rectangle of a share of the picture, a quarter wider than high or the other way round.
fn area(p: &Canvas, rng: &mut Rng, share: f32) -> Area {
    let pixels = share * (p.width * p.height) as f32 * 4.0 / std::f32::consts::PI;
    let shape = rng.within(0.8, 1.25);
    let width = ((pixels * shape).sqrt() as usize).clamp(8, p.width - 2);
    let height = ((pixels / shape).sqrt() as usize).clamp(8, p.height - 2);
    Area {
        left: 1 + rng.below(p.width - width - 1),
        top: 1 + rng.below(p.height - height - 1),
        width,
        height,
    }
}

/// The liveliest of some places: an object, not a bare wall.
fn lively(p: &Canvas, rng: &mut Rng, share: f32) -> Area {
    let places = (0..12).map(|_| area(p, rng, share));
    places
        .max_by(|a, b| p.liveliness(*a).total_cmp(&p.liveliness(*b)))
        .expect("twelve places")
}

/// The quietest of some places: a wall.
fn quiet(p: &Canvas, rng: &mut Rng, share: f32) -> Area {
    let places = (0..120).map(|_| area(p, rng, share));
    places
        .min_by(|a, b| p.liveliness(*a).total_cmp(&p.liveliness(*b)))
        .expect("120 places")
}
