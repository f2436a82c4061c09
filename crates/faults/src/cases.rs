//! Pairs of one photo: everything that is done to it, and who has to notice.

use plumbline_enhance::{Mask, Pixels, Plan};

use crate::canvas::Canvas;
use crate::damages::{DAMAGES, Damage, Promise, Site};
use crate::looks::{LOOKS, Look, Strength, drawn};
use crate::photo::Photo;
use crate::rng::Rng;
use crate::sky;

/// Purpose of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Holding it would be a false alarm.
    Wanted,
    /// Letting it through would be a miss.
    Caught(Promise),
}

impl Aim {
    /// Word of the raw list.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Caught(promise) => promise.as_str(),
        }
    }
}

/// A pair to judge.
pub struct Pair {
    /// The photo, or another original.
    pub original: Pixels,
    /// The result.
    pub result: Pixels,
    /// The plan that made it; `None`: somebody else did.
    pub plan: Option<Plan>,
    /// The declared new sky.
    pub sky: Option<Mask>,
    /// Likelihoods of sky that two networks see in the original.
    pub seen: [Option<Mask>; 2],
}

/// Recipe of a pair.
#[derive(Clone, Copy)]
pub enum Recipe {
    /// A look.
    Look(Look, Strength),
    /// A new sky over a drawn look.
    NewSky,
    /// A damage after a drawn look.
    Damage(&'static Damage),
}

/// Name of the row of new skies.
const NEW_SKY: &str = "new sky";

impl Recipe {
    /// All recipes for a photo: every look, at one strength drawn by seed or at all of them, and
    /// every damage.
    pub fn all(photo: &str, seed: &str, every_strength: bool) -> Vec<Self> {
        let looks = LOOKS.iter().flat_map(|look| {
            let mut rng = Rng::of(&[photo, look.name, "strength", seed]);
            let one = rng.below(look.strengths.len());
            let chosen = look.strengths.iter().enumerate();
            let chosen = chosen.filter(move |(i, _)| every_strength || *i == one);
            chosen.map(|(_, strength)| Self::Look(*look, *strength))
        });
        let damages = DAMAGES.iter().map(Self::Damage);
        looks.chain([Self::NewSky]).chain(damages).collect()
    }

    /// Name of the row.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Look(look, _) => look.name,
            Self::NewSky => NEW_SKY,
            Self::Damage(damage) => damage.name,
        }
    }

    /// Strength of a look; damages have none.
    pub fn strength(&self) -> Option<Strength> {
        match self {
            Self::Look(_, strength) => Some(*strength),
            _ => None,
        }
    }

    /// Purpose of the pair.
    pub fn aim(&self) -> Aim {
        match self {
            Self::Damage(damage) => Aim::Caught(damage.promise),
            _ => Aim::Wanted,
        }
    }

    /// The pair. `None`: the photo has nothing that this could be done to.
    pub fn pair(&self, photo: &Photo, other: &Pixels, seed: &str) -> Option<Pair> {
        let strength = self.strength().map_or("", Strength::as_str);
        let mut rng = Rng::of(&[&photo.name, self.kind(), strength, seed]);
        let original = Canvas::of(&photo.pixels);
        match self {
            Self::Look(look, strength) => {
                let result = (look.edit)(&original, *strength, &mut rng);
                Some(pair(photo, None, &result, None))
            }
            Self::NewSky => {
                let mask = photo.sky.as_ref()?;
                let edited = under_a_look(&mut rng)(&original);
                let matte = sky::matte(mask, &edited);
                let result = sky::replaced(&edited, &matte, &mut rng);
                Some(pair(photo, None, &result, Some(sky::declared(&matte))))
            }
            Self::Damage(damage) => {
                let look = under_a_look(&mut rng);
                let site = Site {
                    photo,
                    original: &original,
                    edited: &look(&original),
                    other: &Canvas::of(other),
                    look: &look,
                };
                let damaged = (damage.work)(&site, &mut rng)?;
                let original = damaged.original.as_ref();
                Some(pair(photo, original, &damaged.result, damaged.sky))
            }
        }
    }
}

/// A drawn look, the same whenever it is applied.
fn under_a_look(rng: &mut Rng) -> impl Fn(&Canvas) -> Canvas + use<> {
    let (look, strength) = drawn(rng);
    let own = rng.clone();
    move |p| (look.edit)(p, strength, &mut own.clone())
}

fn pair(photo: &Photo, original: Option<&Canvas>, result: &Canvas, sky: Option<Mask>) -> Pair {
    Pair {
        original: original.map_or_else(|| photo.pixels.clone(), Canvas::picture),
        result: result.picture(),
        plan: None,
        sky,
        seen: photo.seen.clone(),
    }
}
