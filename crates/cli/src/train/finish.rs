//! `train finish --photos DIR`: trains the network of finishes from finished photos, which it spoils; or,
//! with `--before DIR --after DIR`, a look of one's own from pairs, beginning with the house look. No
//! database, server, graphics card or download.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use plumbline_documents::Place;
use plumbline_enhance::{Pixels, SceneAnalyzer, finish_model, small};
use plumbline_faults::photo::photographer;
use plumbline_models::nets::finish::FinishNet;
use plumbline_models::scene_analyzer::NetworkSceneAnalyzer;
use plumbline_models::train::data;
use plumbline_models::train::finish::examples::{Examples, Pair, Photo};
use plumbline_models::train::finish::loss::distances;
use plumbline_models::train::finish::recovery::Recovery;
use plumbline_models::train::finish::{Progress, Recipe, Round, Trained, Trainee};
use plumbline_models::train::rng::Rng;

/// Parts that photographers are divided into.
const FOLDS: usize = 5;
/// Fewest photos or pairs that a training makes sense with.
const FEWEST: usize = 10;
/// Steps of a look of one's own: chosen on three made looks of 24 pairs, where 400 came nearer than 700 and 1500.
const STEPS_A_PAIR: usize = 16;
const FEWEST_STEPS: usize = 400;
const MOST_STEPS: usize = 1500;
/// Steps between two measurements of what is left out.
const MEASURED_EVERY: usize = 1000;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder of finished photos; may be given more than once.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["before", "after"])]
    photos: Vec<PathBuf>,
    /// A folder of originals.
    #[arg(long, value_name = "DIR", requires = "after")]
    before: Option<PathBuf>,
    /// A folder of the edited photos, by the same names.
    #[arg(long, value_name = "DIR", requires = "before")]
    after: Option<PathBuf>,
    /// File for the look.
    #[arg(short, long, value_name = "FILE", default_value = "finish.safetensors")]
    out: PathBuf,
    /// Steps of the optimizer; else 4000 from photos, or 16 for each pair, 400 to 1500.
    #[arg(long)]
    steps: Option<usize>,
    /// Leaves out the photographers of a fold, 0 to 4, and measures how well their photos, spoiled,
    /// come back. Photographers are told apart by their files' names.
    #[arg(long, value_name = "FOLD", conflicts_with = "before", value_parser = clap::value_parser!(u8).range(0..5))]
    leave_out: Option<u8>,
    /// Seed of all chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Goes on where a training with the same --out was interrupted.
    #[arg(long)]
    resume: bool,
}

/// Returns whether the look is worth having.
pub fn train(args: &Args) -> anyhow::Result<bool> {
    let state = args.out.with_extension("state");
    if !args.resume && state.exists() {
        std::fs::remove_file(&state)?;
    }
    let is_better = match (&args.before, &args.after) {
        (Some(before), Some(after)) => own_look(args, before, after, &state)?,
        _ if args.photos.is_empty() => {
            bail!("Give --photos with finished photos, or --before and --after with pairs.")
        }
        _ => {
            house_look(args, &state)?;
            true
        }
    };
    if state.exists() {
        std::fs::remove_file(&state)?;
    }
    Ok(is_better)
}

fn house_look(args: &Args, state: &Path) -> anyhow::Result<()> {
    let (left_out, photos): (Vec<Photo>, Vec<Photo>) =
        photos(&args.photos)?.into_iter().partition(|photo| {
            args.leave_out
                .is_some_and(|fold| fold_of(&photo.name) == fold)
        });
    if photos.len() < FEWEST {
        bail!(
            "{} photos are too few to learn from: {FEWEST} at least, a hundred are good.",
            photos.len()
        );
    }
    println!(
        "Learning from {} photos, leaving out {}.",
        photos.len(),
        left_out.len()
    );
    let examples = Examples::Finished(photos);
    let recipe = Recipe {
        checkpoint: Some(state.to_owned()),
        ..Recipe::house(args.steps.unwrap_or(4000), args.seed)
    };
    let trainee = Trainee::new(&examples, args.seed)?;
    let mut lines = Lines {
        since: Instant::now(),
        measure: &|net| Ok(Recovery::of(net, &left_out)?.to_string()),
        is_measured: !left_out.is_empty(),
    };
    let look = trainee.train(&examples, &recipe, &mut lines)?;
    write(args, &look)
}

