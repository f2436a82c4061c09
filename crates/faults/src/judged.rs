//! Quality control's report on every pair of a photo.

use plumbline_documents::{Report, Verdict};
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::sky::trial::Witnesses;
use plumbline_enhance::{Mask, Pixels};
use rayon::prelude::*;

use crate::cases::{Aim, Pair, Recipe};
use crate::looks::Strength;
use crate::photo::Photo;
use crate::spoiled::{self, Spoil};

/// Pixels of the pairs that are in memory together.
const PIXELS_AT_ONCE: u64 = 24_000_000;

/// Choice of pairs.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Another seed draws other pairs.
    pub seed: String,
    /// Part of the name of the kinds that are tried; empty: all.
    pub only: String,
    /// Every look at all its strengths, and not at one that is drawn.
    pub every_strength: bool,
}

impl Choice {
    fn has(&self, kind: &str) -> bool {
        kind.contains(&self.only)
    }
}

/// One pair and its report.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The photo's name.
    pub photo: String,
    /// Name of the look or damage.
    pub kind: &'static str,
    /// Strength of a look, or the name of the spoiled copy.
    pub variant: &'static str,
    /// Purpose of the pair.
    pub aim: Aim,
    /// True if it was judged with the plan that made it.
    pub has_plan: bool,
    /// Report; `None`: the photo has nothing that this could be done to.
    pub report: Option<Report>,
}

impl Judged {
    /// True if quality control held the pair.
    pub fn held(&self) -> bool {
        let report = self.report.as_ref();
        report.is_some_and(|report| report.verdict == Verdict::Held)
    }

    /// Head of the raw list.
    pub const HEAD: &str = "photo\tkind\tvariant\taim\tplan\tverdict\tmeasures";

    /// One line of the raw list: every measure's value, with `!` where it held the pair.
    pub fn line(&self) -> String {
        let verdict = match &self.report {
            None => "skipped",
            Some(_) if self.held() => "held",
            Some(_) => "passed",
        };
        let measures = self.report.iter().flat_map(|report| &report.measures);
        let measures: Vec<String> = measures
            .map(|m| {
                format!(
                    "{}={:.4}{}",
                    m.name,
                    m.value,
                    if m.verdict.is_bad() { "!" } else { "" }
                )
            })
            .collect();
        let plan = if self.has_plan { "plan" } else { "" };
        format!(
            "{}\t{}\t{}\t{}\t{plan}\t{verdict}\t{}",
            self.photo,
            self.kind,
            self.variant,
            self.aim.as_str(),
            measures.join(" ")
        )
    }
}

/// Makes and judges every chosen pair of a photo, without a plan; as many at once as memory allows.
pub fn all(photo: &Photo, other: &Pixels, choice: &Choice) -> Vec<Judged> {
    let recipes = Recipe::all(&photo.name, &choice.seed, choice.every_strength);
    let recipes: Vec<Recipe> = recipes
        .into_iter()
        .filter(|r| choice.has(r.kind()))
        .collect();
    let one = |recipe: &Recipe| Judged {
        photo: photo.name.clone(),
        kind: recipe.kind(),
        variant: recipe.strength().map_or("", Strength::as_str),
        aim: recipe.aim(),
        has_plan: false,
        report: recipe
            .pair(photo, other, &choice.seed)
            .map(|pair| report(&pair)),
    };
    in_parts(photo, &recipes, one)
}

/// Every chosen pair of a photo, made when it is asked for, by its kind and strength.
pub fn each<'a>(
    photo: &'a Photo,
    other: &'a Pixels,
    choice: &'a Choice,
) -> impl Iterator<Item = (String, Pair)> + 'a {
    let recipes = Recipe::all(&photo.name, &choice.seed, choice.every_strength);
    let chosen = recipes
        .into_iter()
        .filter(|recipe| choice.has(recipe.kind()));
    chosen.filter_map(|recipe| {
        let strength = recipe.strength().map_or("", Strength::as_str);
        let name = format!("{} {strength}", recipe.kind());
        Some((
            name.trim().to_owned(),
            recipe.pair(photo, other, &choice.seed)?,
        ))
    })
}

/// Our own corrections of the photo and of spoiled copies, and damages planted into them, judged
/// with their plans.
pub fn with_plan(photo: &Photo, other: &Pixels, choice: &Choice, spoils: &[Spoil]) -> Vec<Judged> {
    let one = |spoil: &Spoil| spoiled::judged(photo, other, *spoil, choice);
    in_parts(photo, spoils, one).concat()
}

fn in_parts<T: Sync, J: Send>(photo: &Photo, all: &[T], one: impl Fn(&T) -> J + Sync) -> Vec<J> {
    let at_once = (PIXELS_AT_ONCE / photo.pixels.pixel_count()).max(1) as usize;
    let parts = all.chunks(at_once);
    parts
        .flat_map(|part| part.par_iter().map(&one).collect::<Vec<J>>())
        .collect()
}

/// Quality control's report on a pair.
pub fn report(pair: &Pair) -> Report {
    let terms = Terms {
        plan: pair.plan.as_ref(),
        sky: pair.sky.as_ref(),
        witnesses: Witnesses {
            first: pair.seen[0].as_ref(),
            second: pair.seen[1].as_ref(),
        },
        ..Terms::default()
    };
    judge(&pair.original, &pair.result, &terms).report
}

/// A mask drawn as a picture: white is sky.
pub fn mask(drawn: &Pixels) -> Option<Mask> {
    let rgb = drawn.rgb8();
    let values = rgb.as_chunks::<3>().0.iter().map(|p| p[0]).collect();
    Mask::new(drawn.width(), drawn.height(), values)
}
