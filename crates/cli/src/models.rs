//! `models list | pull | verify | bench`: the weights on this machine. An operator's work, at the
//! command line; no photo waits for it.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use plumbline_models::manifest::{self, Use, Weight};
use plumbline_pipeline::generative_models::WeightsFolder;

mod bench;
mod download;
mod list;
mod pull;
#[cfg(test)]
mod pull_tests;
mod source;
mod verify;

/// Something is missing or wrong.
const REFUSED: u8 = 2;

/// Exit status: 0 done, 2 something is wrong, and a sentence says what.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lists what is installed, and what each file is for.
    List(WeightsFolder),
    /// Fetches weights; an interrupted fetch goes on where it stopped.
    Pull(PullArgs),
    /// Reads all that is installed and compares it with what it should be.
    Verify(WeightsFolder),
    /// Runs the installed networks of scenes once, and prints what that costs.
    Bench(WeightsFolder),
}

#[derive(Debug, clap::Args)]
pub struct PullArgs {
    #[command(flatten)]
    weights: WeightsFolder,
    /// Ids, as `models list` prints them.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Fetches everything that the product uses.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// Fetches everything that the generative model needs: 17 GB.
    #[arg(long, alias = "brush", conflicts_with_all = ["ids", "all"])]
    generative: bool,
    /// A folder or an http(s) address that holds copies.
    #[arg(
        long,
        value_name = "FOLDER|URL",
        env = "PLUMBLINE_MODELS_MIRROR",
        hide_env_values = true
    )]
    mirror: Option<String>,
}

/// Weights of the generative model, and of the network for its skies; CLIP's vocabulary comes with
/// them.
const GENERATIVE: [&str; 7] = [
    "sdxl-lightning-unet",
    "sdxl-controlnet-tile",
    "sdxl-controlnet-canny",
    "sdxl-vae",
    "sdxl-text-encoder",
    "sdxl-text-encoder-2",
    "sdxl-inpainting-unet",
];

pub fn run(command: &Command) -> ExitCode {
    let done = match command {
        Command::List(weights) => list::run(&weights.store()),
        Command::Pull(args) => args.run(),
        Command::Verify(weights) => verify::run(&weights.store()),
        Command::Bench(weights) => bench::run(&weights.store()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

impl PullArgs {
    fn run(&self) -> anyhow::Result<()> {
        pull::run(
            &self.weights.store(),
            &self.wanted()?,
            self.mirror.as_deref(),
        )
    }

    fn wanted(&self) -> anyhow::Result<Vec<&'static Weight>> {
        if self.all {
            let product =
                |weight: &&Weight| weight.used_by == Use::Product && self.can_fetch(weight);
            return Ok(manifest::all().iter().filter(product).collect());
        }
        if self.generative {
            let ids = GENERATIVE.into_iter().chain([self.vocabulary()]);
            return ids.map(named).collect();
        }
        if self.ids.is_empty() {
            bail!(
                "Say which weights to fetch, or --all, or --generative. `models list` prints them."
            );
        }
        self.ids.iter().map(|id| named(id)).collect()
    }

    /// True if there is a source at all: nobody publishes some files as we need them.
    fn can_fetch(&self, weight: &Weight) -> bool {
        self.mirror.is_some() || !weight.urls.is_empty()
    }

    /// CLIP's vocabulary, ours where a mirror may have it, else as its authors publish it.
    fn vocabulary(&self) -> &'static str {
        match self.mirror {
            Some(_) => "clip-tokenizer",
            None => "clip-tokenizer-hub",
        }
    }
}

fn named(id: &str) -> anyhow::Result<&'static Weight> {
    let ids = || {
        let ids: Vec<&str> = manifest::all().iter().map(|w| w.id.as_str()).collect();
        format!(
            "There are no weights named {id}. There are: {}.",
            ids.join(", ")
        )
    };
    manifest::find(id).with_context(ids)
}

/// A size for people.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;
    use plumbline_models::diffusion::files::Files;
    use plumbline_models::weight_store::WeightStore;

    use super::*;

    #[derive(clap::Parser)]
    struct Pull {
        #[command(flatten)]
        args: PullArgs,
    }

    fn wanted(arguments: &[&str]) -> Vec<&'static Weight> {
        let Pull { args } = Pull::parse_from([&["pull"], arguments].concat());
        args.wanted().unwrap()
    }

    #[test]
    fn what_is_pulled_for_the_generative_model_is_all_it_needs() {
        for mirror in [&[][..], &["--mirror", "/mirror"]] {
            let folder = tempfile::tempdir().unwrap();
            let store = WeightStore::new(folder.path());
            assert!(Files::installed(&store).is_err());
            for weight in wanted(&[&["--generative"], mirror].concat()) {
                assert!(
                    !mirror.is_empty() || !weight.urls.is_empty(),
                    "{}",
                    weight.id
                );
                put_hollow(&store, weight);
            }
            let files = Files::installed(&store).unwrap();
            assert!(files.inpainting.is_some() && files.lora.is_none());

            let look = manifest::named("interior-look");
            put_hollow(&store, look);
            let files = Files::installed(&store).unwrap();
            assert_eq!(files.lora, Some(store.path(look)));
        }
    }

    #[test]
    fn all_is_all_that_somebody_publishes_or_a_mirror_may_have() {
        let published = wanted(&["--all"]);
        assert!(!published.is_empty());
        assert!(published.iter().all(|weight| !weight.urls.is_empty()));
        assert!(wanted(&["--all", "--mirror", "/mirror"]).len() > published.len());
    }

    /// A file of the right size, and nothing in it.
    fn put_hollow(store: &WeightStore, weight: &Weight) {
        let path = store.path(weight);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = fs::File::create(path).unwrap();
        file.set_len(weight.bytes.unwrap_or(1)).unwrap();
    }
}
