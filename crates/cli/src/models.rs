//! `models list | pull | verify | bench`: the weights on this machine. An operator's work, at the
//! command line; no photo waits for it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use plumbline_models::manifest::{self, Use, Weight};
use plumbline_models::weight_store::WeightStore;

use crate::config;

mod bench;
mod list;
mod parcel;
mod pull;
#[cfg(test)]
mod pulling;
mod source;
mod verify;

/// Something is missing or wrong.
const REFUSED: u8 = 2;

/// Exit status: 0 done, 2 something is wrong, and a sentence says what.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// Tells what is installed, and what each file is for.
    List(Place),
    /// Fetches weights; an interrupted fetch goes on where it stopped.
    Pull(Pull),
    /// Reads all that is installed and compares it with what it should be.
    Verify(Place),
    /// Runs each installed network once and prints what that costs.
    Bench(Place),
}

#[derive(Debug, Args)]
pub struct Place {
    /// Where weights lie; else PLUMBLINE_MODELS_DIR, else .data/models.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Pull {
    #[command(flatten)]
    place: Place,
    /// Which, as `models list` names them.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// All that the product uses.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// All that the model needs: 17 GB.
    #[arg(long, conflicts_with_all = ["ids", "all"])]
    generative: bool,
    /// A folder or an http(s) address that holds copies; else PLUMBLINE_MODELS_MIRROR.
    #[arg(long, value_name = "FOLDER|URL")]
    mirror: Option<String>,
}

/// What a model needs, and the network for its skies.
const BRUSH: [&str; 8] = [
    "sdxl-lightning-unet",
    "sdxl-controlnet-tile",
    "sdxl-controlnet-canny",
    "sdxl-vae",
    "sdxl-text-encoder",
    "sdxl-text-encoder-2",
    "sdxl-inpainting-unet",
    "clip-tokenizer",
];

pub fn run(order: &Order) -> ExitCode {
    let done = match order {
        Order::List(place) => list::run(&place.store()),
        Order::Pull(order) => order.run(),
        Order::Verify(place) => verify::run(&place.store()),
        Order::Bench(place) => bench::run(&place.store()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

impl Place {
    fn store(&self) -> WeightStore {
        WeightStore::new(self.folder.clone().unwrap_or_else(config::models_folder))
    }
}

impl Pull {
    fn run(&self) -> anyhow::Result<()> {
        let mirror = self.mirror.clone().or_else(config::models_mirror);
        pull::run(&self.place.store(), &self.wanted()?, mirror.as_deref())
    }

    fn wanted(&self) -> anyhow::Result<Vec<&'static Weight>> {
        if self.all {
            let product = |weight: &&Weight| weight.used_by == Use::Product;
            return Ok(manifest::all().iter().filter(product).collect());
        }
        if self.generative {
            return BRUSH.iter().map(|id| named(id)).collect();
        }
        if self.ids.is_empty() {
            bail!(
                "Say which weights to fetch, or --all, or --generative. `models list` names them."
            );
        }
        self.ids.iter().map(|id| named(id)).collect()
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

/// Of bytes, for people.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
