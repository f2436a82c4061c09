//! The real worker with an eye or a brush that misbehaves, for stories about what
//! must not go wrong when something does.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use plumbline_enhance::{Brush, Eye, EyeError, Pixels, PlainEye, Scene};
use plumbline_tests::brushes::FaultyBrush;

#[derive(Parser)]
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
    /// A brush that puts something into the room that was never there.
    Pastes,
    /// A brush that bends every line.
    Warps,
    /// A brush that tints the whole picture.
    Casts,
    /// A brush that tints the whole picture when it is asked for all it can do.
    CastsOnce,
}

impl Eye for Faulty {
    fn look(&self, small: &Pixels) -> Result<Scene, EyeError> {
        let looks = self.count();
        let upright = small.height() > small.width();
        if (upright || !self.upright_only) && self.times.is_none_or(|times| looks <= times) {
            match self.fault {
                Fault::Panics => panic!("the eye saw something terrible"),
                Fault::Aborts => std::process::abort(),
                Fault::Takes { secs } => std::thread::sleep(Duration::from_secs(secs)),
                Fault::Pastes | Fault::Warps | Fault::Casts | Fault::CastsOnce => {}
            }
        }
        PlainEye.look(small)
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

    fn brush(&self) -> Option<Arc<dyn Brush>> {
        let brush = match self.fault {
            Fault::Panics | Fault::Aborts | Fault::Takes { .. } => return None,
            Fault::Pastes => FaultyBrush::pastes(),
            Fault::Warps => FaultyBrush::warps(),
            Fault::Casts => FaultyBrush::casts(),
            Fault::CastsOnce => FaultyBrush::casts_once(),
        };
        Some(Arc::new(brush))
    }
}

fn main() -> ExitCode {
    let faulty = Faulty::parse();
    let brush = faulty.brush();
    match plumbline_worker::start(|| Arc::new(faulty), || brush) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("faulty-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}
