//! Models that are no networks: what they paint is arithmetic.

use plumbline_enhance::{
    Denoise, GenerationError, GenerativeModel, Limits, Metadata, Output, Pixels, Progress,
    ProgressFn, Scene, Tile, decode, encode,
};

use crate::support::altered;

/// Paints a tile, which is given with its index and place.
type Paint = Box<dyn Fn(Pixels, usize, &Tile) -> Pixels + Send + Sync>;

/// Paints as its functions do.
pub struct MadeUp {
    side: Option<u32>,
    backwards: bool,
    fails: Option<GenerationError>,
    correct: Box<dyn Fn(&Pixels) -> Pixels + Send + Sync>,
    paint: Paint,
}

impl MadeUp {
    /// Changes nothing, on tiles of a side.
    pub fn identity(side: u32) -> Self {
        Self {
            side: Some(side),
            backwards: false,
            fails: None,
            correct: Box::new(Pixels::clone),
            paint: Box::new(|tile, _, _| tile),
        }
    }

    /// Paints tiles by a function of each, its index and its place.
    pub fn tiles(
        side: u32,
        paint: impl Fn(Pixels, usize, &Tile) -> Pixels + Send + Sync + 'static,
    ) -> Self {
        Self {
            paint: Box::new(paint),
            ..Self::identity(side)
        }
    }

    /// Guides only.
    pub fn guide(correct: impl Fn(&Pixels) -> Pixels + Send + Sync + 'static) -> Self {
        Self {
            side: None,
            correct: Box::new(correct),
            ..Self::identity(1024)
        }
    }

    /// Can do nothing but fail.
    pub fn failing(error: GenerationError) -> Self {
        Self {
            fails: Some(error),
            ..Self::identity(1024)
        }
    }

    /// The last tile first.
    pub fn backwards(self) -> Self {
        Self {
            backwards: true,
            ..self
        }
    }

    fn at_work(&self, progress: Progress, watch: ProgressFn<'_>) -> Result<(), GenerationError> {
        match &self.fails {
            Some(error) => Err(error.clone()),
            None if watch(progress) => Ok(()),
            None => Err(GenerationError::Stopped),
        }
    }
}

impl GenerativeModel for MadeUp {
    fn correct(
        &self,
        small: &Pixels,
        _: &Scene,
        _: &Denoise,
        watch: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        self.at_work(Progress { done: 0, of: 1 }, watch)?;
        Ok((self.correct)(small))
    }

    fn has_lora(&self) -> bool {
        true
    }

    fn tile_side(&self) -> Option<u32> {
        self.side
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
        let mut order: Vec<usize> = (0..tiles.len()).collect();
        if self.backwards {
            order.reverse();
        }
        let of = tiles.len() as u32;
        for (at, index) in order.into_iter().enumerate() {
            let progress = Progress {
                done: at as u32,
                of,
            };
            self.at_work(progress, watch)?;
            let tile = &tiles[index];
            done(index, (self.paint)(cut(pixels, tile), index, tile));
        }
        Ok(())
    }

    fn name(&self) -> &str {
        "made up"
    }
}

/// A tile of a picture, in 8 bits.
pub fn cut(pixels: &Pixels, tile: &Tile) -> Pixels {
    let (rgb, width) = (pixels.rgb8(), pixels.width() as usize);
    let rows = (tile.y as usize..).take(tile.height as usize);
    let samples = rows.flat_map(|y| {
        let start = (y * width + tile.x as usize) * 3;
        &rgb[start..start + tile.width as usize * 3]
    });
    Pixels::from_eight(tile.width, tile.height, samples.copied().collect()).unwrap()
}

/// A picture after a JPEG of a quality.
pub fn as_jpeg(pixels: &Pixels, quality: u8) -> Pixels {
    let file = encode(pixels, &Metadata::default(), &Output::Jpeg { quality }).unwrap();
    let limits = Limits {
        min_short_side: 1,
        ..Limits::default()
    };
    decode(&file, &limits).unwrap().pixels
}

/// Gaussian-like noise of a few 8-bit steps, the same for the same place and seed.
pub fn noisy(pixels: &Pixels, steps: f32, seed: u32) -> Pixels {
    altered(pixels, |x, y, rgb| {
        let mut state = x
            .wrapping_mul(0x9e37_79b9)
            .wrapping_add(y.wrapping_mul(0x85eb_ca6b))
            .wrapping_add(seed.wrapping_mul(0xc2b2_ae35));
        rgb.map(|v| {
            let mut sum = 0.0;
            for _ in 0..4 {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                sum += state as f32 / u32::MAX as f32 - 0.5;
            }
            // Four uniform numbers have a sigma of 0.58 together.
            (f32::from(v) + sum / 0.58 * steps).round() as u8
        })
    })
}
