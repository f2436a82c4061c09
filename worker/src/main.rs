//! The daemon as a program.

use std::process::ExitCode;

use clap::Parser;
use plumbline_pipeline::generative_models::ModelFolders;
use plumbline_worker::config::Config;
use plumbline_worker::networks;

/// Works on the photos that the queue delivers, until it is told to stop.
#[derive(Parser)]
#[command(name = "plumbline-worker", version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    models: ModelFolders,
    /// The only command, and the default.
    #[arg(value_name = "COMMAND", value_parser = ["run"], default_value = "run")]
    _command: String,
}

/// Exit status of a command that this program no longer has.
const MOVED: u8 = 2;

fn main() -> ExitCode {
    if let Some(code) = plumbline_worker::decode_for_parent() {
        return code;
    }
    let first = std::env::args_os().nth(1);
    if let Some(sentence) = first.and_then(|word| moved(word.to_str()?)) {
        eprintln!("{sentence}");
        return ExitCode::from(MOVED);
    }
    plumbline_nn::malloc_tuning::use_one_arena();
    let Cli { config, models, .. } = plumbline_settings::parse();
    let analyzer = || networks::open_analyzer(&models.weights);
    match plumbline_worker::start(config, analyzer, || networks::open_model(&models)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plumbline-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Sentence about a command that this program had once.
fn moved(command: &str) -> Option<String> {
    match command {
        "enhance" | "merge" | "inspect" | "look" | "models" | "train" | "bench" => Some(format!(
            "`{command}` is a command of `plumbline` now: plumbline {command} …"
        )),
        "qc" => Some(
            "`qc` is a command of `plumbline` and `plumbline-web` now: plumbline-web qc decisions …, plumbline qc fit …, plumbline-web qc adopt …"
                .to_owned(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_setting_is_an_argument() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_command_that_moved_says_where_to() {
        assert_eq!(
            moved("enhance").unwrap(),
            "`enhance` is a command of `plumbline` now: plumbline enhance …"
        );
        assert_eq!(moved("run"), None);
    }
}
