//! Models that misbehave, each in its own way, one that only watches, and one that paints tiles.

use std::sync::Mutex;
use std::sync::mpsc::Receiver;

use plumbline_documents::Place;
use plumbline_enhance::{
    Denoise, GenerationError, GenerativeModel, Pixels, Progress, ProgressFn, Scene, Tile,
};

/// Changes nothing, and remembers what scene it was told.
#[derive(Default)]
pub struct WatchingModel(Mutex<Vec<Place>>);

impl WatchingModel {
    /// The places that it was asked to paint, first to last.
    pub fn places(&self) -> Vec<Place> {
        self.0.lock().expect("nobody panics here").clone()
    }
}

impl GenerativeModel for WatchingModel {
    fn correct(
        &self,
        small: &Pixels,
        scene: &Scene,
        _: &Denoise,
        _: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        self.0.lock().expect("nobody panics here").push(scene.place);
        Ok(small.clone())
    }

    fn name(&self) -> &str {
        "watching"
    }
}

/// Paints tiles, and changes nothing on them; guides by changing nothing either.
#[derive(Default)]
pub struct TilingModel {
    /// Memory that it lacks: for tiles, and for anything at all.
    lacks: (bool, bool),
    /// After this many tiles it waits until it is told to go on.
    waits: Option<(usize, Mutex<Receiver<()>>)>,
}

impl TilingModel {
    /// Has no memory for tiles.
    pub fn short_of_memory() -> Self {
        Self {
            lacks: (true, false),
            ..Self::default()
        }
    }

    /// Has no memory at all.
    pub fn out_of_memory() -> Self {
        Self {
            lacks: (true, true),
            ..Self::default()
        }
    }

    /// Waits for a word after some tiles.
    pub fn waiting(after: usize, word: Receiver<()>) -> Self {
        Self {
            waits: Some((after, Mutex::new(word))),
            ..Self::default()
        }
    }

    fn has_memory(lacks: bool) -> Result<(), GenerationError> {
        match lacks {
            true => Err(GenerationError::OutOfMemory("3 of 2 GB".to_owned())),
            false => Ok(()),
        }
    }
}

impl GenerativeModel for TilingModel {
    fn correct(
        &self,
        small: &Pixels,
        _: &Scene,
        _: &Denoise,
        _: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        Self::has_memory(self.lacks.1)?;
        Ok(small.clone())
    }

    fn tile_side(&self) -> Option<u32> {
        Some(256)
    }

    fn redraw(
        &self,
        pixels: &Pixels,
        tiles: &[Tile],
        _: &Scene,
        _: &Denoise,
        watch: ProgressFn<'_>,
        done: &mut dyn FnMut(usize, Pixels),
    ) -> Result<(), GenerationError> {
        Self::has_memory(self.lacks.0)?;
        for (index, tile) in tiles.iter().enumerate() {
            let progress = Progress {
                done: index as u32,
                of: tiles.len() as u32,
            };
            if !watch(progress) {
                return Err(GenerationError::Stopped);
            }
            if let Some((_, word)) = self.waits.as_ref().filter(|waits| waits.0 == index) {
                // Whoever would say the word is gone: the story has failed already.
                let _ = word.lock().expect("nobody panics here").recv();
            }
            done(index, cut(pixels, tile));
        }
        Ok(())
    }

    fn name(&self) -> &str {
        "tiling"
    }
}

fn cut(pixels: &Pixels, tile: &Tile) -> Pixels {
    let places = (tile.y..tile.y + tile.height)
        .flat_map(|y| (tile.x..tile.x + tile.width).map(move |x| (x, y)));
    let samples = places.flat_map(|(x, y)| at(pixels, x, y)).collect();
    Pixels::from_eight(tile.width, tile.height, samples).expect("the size is the tile's")
}

/// Paints as its function does, which is given the number of steps that were asked for.
pub struct FaultyModel(fn(&Pixels, u8) -> Pixels);

impl FaultyModel {
    /// Puts something into the room that was never there.
    pub fn pastes() -> Self {
        Self(|small, _| pasted(&brightened(small)))
    }

    /// Bends every line.
    pub fn warps() -> Self {
        Self(|small, _| warped(&brightened(small)))
    }

    /// Tints the whole picture.
    pub fn casts() -> Self {
        Self(|small, _| cast(small))
    }

    /// Tints the whole picture when it is asked for all it can do.
    pub fn casts_once() -> Self {
        Self(|small, steps| match steps {
            0 | 1 => brightened(small),
            _ => cast(small),
        })
    }
}

impl GenerativeModel for FaultyModel {
    fn correct(
        &self,
        small: &Pixels,
        _: &Scene,
        denoise: &Denoise,
        _: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        Ok((self.0)(small, denoise.steps))
    }

    fn name(&self) -> &str {
        "faulty"
    }
}

/// What an honest model would do.
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
