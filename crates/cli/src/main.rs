//! The worker: cooks what the queue orders, or one file by hand.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use plumbline_documents::Engine;
use plumbline_enhance::Preset;
use plumbline_worker::analyzers;
use plumbline_worker::bench;
use plumbline_worker::develop::Studio;
use plumbline_worker::enhance_file::{self, Order};
use plumbline_worker::generative_models;
use plumbline_worker::inspect_files;
use plumbline_worker::look;
use plumbline_worker::merge;
use plumbline_worker::models;
use plumbline_worker::qc;
use plumbline_worker::standard::Standard;
use plumbline_worker::train;

#[derive(Parser)]
#[command(name = "plumbline-worker", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Works off the queue until it is told to stop (the default).
    Run,
    /// Enhances one file, without database or server.
    Enhance(Order),
    /// Fuses exposures of one view into one picture.
    Merge(merge::Order),
    /// Judges a pair of pictures, whoever edited them.
    Inspect(inspect_files::Order),
    /// Tells what is seen in one file: inside or outside, which room, where the sky is.
    Look(look::Order),
    /// Measures what the work costs on this machine.
    #[command(subcommand)]
    Bench(bench::Order),
    /// Quality control: re-fits where photos fail to what people decided.
    #[command(subcommand)]
    Qc(qc::Order),
    /// The weights of networks on this machine.
    #[command(subcommand)]
    Models(models::Order),
    /// Teaches our own networks an organization's photos.
    #[command(subcommand)]
    Train(train::Order),
}

fn main() -> ExitCode {
    plumbline_nn::malloc_tuning::use_one_arena();
    match Cli::parse().command.unwrap_or(Command::Run) {
        Command::Run => work(),
        Command::Merge(order) => merge::run(&order),
        Command::Inspect(order) => inspect_files::run(&order),
        Command::Look(order) => {
            let (analyzer, notes) = analyzers::open();
            look::run(&order, &*analyzer, &notes)
        }
        Command::Bench(order) => bench::run(&order),
        Command::Qc(order) => qc::run(&order),
        Command::Models(order) => models::run(&order),
        Command::Train(order) => train::run(&order),
        Command::Enhance(order) => {
            let usual = Preset::default();
            let preset = Preset {
                look: order.look,
                strength: order.strength.unwrap_or(usual.strength),
                engine: enhance_file::choice(&order),
                ..usual
            };
            let model = generative_models::open(|words| eprintln!("{words}"));
            if let (Err(why), Some(Engine::Guided | Engine::Tiled)) = (&model, order.engine) {
                eprintln!("No model: {why}");
            }
            enhance_file::run(
                &order,
                &Studio {
                    analyzer: analyzers::open().0,
                    model: model.ok(),
                    preset,
                    standard: Standard::default(),
                },
            )
        }
    }
}

fn work() -> ExitCode {
    match plumbline_worker::start(analyzers::open_and_log, generative_models::open_and_log) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plumbline-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}
