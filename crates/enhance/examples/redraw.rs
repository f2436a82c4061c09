//! `redraw FILE [SIDE]`: the tiled engine with a model that changes nothing, so that what the
//! engine itself costs can be told: seconds, and the process's peak memory before and after.

use std::error::Error;
use std::time::Instant;

use plumbline_documents::EngineChoice;
use plumbline_enhance::{
    self as enhance, Denoise, Generation, GenerationError, GenerativeModel, Limits, Pixels, Preset,
    ProgressFn, Scene, Tile, decode, inspect, measure,
};

/// Hands over what it was given.
struct Copyist(u32);

impl GenerativeModel for Copyist {
    fn correct(
        &self,
        small: &Pixels,
        _: &Scene,
        _: &Denoise,
        _: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        Ok(small.clone())
    }

    fn tile_side(&self) -> Option<u32> {
        Some(self.0)
    }

    fn redraw(
        &self,
        pixels: &Pixels,
        tiles: &[Tile],
        _: &Scene,
        _: &Denoise,
        _: ProgressFn<'_>,
        done: &mut dyn FnMut(usize, Pixels),
    ) -> Result<(), GenerationError> {
        let (rgb, row) = (pixels.rgb8(), pixels.width() as usize * 3);
        for (index, tile) in tiles.iter().enumerate() {
            let rows = (tile.y as usize..).take(tile.height as usize);
            let part = |y: usize| &rgb[y * row + tile.x as usize * 3..][..tile.width as usize * 3];
            let samples: Vec<u8> = rows.flat_map(part).copied().collect();
            let tile = Pixels::from_eight(tile.width, tile.height, samples);
            done(index, tile.expect("the size is the tile's"));
        }
        Ok(())
    }

    fn name(&self) -> &str {
        "copyist"
    }
}

#[allow(clippy::disallowed_methods)]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: redraw FILE [SIDE]")?;
    let side = arguments.next().map_or(Ok(1024), |side| side.parse())?;
    let pixels = decode(&std::fs::read(file)?, &Limits::default())?.pixels;
    let (model, scene) = (Copyist(side), Scene::default());
    let preset = Preset {
        engine: EngineChoice::Tiled,
        ..Preset::default()
    };
    let measured = measure(&pixels, &enhance::Shot::default());
    let plan = enhance::plan(&measured, &scene, &preset, Some(&model));
    println!("{} x {}, {}", pixels.width(), pixels.height(), peak());
    let since = Instant::now();
    let result = enhance::apply(&pixels, &plan, &scene, Some(Generation::unwatched(&model)))?;
    println!(
        "redrawn in {:.1} s, {}",
        since.elapsed().as_secs_f32(),
        peak()
    );
    println!("{}", inspect(&pixels, &result, &plan).headline());
    Ok(())
}

/// Peak memory of this process, as proc(5) says it.
#[allow(clippy::disallowed_methods)]
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.map_or_else(String::new, |line| line.replace('\t', " "))
}
