//! The one pass over every pixel: it feeds all full-size measures from the same gray rows, in strips
//! of 256 rows and bounded memory. 16-bit pictures are judged on their 8-bit rendering, made row by
//! row: that is what people see.
//!
//! Strips run on all threads and are put together in order, so the numbers do not depend on how
//! many there are.

use rayon::prelude::*;

use crate::inspect::full::buffers::{Buffers, StripRows};
use crate::kernels::canny::agreement::{Agreement, compare};
use crate::kernels::canny::gradient::{Rows, candidates};
use crate::kernels::canny::hysteresis::grow;
use crate::kernels::ciede2000;
use crate::kernels::histogram::Histogram;
use crate::kernels::moments::{self, Block, SIDE};
use crate::kernels::planes::{self, Row};
use crate::kernels::ssim::{self, Ring, Sums};
use crate::kernels::strip::{HALO, MARGIN, Strip};
use crate::pixels::{Pixels, Samples};

mod buffers;
mod ms_ssim;

/// Rows of a strip, and columns of the blocks that sharpness is measured on.
pub(crate) const ROWS: usize = 256;

/// Results of the pass.
pub(crate) struct Full {
    pub pixels: u64,
    /// Columns and rows of pixels.
    pub size: (usize, usize),
    /// Pixels of every 8 x 8 block whose highlights were lost, row by row.
    pub burnt: Vec<u8>,
    /// And those whose shadows were lost.
    pub drowned: Vec<u8>,
    pub differences: Histogram,
    /// Mean SSIM.
    pub ssim: f64,
    /// MS-SSIM.
    pub ms_ssim: f64,
    /// Moments of every 8 x 8 block, row by row.
    pub blocks: Vec<Block>,
    /// Blocks in a row.
    pub across: usize,
    /// Details by which sharpness is judged, for every 256 x 256 block.
    pub details: Vec<Detail>,
    pub edges: Agreement,
}

/// Laplacian variances of both pictures in one large block, and its moments.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Detail {
    sums: [i64; 2],
    squares: [u64; 2],
    pub moments: Block,
}

impl Detail {
    /// Variance of the Laplacian of the original and of the result, in squared 8-bit steps.
    pub fn variances(&self) -> [f64; 2] {
        let count = f64::from(self.moments.count.max(1));
        [0, 1].map(|k| self.squares[k] as f64 / count - (self.sums[k] as f64 / count).powi(2))
    }
}

/// Contribution of one strip to the sums.
#[derive(Default)]
struct Part {
    differences: Histogram,
    ssim: Sums,
    details: Vec<Detail>,
}

/// Buffers of one thread.
#[derive(Default)]
struct Scratch {
    rows: [Row; 2],
    gray: [Strip; 2],
    differences: Vec<f32>,
    ring: Ring,
    edges: Rows,
}

impl Full {
    /// Measures two pictures of one size.
    pub fn measure(original: &Pixels, result: &Pixels) -> Self {
        let (width, height) = (original.width() as usize, original.height() as usize);
        let mut buffers = Buffers::new(width, height);
        let parts: Vec<Part> = buffers
            .strips(width, height)
            .into_par_iter()
            .enumerate()
            .map_init(Scratch::default, |scratch, (i, share)| {
                scratch.strip([original, result], i * ROWS, share)
            })
            .collect();
        let Buffers {
            mut edges,
            burnt,
            drowned,
            blocks,
            halves,
        } = buffers;
        edges.par_iter_mut().for_each(grow);
        let edges = compare(&edges[0], &edges[1], width);
        let mut all = Part::default();
        for part in parts {
            all.differences.merge(&part.differences);
            all.ssim = all.ssim.with(part.ssim);
            all.details.extend(part.details);
        }
        let pixels = original.pixel_count();
        let ssim = all.ssim.over(pixels as f64);
        Self {
            pixels,
            size: (width, height),
            burnt,
            drowned,
            differences: all.differences,
            ssim: ssim.whole,
            ms_ssim: ms_ssim::similarity(ssim, width, halves),
            blocks,
            across: width.div_ceil(SIDE),
            details: all.details,
            edges,
        }
    }
}

impl Scratch {
    fn strip(&mut self, pictures: [&Pixels; 2], top: usize, mut share: StripRows<'_>) -> Part {
        let (width, all) = (pictures[0].width() as usize, pictures[0].height() as usize);
        let height = ROWS.min(all - top);
        self.resize(width, height);
        let mut part = Part::default();
        for row in 0..height + 2 * HALO {
            let y = (top + row).saturating_sub(HALO).min(all - 1);
            self.read(pictures, row, y);
            if (HALO..HALO + height).contains(&row) {
                self.compare_colours(row - HALO, &mut share, &mut part.differences);
            }
        }
        part.ssim = ssim::sums(&self.gray[0], &self.gray[1], &mut self.ring);
        for (gray, (half, edges)) in self
            .gray
            .iter()
            .zip(share.halves.into_iter().zip(share.edges))
        {
            halve(gray, half);
            candidates(gray, &mut self.edges, edges);
        }
        self.moments(share.blocks);
        part.details = self.details(share.blocks);
        part
    }

    fn resize(&mut self, width: usize, height: usize) {
        if self.differences.len() != width {
            self.rows = [(); 2].map(|()| Row::new(width));
            self.differences = vec![0.0; width];
        }
        self.gray.iter_mut().for_each(|g| g.resize(width, height));
    }

