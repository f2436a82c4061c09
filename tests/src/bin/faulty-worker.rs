//! The real worker with an eye or a brush that misbehaves, for stories about what
//! must not go wrong when something does.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use plumbline_enhance::{Brush, BrushError, Eye, EyeError, Pixels, PlainEye, Scene};

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
        let paint: fn(&Pixels, f32) -> Pixels = match self.fault {
            Fault::Panics | Fault::Aborts | Fault::Takes { .. } => return None,
            Fault::Pastes => |small, _| pasted(&brightened(small)),
            Fault::Warps => |small, _| warped(&brightened(small)),
            Fault::Casts => |small, _| cast(small),
            Fault::CastsOnce => |small, strength| match strength < 1.0 {
                true => brightened(small),
                false => cast(small),
            },
        };
        Some(Arc::new(FaultyBrush(paint)))
    }
}

/// Paints as the function does, which is given the strength that was asked for.
struct FaultyBrush(fn(&Pixels, f32) -> Pixels);

impl Brush for FaultyBrush {
    fn correct(&self, small: &Pixels, _: &Scene, strength: f32) -> Result<Pixels, BrushError> {
        Ok((self.0)(small, strength))
    }

    fn name(&self) -> &str {
        "faulty"
    }
}

/// What an honest brush would do.
fn brightened(small: &Pixels) -> Pixels {
    let lighter = |level: u8| ((f32::from(level) / 255.0).powf(0.85) * 255.0) as u8;
    painted(small, |x, y| at(small, x, y).map(lighter))
}

/// A red box over a fifth of the width, where the table would be.
fn pasted(small: &Pixels) -> Pixels {
    let (width, height) = (small.width(), small.height());
    let (left, top, side) = (width * 2 / 5, height / 2, width / 5);
    painted(small, |x, y| {
        let inside = (left..left + side).contains(&x) && (top..top + side).contains(&y);
        if inside {
            [200, 30, 30]
        } else {
            at(small, x, y)
        }
    })
}

/// Rows swing to and fro by a hundredth of the width.
fn warped(small: &Pixels) -> Pixels {
    let swing = small.width() as f32 / 100.0;
    painted(small, |x, y| {
        let from = x as f32 + swing * (y as f32 / 20.0).sin();
        at(small, (from.max(0.0) as u32).min(small.width() - 1), y)
    })
}

/// As through orange glass.
fn cast(small: &Pixels) -> Pixels {
    painted(small, |x, y| {
        let [r, g, b] = at(small, x, y);
        [r, (f32::from(g) * 0.92) as u8, (f32::from(b) * 0.6) as u8]
    })
}

fn painted(small: &Pixels, colour: impl Fn(u32, u32) -> [u8; 3]) -> Pixels {
    let (width, height) = (small.width(), small.height());
    let rows = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let samples = rows.flat_map(|(x, y)| colour(x, y)).collect();
    Pixels::from_eight(width, height, samples).expect("the size is the picture's")
}

fn at(small: &Pixels, x: u32, y: u32) -> [u8; 3] {
    small.unit(x, y).map(|level| (level * 255.0 + 0.5) as u8)
}

fn main() -> ExitCode {
    let faulty = Faulty::parse();
    let brush = faulty.brush();
    match plumbline_worker::start(Arc::new(faulty), brush) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("faulty-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}
