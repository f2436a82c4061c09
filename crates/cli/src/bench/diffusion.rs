//! `bench diffusion`: the cost of SDXL's networks at full size on this machine, with random
//! parameters, beside diffusers on PyTorch on the same device.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};
use plumbline_enhance::plan::engine::{CANNY, TILE};
use plumbline_enhance::steps::tiles::Grid;
use plumbline_enhance::{Denoise, Pixels, Schedule, small};
use plumbline_models::diffusion::budget::Budget;
use plumbline_models::diffusion::synthetic_bench::{
    self, Component, Measurement, Precision, SyntheticBench,
};
use plumbline_nn::device::{self, DeviceKind};
use serde_json::Value;

/// The strength of a plan for a room.
const STRENGTH: f32 = 0.3;
/// Memory to plan with where it is unknown.
const UNKNOWN_MEMORY: u64 = 16_000_000_000;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Networks: text, vae, unet, controlnet; all of them otherwise.
    #[arg(long, value_parser = component)]
    only: Vec<Component>,
    /// Side of the picture that each network is shown: arithmetic is known for 512, 768 and 1024.
    #[arg(long, default_value_t = 1024, value_parser = side)]
    px: usize,
    /// Precision: f32, f16 or bf16; else f16 on a card, and weights in bf16 on a processor.
    #[arg(long, value_parser = precision)]
    dtype: Option<Precision>,
    /// Runs of each network, after a run that does not count.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    runs: u32,
    /// A whole photo of 45 megapixels too, in every way of working that fits: a proposal, and all
    /// tiles.
    #[arg(long)]
    photo: bool,
    /// Only this way of working for the photo, as the first lines name it.
    #[arg(long, value_name = "NAME")]
    way: Option<String>,
    /// A Python that has torch and diffusers; without it no peer runs.
    #[arg(long, value_name = "PYTHON")]
    peer: Option<PathBuf>,
    /// The peer's precision; else ours.
    #[arg(long, value_parser = precision)]
    peer_dtype: Option<Precision>,
    /// The peer's script.
    #[arg(long, value_name = "FILE", default_value = "tests/peers/diffusion.py")]
    peer_script: PathBuf,
    /// SDXL's published configurations, for the peer.
    #[arg(
        long,
        value_name = "FOLDER",
        default_value = "../shared/models/sdxl-configs"
    )]
    configs: PathBuf,
}

fn component(name: &str) -> Result<Component, String> {
    let known = Component::ALL
        .into_iter()
        .find(|component| component.name() == name);
    known.ok_or_else(|| "one of text, vae, unet, controlnet".to_owned())
}

fn side(text: &str) -> Result<usize, String> {
    let side: usize = text.parse().unwrap_or(0);
    let sound = (256..=2048).contains(&side) && side.is_multiple_of(64);
    sound
        .then_some(side)
        .ok_or_else(|| "a multiple of 64 from 256 to 2048".to_owned())
}

fn precision(name: &str) -> Result<Precision, String> {
    Precision::named(name).ok_or_else(|| "one of f32, f16, bf16".to_owned())
}

pub fn compare(args: &Args) -> anyhow::Result<()> {
    let (device, kind) = device::best();
    let (name, card) = match &kind {
        DeviceKind::Cpu => ("the processor", false),
        DeviceKind::Cuda { name } => (name.as_str(), true),
    };
    let usual = if card {
        Precision::F16
    } else {
        Precision::BF16
    };
    let precision = args.dtype.unwrap_or(usual);
    let bench = SyntheticBench {
        device: device.clone(),
        dtype: precision,
        side: args.px,
        runs: args.runs as usize,
    };
    println!("device: {name}, {} at {} px", precision.name(), args.px);
    let memory = device::memory(&device);
    let free = memory.map(|memory| memory.free);
    let free = free.or_else(device::available_system_memory);
    let free = free.unwrap_or(UNKNOWN_MEMORY);
    for way in synthetic_bench::sdxl_budgets(free, card) {
        println!("fits: {way}");
    }
    let rate = bench.matmul_rate()?;
    println!("matrix product: {rate:.2} TFLOP/s\n");

    let components = if args.only.is_empty() {
        &Component::ALL
    } else {
        &args.only[..]
    };
    let mut ours = Vec::new();
    for component in components {
        ours.extend(bench.measure(*component)?);
    }
    let theirs = args.peer(components, args.peer_dtype.unwrap_or(precision), card)?;
    table(&ours, rate, theirs.as_ref());
    if args.photo {
        photo(&bench, free, card, args.way.as_deref())?;
    }
    Ok(())
}

