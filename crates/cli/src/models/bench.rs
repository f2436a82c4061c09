//! `models bench`: each installed network once to warm up and once more, on a drawn picture.

use anyhow::{Context, bail};
use plumbline_enhance::Pixels;
use plumbline_models::manifest;
use plumbline_models::nets::clip::{self, Clip, ClipTokenizer};
use plumbline_models::sky::SkyNet;
use plumbline_models::weight_store::WeightStore;
use plumbline_models::weights::Weights;

use crate::bench::stages::Run;

/// Sides of a picture of 1.5 megapixels, as a `SceneAnalyzer` gets it.
const PICTURE: (u32, u32) = (1500, 1000);
/// Multiplications and additions of U2NETP at 384 x 384, counted from its layers.
const SKY_GFLOP: f64 = 56.9;
/// Multiplications and additions of CLIP's vision half.
const CLIP_GFLOP: f64 = 8.8;
/// Sentences read together.
const SENTENCES: usize = 16;
/// Multiplications and additions of CLIP's text half, for all sentences.
const SENTENCES_GFLOP: f64 = 6.0 * SENTENCES as f64;

/// One run of a network once it is built.
type Inference = Box<dyn Fn() -> anyhow::Result<()>>;

pub fn run(store: &WeightStore) -> anyhow::Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "{threads} threads, a picture of {} x {}",
        PICTURE.0, PICTURE.1
    );
    println!(
        "{:<28}{:>8}{:>8}{:>10}{:>9}",
        "network", "load s", "run s", "GFLOP/s", "peak MB"
    );
    let mut ran = 0;
    for (name, gflop, build) in [
        (
            "sky-u2netp",
            SKY_GFLOP,
            sky as fn(&WeightStore) -> anyhow::Result<Inference>,
        ),
        ("clip-vit-base-patch32", CLIP_GFLOP, picture),
        ("clip, 16 sentences", SENTENCES_GFLOP, sentences),
    ] {
        match measured(store, build) {
            Ok(run) => {
                print(name, &run, gflop);
                ran += 1;
            }
            Err(error) => println!("{name:<28}{error:#}"),
        }
    }
    if ran == 0 {
        bail!("No network is installed. Run: plumbline models pull --all");
    }
    Ok(())
}

fn measured(
    store: &WeightStore,
    build: fn(&WeightStore) -> anyhow::Result<Inference>,
) -> anyhow::Result<Run> {
    let mut run = Run::default();
    let infer = run.stage("load", 0, || build(store))?;
    run.stage("warm", 0, &infer)?;
    run.stage("run", 0, &infer)?;
    Ok(run)
}

fn print(name: &str, run: &Run, gflop: f64) {
    let wall = |stage| run.named(stage).map_or(0.0, |stage| stage.wall_s);
    println!(
        "{name:<28}{:>8.2}{:>8.2}{:>10.1}{:>9.0}",
        wall("load"),
        wall("run"),
        gflop / wall("run").max(1e-9),
        run.peak_bytes() as f64 / 1e6
    );
}

fn sky(store: &WeightStore) -> anyhow::Result<Inference> {
    let net = SkyNet::open(&installed(store, "sky-u2netp")?)?;
    let drawn = drawn();
    Ok(Box::new(move || {
        net.mask(&drawn)?;
        Ok(())
    }))
}

fn picture(store: &WeightStore) -> anyhow::Result<Inference> {
    let (net, drawn) = (clip(store)?, drawn());
    Ok(Box::new(move || {
        net.picture(&clip::input(&drawn)?)?;
        Ok(())
    }))
}

fn sentences(store: &WeightStore) -> anyhow::Result<Inference> {
    let net = clip(store)?;
    let tokenizer = ClipTokenizer::open(&store.find_vocabulary()?)?;
    let ids = tokenizer.ids(&vec!["a photo of a kitchen.".to_owned(); SENTENCES])?;
    Ok(Box::new(move || {
        net.sentences(&ids)?;
        Ok(())
    }))
}

fn clip(store: &WeightStore) -> anyhow::Result<Clip> {
    let weights = Weights::map(&installed(store, "clip-vit-base-patch32")?)?;
    Ok(weights.build(Clip::base_patch32)?)
}

fn installed(store: &WeightStore, id: &str) -> anyhow::Result<std::path::PathBuf> {
    let weight = manifest::find(id).context("it is not in the manifest")?;
    Ok(store.find(weight)?)
}

/// A picture that is brighter upwards, so that there is something to find.
fn drawn() -> Pixels {
    let (width, height) = PICTURE;
    let pixel = |i: u32| {
        let (x, y) = (i % width, i / width);
        [(x % 256) as u8, (255 - y * 255 / height) as u8, 200]
    };
    let samples = (0..width * height).flat_map(pixel).collect();
    Pixels::from_eight(width, height, samples).expect("every pixel is drawn")
}