    /// Takes row `y` of both pictures apart and keeps its gray.
    fn read(&mut self, pictures: [&Pixels; 2], row: usize, y: usize) {
        let parts = self.rows.iter_mut().zip(&mut self.gray);
        for ((channels, gray), pixels) in parts.zip(pictures) {
            let length = pixels.width() as usize * 3;
            match pixels.samples() {
                Samples::Eight(v) => planes::split8(&v[y * length..][..length], channels.get_mut()),
                Samples::Sixteen(v) => {
                    planes::split16(&v[y * length..][..length], channels.get_mut());
                }
            }
            gray.fill(row, |to| planes::gray(channels.get(), to));
        }
    }

    fn compare_colours(&mut self, row: usize, share: &mut StripRows<'_>, found: &mut Histogram) {
        let [before, after] = self.rows.each_ref().map(Row::get);
        let across = before[0].len().div_ceil(SIDE);
        let blocks = row / SIDE * across..(row / SIDE + 1) * across;
        let (burnt, drowned) = (&mut share.burnt[blocks.clone()], &mut share.drowned[blocks]);
        planes::lost(before, after, burnt, drowned);
        ciede2000::row(before, after, &mut self.differences);
        found.add(&self.differences);
    }

    fn moments(&self, blocks: &mut [Block]) {
        let [one, two] = &self.gray;
        let across = one.width.div_ceil(SIDE);
        for row in 0..one.height {
            let to = &mut blocks[row / SIDE * across..][..across];
            moments::add(one.inner(HALO + row), two.inner(HALO + row), to);
        }
    }

    /// The strip's large blocks. Rests smaller than half a block belong to none.
    fn details(&self, blocks: &[Block]) -> Vec<Detail> {
        let (width, height) = (self.gray[0].width, self.gray[0].height);
        let starts = (0..width).step_by(ROWS);
        let whole = |x: &usize| width - x >= ROWS / 2 && height >= ROWS / 2;
        starts
            .filter(whole)
            .map(|x| self.detail(blocks, x))
            .collect()
    }

    fn detail(&self, blocks: &[Block], left: usize) -> Detail {
        let (width, height) = (self.gray[0].width, self.gray[0].height);
        let columns = left..(left + ROWS).min(width);
        let mut detail = Detail::default();
        let reach = columns.start + MARGIN - 1..columns.end + MARGIN + 1;
        for (k, gray) in self.gray.iter().enumerate() {
            for row in HALO..HALO + height {
                let [above, own, below] =
                    [row - 1, row, row + 1].map(|r| &gray.row(r)[reach.clone()]);
                let (sum, squares) = moments::laplacian(above, own, below);
                detail.sums[k] += i64::from(sum);
                detail.squares[k] += u64::from(squares);
            }
        }
        let inside = columns.start / SIDE..columns.end.div_ceil(SIDE);
        let rows = blocks.chunks(width.div_ceil(SIDE));
        let all = rows.flat_map(|row| &row[inside.clone()]);
        detail.moments = all.fold(Block::default(), |sum, block| sum.with(block));
        detail
    }
}

/// A strip's own rows at half the size.
fn halve(gray: &Strip, half: &mut [u8]) {
    let width = (gray.width / 2).max(1);
    for (row, to) in half.chunks_mut(width).enumerate() {
        let [upper, lower] = [0, 1].map(|k| gray.inner(HALO + 2 * row + k));
        planes::halve(upper, lower, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, lift: u32) -> Pixels {
        let value = |i: u32| {
            let (x, y, c) = (i / 3 % width, i / 3 / width, i % 3);
            let bars = if (x / 20 + y / 33).is_multiple_of(2) {
                90
            } else {
                30
            };
            (bars + (i % 997 * 7919 % 13) + lift * (c + 1) + x / 8) as u8
        };
        let samples = (0..width * height * 3).map(value).collect();
        Pixels::from_eight(width, height, samples).unwrap()
    }

    /// Everything that was found, as text.
    fn words(full: &Full) -> String {
        format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            full.burnt, full.drowned, full.ssim, full.blocks, full.details, full.edges
        )
    }

    #[test]
    fn one_thread_finds_what_many_find() {
        let (one, two) = (picture(500, 700, 0), picture(500, 700, 9));
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let full = pool.unwrap().install(|| Full::measure(&one, &two));
            (words(&full), full.differences)
        };
        assert!(on(1) == on(3));
    }

    #[test]
    fn sixteen_bits_are_judged_by_their_eight_bit_rendering() {
        let (one, two) = (picture(300, 290, 0), picture(300, 290, 9));
        let wide = |p: &Pixels| {
            let samples = p.rgb8().iter().map(|&v| u16::from(v) * 257 + 100).collect();
            Pixels::from_sixteen(p.width(), p.height(), samples).unwrap()
        };
        let (eight, sixteen) = (
            Full::measure(&one, &two),
            Full::measure(&wide(&one), &wide(&two)),
        );
        assert_eq!(words(&eight), words(&sixteen));
    }

    #[test]
    fn strips_leave_no_trace() {
        // The same columns above and below: everything in the middle strip equals its twin.
        let flat: Vec<u8> = (0..600 * 40 * 3)
            .map(|i| ((i / 3 % 40) * 5) as u8)
            .collect();
        let one = Pixels::from_eight(40, 600, flat).unwrap();
        let full = Full::measure(&one, &one);
        let rows: Vec<&[Block]> = full.blocks.chunks(full.across).collect();
        assert!(rows.iter().all(|row| *row == rows[0]));
        assert!(full.ssim > 1.0 - 1e-6 && full.differences.mean() < 1e-3);
        let edges = full.edges.over(|_| true);
        assert_eq!((edges.added, edges.lost), (0, 0));
    }

    #[test]
    fn the_smallest_pictures_can_be_measured() {
        for (width, height) in [(1, 1), (3, 300), (700, 2)] {
            let one = picture(width, height, 0);
            assert!(Full::measure(&one, &one).ssim > 0.999);
        }
    }
}
