//! The worker: cooks what the queue orders, or one file by hand.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use plumbline_enhance::{Engine, Preset};
use plumbline_worker::bench;
use plumbline_worker::brushes;
use plumbline_worker::develop::Studio;
use plumbline_worker::enhance_file::{self, Order};
use plumbline_worker::eyes;
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
            let (eye, notes) = eyes::open();
            look::run(&order, &*eye, &notes)
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
                engine: enhance_file::wish(&order),
                ..usual
            };
            let brush = brushes::open(|words| eprintln!("{words}"));
            if let (Err(why), Some(Engine::Guided | Engine::Tiled)) = (&brush, order.engine) {
                eprintln!("No brush: {why}");
            }
            enhance_file::run(
                &order,
                &Studio {
                    eye: eyes::open().0,
                    brush: brush.ok(),
                    preset,
                    standard: Standard::default(),
                },
            )
        }
    }
}

fn work() -> ExitCode {
    match plumbline_worker::start(eyes::open_and_log, brushes::open_and_log) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plumbline-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}