fn own_look(args: &Args, before: &Path, after: &Path, state: &Path) -> anyhow::Result<bool> {
    let (examples, checked) = split(pairs(before, after)?, args.seed)?;
    println!(
        "Learning from {} pairs, checking with {}.",
        examples.len(),
        checked.len()
    );
    let recipe = Recipe {
        checkpoint: Some(state.to_owned()),
        ..Recipe::own(args.steps.unwrap_or(steps(examples.len())), args.seed)
    };
    let trainee = Trainee::shipped()?;
    let house = distances(&FinishNet::shipped()?, &checked)?;
    let mut lines = Lines {
        since: Instant::now(),
        measure: &|net| Ok(format!("checked {:.2}", distances(net, &checked)?.finished)),
        is_measured: true,
    };
    let examples = Examples::Pairs(examples);
    let look = trainee.train(&examples, &recipe, &mut lines)?;
    let own = distances(&look.net()?, &checked)?;
    println!(
        "Mean difference to the edited photos that were not learned from: {:.1} as they came, {:.1} under \
         the house look, {:.1} under this one.",
        house.copies, house.finished, own.finished
    );
    if own.finished >= house.finished {
        println!("No nearer than the house look: nothing is written. More pairs may help.");
        return Ok(false);
    }
    write(args, &look)?;
    Ok(true)
}

fn write(args: &Args, look: &Trained) -> anyhow::Result<()> {
    look.write(&args.out)
        .with_context(|| format!("{} cannot be written", args.out.display()))?;
    let file = args.out.display();
    println!("Written to {file}. `plumbline enhance --finish {file}` shows what it does.");
    Ok(())
}

/// The fold of a photo's photographer.
fn fold_of(name: &str) -> u8 {
    let person = photographer(name);
    let place = person.bytes().fold(7_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    Rng::new(place, 1).below(FOLDS) as u8
}

fn photos(folders: &[PathBuf]) -> anyhow::Result<Vec<Photo>> {
    let analyzer = NetworkSceneAnalyzer::shipped();
    let mut photos = Vec::new();
    for folder in folders {
        for (name, file) in data::files(folder)? {
            let picture = data::read(&file)?;
            let place = place_of(&analyzer, &picture)?;
            photos.push(Photo::new(&name, place, finish_model::small(&picture)));
        }
    }
    Ok(photos)
}

/// The pairs of two folders. Photos that are none are passed over with a sentence: one that was cropped must not
/// keep five hundred from being learned.
fn pairs(before: &Path, after: &Path) -> anyhow::Result<Vec<Pair>> {
    let analyzer = NetworkSceneAnalyzer::shipped();
    let edited = data::files(after)?;
    let mut pairs = Vec::new();
    for (name, file) in data::files(before)? {
        let found = match edited.get(&name) {
            Some(after) => pair(&analyzer, &name, [&file, after]),
            None => Err(anyhow!("no edited photo has its name")),
        };
        match found {
            Ok(pair) => pairs.push(pair),
            Err(error) => eprintln!("{name} is passed over: {error:#}."),
        }
    }
    Ok(pairs)
}

fn pair(
    analyzer: &NetworkSceneAnalyzer,
    name: &str,
    [before, after]: [&Path; 2],
) -> anyhow::Result<Pair> {
    let [before, after] = [data::read(before)?, data::read(after)?];
    let place = place_of(analyzer, &before)?;
    let [before, after] = [&before, &after].map(finish_model::small);
    Pair::new(name, place, before, after)
        .context("it was cropped or turned, so its pixels have no partners")
}

/// Steps for so many pairs: more of them know few pairs by heart, and are farther from all others.
fn steps(pairs: usize) -> usize {
    (STEPS_A_PAIR * pairs).clamp(FEWEST_STEPS, MOST_STEPS)
}

/// Pairs to learn from, and one in five to check with.
fn split(mut pairs: Vec<Pair>, seed: u64) -> anyhow::Result<(Vec<Pair>, Vec<Pair>)> {
    if pairs.len() < FEWEST {
        bail!(
            "{} pairs of the same name are too few to learn from: 20 to 500 are good.",
            pairs.len()
        );
    }
    Rng::new(seed, u64::MAX).shuffle(&mut pairs);
    let learned = pairs.split_off(pairs.len() / 5);
    Ok((learned, pairs))
}

fn place_of(analyzer: &NetworkSceneAnalyzer, picture: &Pixels) -> anyhow::Result<Place> {
    Ok(analyzer.analyze(&small(picture))?.place)
}

/// A line a round.
struct Lines<'a> {
    since: Instant,
    measure: &'a dyn Fn(&FinishNet) -> anyhow::Result<String>,
    is_measured: bool,
}

impl Progress for Lines<'_> {
    fn round(&mut self, round: Round, look: &FinishNet) -> ControlFlow<()> {
        let Round { step, of, learned } = round;
        let seconds = self.since.elapsed().as_secs_f32();
        print!("{seconds:5.0} s  step {step:5} of {of}  difference {learned:.2}");
        if self.is_measured && (step % MEASURED_EVERY == 0 || step == of) {
            match (self.measure)(look) {
                Ok(measured) => print!("  {measured}"),
                Err(error) => print!("  not measured: {error:#}"),
            }
        }
        println!();
        ControlFlow::Continue(())
    }
}
