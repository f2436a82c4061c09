//! The program `plumbline`: the pipeline on files, and the weights, trainings and benchmarks around
//! it. Knows no database and no server.

mod bench;
mod dials;
mod enhance;
mod files;
mod inspect;
mod look;
mod merge;
mod models;
mod pictures;
mod qc;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Plumbline on files: photos, weights of networks, and benchmarks.
#[derive(Parser)]
#[command(name = "plumbline", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Enhances one file.
    Enhance(enhance::Args),
    /// Fuses exposures of one view into one picture.
    Merge(merge::Args),
    /// Judges a pair of pictures, whoever edited them.
    Inspect(inspect::Args),
    /// Prints the scene of one file: inside or outside, which room, where the sky is.
    Look(look::Args),
    /// Manages the weights of networks on this machine.
    #[command(subcommand)]
    Models(models::Command),
    /// Trains our own networks on an organization's photos.
    #[command(subcommand)]
    Train(train::Command),
    /// Quality control: fits thresholds to what people decided.
    #[command(subcommand)]
    Qc(qc::Command),
    /// Measures what the work costs on this machine.
    #[command(subcommand)]
    Bench(bench::Command),
}

fn main() -> ExitCode {
    plumbline_nn::malloc_tuning::use_one_arena();
    if std::env::args_os()
        .nth(1)
        .is_some_and(|word| word == plumbline_sandbox::COMMAND)
    {
        return plumbline_sandbox::serve();
    }
    let Cli { command } = plumbline_settings::parse();
    match command {
        Command::Enhance(args) => enhance::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Look(args) => look::run(&args),
        Command::Models(command) => models::run(&command),
        Command::Train(command) => train::run(&command),
        Command::Qc(command) => qc::run(&command),
        Command::Bench(command) => bench::run(&command),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_can_be_parsed() {
        Cli::command().debug_assert();
    }
}
