//! The real worker with an analyzer or a model that misbehaves, for stories about what
//! must not go wrong when something does.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use plumbline_enhance::{AnalysisError, GenerativeModel, NoAnalyzer, Pixels, Scene, SceneAnalyzer};
use plumbline_tests::generative_models::FaultyModel;
use plumbline_worker::config::Config;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    faulty: Faulty,
}

#[derive(Args)]
struct Faulty {
    #[command(subcommand)]
    fault: Fault,
    /// Misbehave only over pictures that are higher than wide.
    #[arg(long)]
    upright_only: bool,
    /// A file that grows by one byte for every look.
    #[arg(long)]
    looks: Option<PathBuf>,
    /// Misbehave only the first so many looks; needs `--looks`.
    #[arg(long, requires = "looks")]
    times: Option<u64>,
}

#[derive(Clone, Copy, Subcommand)]
enum Fault {
    Panics,
    /// Takes the whole process with it.
    Aborts,
    /// Sees as well as any other, but takes its time.
    Takes {
        secs: u64,
    },
    /// A model that puts something into the room that was never there.
    Pastes,
    /// A model that bends every line.
    Warps,
    /// A model that tints the whole picture.
    Casts,
    /// A model that tints the whole picture when it is asked for all it can do.
    CastsOnce,
}

impl SceneAnalyzer for Faulty {
    fn analyze(&self, small: &Pixels) -> Result<Scene, AnalysisError> {
        let looks = self.count();
        let upright = small.height() > small.width();
        if (upright || !self.upright_only) && self.times.is_none_or(|times| looks <= times) {
            match self.fault {
                Fault::Panics => panic!("the analyzer failed on purpose"),
                Fault::Aborts => std::process::abort(),
                Fault::Takes { secs } => std::thread::sleep(Duration::from_secs(secs)),
                Fault::Pastes | Fault::Warps | Fault::Casts | Fault::CastsOnce => {}
            }
        }
        NoAnalyzer.analyze(small)
    }

    fn name(&self) -> &str {
        "faulty"
    }
}

impl Faulty {
    fn count(&self) -> u64 {
        let Some(path) = &self.looks else { return 0 };
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .expect("looks can be counted");
        file.write_all(b".").expect("looks can be counted");
        file.metadata().expect("looks can be counted").len()
    }

    fn model(&self) -> Option<Arc<dyn GenerativeModel>> {
        let model = match self.fault {
            Fault::Panics | Fault::Aborts | Fault::Takes { .. } => return None,
            Fault::Pastes => FaultyModel::pastes(),
            Fault::Warps => FaultyModel::warps(),
            Fault::Casts => FaultyModel::casts(),
            Fault::CastsOnce => FaultyModel::casts_once(),
        };
        Some(Arc::new(model))
    }
}

fn main() -> ExitCode {
    if let Some(code) = plumbline_worker::decode_for_parent() {
        return code;
    }
    let Cli { config, faulty } = Cli::parse();
    let model = faulty.model();
    match plumbline_worker::start(config, || Arc::new(faulty), || model) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("faulty-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}