impl Args {
    /// Output of the peer's script.
    fn peer(
        &self,
        components: &[Component],
        precision: Precision,
        card: bool,
    ) -> anyhow::Result<Option<Value>> {
        let Some(python) = &self.peer else {
            return Ok(None);
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut command = Command::new(python);
        command
            .arg("-B")
            .arg(&self.peer_script)
            .arg("--configs")
            .arg(&self.configs);
        command.args(["--device", if card { "cuda" } else { "cpu" }]);
        command.args(["--dtype", precision.name(), "--px", &self.px.to_string()]);
        command.args([
            "--threads",
            &threads.to_string(),
            "--runs",
            &self.runs.to_string(),
        ]);
        command.args(["--only", "matmul"]);
        for component in components {
            command.args(["--only", component.name()]);
        }
        let output = command.stderr(std::process::Stdio::inherit()).output()?;
        if !output.status.success() {
            bail!(
                "the peer failed: {}",
                String::from_utf8_lossy(&output.stdout).trim()
            );
        }
        let text = String::from_utf8(output.stdout)?;
        let last = text.lines().last().context("the peer printed nothing")?;
        Ok(Some(serde_json::from_str(last)?))
    }
}

fn table(ours: &[Measurement], rate: f64, theirs: Option<&Value>) {
    println!(
        "{:<24}{:>10}{:>9}{:>10}{:>9}{:>10}{:>8}{:>10}",
        "network", "s", "TFLOP", "TFLOP/s", "of rate", "peak GB", "peer s", "of peer"
    );
    for measurement in ours {
        let dash = || "-".to_owned();
        let speed = measurement.tflop.map(|tflop| tflop / measurement.seconds);
        let key = measurement
            .name
            .to_lowercase()
            .replace(", ", "_")
            .replace("_of_", "_")
            .replace(' ', "_");
        let peer = theirs.and_then(|theirs| theirs["seconds"][key.as_str()].as_f64());
        println!(
            "{:<24}{:>10.4}{:>9}{:>10}{:>9}{:>10}{:>8}{:>10}",
            measurement.name,
            measurement.seconds,
            measurement
                .tflop
                .map_or_else(dash, |tflop| format!("{tflop:.2}")),
            speed.map_or_else(dash, |speed| format!("{speed:.2}")),
            speed.map_or_else(dash, |speed| format!("{:.0} %", speed / rate * 100.0)),
            measurement
                .peak_bytes
                .map_or_else(dash, |bytes| format!("{:.2}", bytes as f64 / 1e9)),
            peer.map_or_else(dash, |peer| format!("{peer:.4}")),
            peer.map_or_else(dash, |peer| format!("{:.2}", measurement.seconds / peer)),
        );
    }
    if let Some(theirs) = theirs {
        let rate = theirs["matmul_tflops"].as_f64().unwrap_or(0.0);
        let peak = theirs["peak_memory_bytes"].as_f64().unwrap_or(0.0) / 1e9;
        println!(
            "peer: matrix product {rate:.2} TFLOP/s, peak {peak:.2} GB, {}",
            theirs["versions"]
        );
    }
}

fn photo(bench: &SyntheticBench, free: u64, card: bool, only: Option<&str>) -> anyhow::Result<()> {
    let (width, height) = (8183, 5455);
    let value = |i: u32| (i / 3 % width / 37 + i / 3 / width / 29) as u8;
    let samples = (0..width * height * 3).map(value).collect();
    let photo = Pixels::from_eight(width, height, samples).context("a photo of no size")?;
    let (sigma, steps) = Schedule::default().start(STRENGTH);
    let denoise = Denoise {
        sigma,
        steps,
        tile: TILE,
        canny: CANNY,
        lora: 0.0,
        seed: 1,
    };
    println!("\na photo of {width} x {height}, σ {sigma}, {steps} steps:");
    let wanted = |way: &Budget| only.is_none_or(|name| way.profile.name == name);
    for way in synthetic_bench::sdxl_budgets(free, card)
        .into_iter()
        .filter(wanted)
    {
        let tiles = Grid::of_side(way.profile.tile).tiles(width, height);
        let measurements = synthetic_bench::photo::measure(
            &bench.device,
            way.profile,
            &small(&photo),
            // A processor would take hours.
            card.then_some((&photo, &tiles[..])),
            &denoise,
        )?;
        for measurement in measurements {
            let peak = measurement
                .peak_bytes
                .map_or("-".to_owned(), |b| format!("{:.2} GB", b as f64 / 1e9));
            println!(
                "{:<40}{:>10.3} s{:>12}",
                measurement.name, measurement.seconds, peak
            );
        }
    }
    Ok(())
}
