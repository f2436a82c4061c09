//! Strips and tiles of a TIFF, decoded side by side and laid into one interleaved picture. Only a
//! band of chunks a thread is in memory beside the picture.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;
use tiff::decoder::Decoder;

use crate::codec::samples::Planes;
use crate::codec::tiff::channels::Channels;
use crate::codec::tiff::read::refusal;
use crate::codec::tiff::samples::{self, Numbers};
use crate::codec::tiff::source::TiffSource;
use crate::codec::{PlaneMemory, Refusal};
use crate::pixels::Plane;

/// Division of the picture into chunks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    pub width: usize,
    pub height: usize,
    /// Channels of a pixel: stored ones, and those that are wanted.
    pub channels: Channels,
    /// Columns and rows of a whole chunk.
    pub chunk: (usize, usize),
    /// Each channel has chunks of its own.
    pub is_planar: bool,
    pub numbers: Numbers,
}

/// Opens a decoder; each thread has one, since reading moves it.
pub(crate) type Open<'o, 'a> =
    &'o (dyn Fn() -> Result<Decoder<TiffSource<'a>>, Refusal> + Send + Sync);

/// The whole picture, interleaved, 8 bits for sources of up to 8 bits and 16 for all others.
pub(crate) fn read(open: Open, grid: Grid, memory: &dyn PlaneMemory) -> Result<Planes, Refusal> {
    let count = grid.width * grid.height * grid.channels.kept();
    if grid.numbers.bits <= 8 {
        let mut picture = memory.eight(count)?;
        fill(open, grid, &mut picture, |planes| match planes {
            Planes::Eight(v) => Some(v),
            Planes::Sixteen(_) => None,
        })?;
        return Ok(Planes::Eight(picture));
    }
    let mut picture = memory.sixteen(count)?;
    fill(open, grid, &mut picture, |planes| match planes {
        Planes::Sixteen(v) => Some(v),
        Planes::Eight(_) => None,
    })?;
    Ok(Planes::Sixteen(picture))
}

/// The first band that failed says why, whichever thread was faster.
fn fill<S: Copy + Send + Sync>(
    open: Open,
    grid: Grid,
    picture: &mut [S],
    unwrap: impl Fn(Planes) -> Option<Plane<S>> + Sync,
) -> Result<(), Refusal> {
    let band_length = grid.chunk.1 * grid.width * grid.channels.kept();
    let bands = picture.par_chunks_mut(band_length).enumerate();
    let results: Vec<Result<(), Refusal>> = bands
        .map_init(open, |decoder, (number, band)| {
            let decoder = decoder.as_mut().map_err(|why| why.clone())?;
            fill_band(decoder, grid, number, band, &unwrap)
        })
        .collect();
    results.into_iter().collect()
}

fn fill_band<S: Copy>(
    decoder: &mut Decoder<TiffSource>,
    grid: Grid,
    number: usize,
    band: &mut [S],
    unwrap: &impl Fn(Planes) -> Option<Plane<S>>,
) -> Result<(), Refusal> {
    let across = grid.width.div_ceil(grid.chunk.0);
    let down = grid.height.div_ceil(grid.chunk.1);
    let (planes, samples_a_pixel) = match grid.is_planar {
        true => (grid.channels.kept(), 1),
        false => (1, grid.channels.stored),
    };
    for plane in 0..planes {
        let position = grid.channels.position(plane);
        for column in 0..across {
            let index = (position * down + number) * across + column;
            let left = column * grid.chunk.0;
            let width = grid.chunk.0.min(grid.width - left);
            let chunk = chunk(decoder, grid.numbers, index, width * samples_a_pixel)?;
            let samples = unwrap(chunk).ok_or(damaged())?;
            place(&samples, grid, plane, left, width, band)?;
        }
    }
    Ok(())
}

fn damaged() -> Refusal {
    Refusal::Damaged { format: "TIFF" }
}

/// The decoder asserts on a few layouts instead of refusing them; no file may take the
/// process down.
fn chunk(
    decoder: &mut Decoder<TiffSource>,
    numbers: Numbers,
    index: usize,
    width: usize,
) -> Result<Planes, Refusal> {
    let index = u32::try_from(index).map_err(|_| damaged())?;
    let attempt = AssertUnwindSafe(|| decoder.read_chunk(index));
    let result = catch_unwind(attempt).map_err(|_| Refusal::UnsupportedVariant {
        format: "TIFF",
        variant: "a rare arrangement of tiles".to_owned(),
    })?;
    let result = result.map_err(|e| refusal(&e))?;
    samples::gather(result, numbers, width)
}

/// Lays the wanted channels of a chunk's rows into its band.
fn place<S: Copy>(
    samples: &[S],
    grid: Grid,
    plane: usize,
    left: usize,
    width: usize,
    band: &mut [S],
) -> Result<(), Refusal> {
    let (channels, kept) = (grid.channels, grid.channels.kept());
    let row = grid.width * kept;
    let per_pixel = if grid.is_planar { 1 } else { channels.stored };
    let rows = band.len() / row;
    if samples.len() < rows * width * per_pixel {
        return Err(damaged());
    }
    let lines = samples.chunks_exact(width * per_pixel);
    for (line, to) in lines.zip(band.chunks_exact_mut(row)) {
        let to = &mut to[left * kept..(left + width) * kept];
        if grid.is_planar {
            let pixels = to.chunks_exact_mut(kept).zip(line);
            pixels.for_each(|(pixel, &sample)| pixel[plane] = sample);
        } else if kept == channels.stored {
            to.copy_from_slice(line);
        } else {
            let pixels = to.chunks_exact_mut(kept).zip(line.chunks_exact(per_pixel));
            pixels.for_each(|(to, pixel)| pick(pixel, channels, to));
        }
    }
    Ok(())
}

fn pick<S: Copy>(pixel: &[S], channels: Channels, to: &mut [S]) {
    for (i, to) in to.iter_mut().enumerate() {
        *to = pixel[channels.position(i)];
    }
}
