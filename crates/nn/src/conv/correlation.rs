//! Sums of shifted channels, each by its weights: what a convolution is, and its inputs' gradient
//! too. An image's rows go through in strips that fit into the processor's cache.

use std::cell::RefCell;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::conv::grid::{Frame, Image, Tap};
use crate::conv::kernel::{self, CHANNELS, PIXELS, Tile};

/// Values of a strip with all of its channels, more or less: half of a common second-level cache.
const STRIP: usize = 128 * 1024;

thread_local! {
    /// A strip laid out, and what comes of it.
    static SCRATCH: RefCell<[Vec<f32>; 2]> = const { RefCell::new([Vec::new(), Vec::new()]) };
}

/// The outputs that hang on the same taps: every `step`th row and column from `from` on.
pub(super) struct Phase {
    pub from: (usize, usize),
    pub taps: Vec<Tap>,
}

/// Plan of a correlation: all that is known before its values are.
pub(super) struct Correlation {
    pub frame: Frame,
    /// Rows and columns of the input.
    pub input: (usize, usize),
    /// Rows and columns of the output.
    pub output: (usize, usize),
    /// From an output to the next that hangs on the same taps.
    pub step: usize,
    pub phases: Vec<Phase>,
}

/// Bias and lower bound of a sum.
#[derive(Clone, Copy)]
pub(super) struct Finish<'a> {
    /// One value a channel, or none at all.
    pub bias: &'a [f32],
    pub floor: f32,
}

/// Weights by block of output channels, input channel and tap.
struct Packed(Vec<[f32; CHANNELS]>);

impl Packed {
    fn new(
        (inputs, outputs): (usize, usize),
        taps: &[Tap],
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let mut packed = Vec::with_capacity(outputs.div_ceil(CHANNELS) * inputs * taps.len());
        for block in (0..outputs).step_by(CHANNELS) {
            for input in 0..inputs {
                packed.extend(taps.iter().map(|tap| {
                    std::array::from_fn(|i| match block + i {
                        output if output < outputs => weight(output, input, tap.at),
                        _ => 0.0,
                    })
                }));
            }
        }
        Self(packed)
    }
}

/// Part of the output: some rows of some channels of an image.
struct Part<'a> {
    image: Image<'a>,
    first_row: usize,
    first_channel: usize,
    /// The rows of each channel.
    channels: Vec<&'a mut [f32]>,
}

impl Correlation {
    /// Computes the output. `channels`: of the input and the output. `weight`: by output, input and tap.
    pub fn run(
        &self,
        input: &[f32],
        channels: (usize, usize),
        weight: impl Fn(usize, usize, usize) -> f32,
        finish: Finish,
    ) -> Vec<f32> {
        let packed: Vec<Packed> = self
            .phases
            .iter()
            .map(|phase| Packed::new(channels, &phase.taps, &weight))
            .collect();
        let images = input.len() / (channels.0 * self.input.0 * self.input.1);
        let mut output = vec![0.0; images * channels.1 * self.output.0 * self.output.1];
        let rows = self.strip_rows(channels.0);
        self.parts(input, &mut output, channels, rows)
            .into_par_iter()
            .with_max_len(1)
            .for_each(|part| {
                SCRATCH.with_borrow_mut(|scratch| {
                    self.work(part, rows, channels.0, &packed, finish, scratch);
                });
            });
        output
    }

    /// Rows of a phase in a strip.
    fn strip_rows(&self, inputs: usize) -> usize {
        let all = self.output.0.div_ceil(self.step);
        let row = self.frame.channel_len(1) - self.frame.channel_len(0);
        let halo = self.frame.run_rows(0);
        // Not so low that most of it is its neighbours' rows.
        (STRIP / (row * inputs))
            .max(5 * halo)
            .saturating_sub(halo)
            .min(all)
    }

    fn parts<'a>(
        &self,
        input: &'a [f32],
        output: &'a mut [f32],
        channels: (usize, usize),
        rows: usize,
    ) -> Vec<Part<'a>> {
        let plane = self.input.0 * self.input.1;
        let images = input.len() / (plane * channels.0);
        let strips = self.output.0.div_ceil(rows * self.step);
        let groups = self.groups(images * strips, channels.1);
        let mut parts: Vec<Part> = (0..images * groups * strips)
            .map(|i| Part {
                image: Image {
                    values: &input[i / (groups * strips) * plane * channels.0..]
                        [..plane * channels.0],
                    rows: self.input.0,
                    columns: self.input.1,
                },
                first_row: i % strips * rows,
                first_channel: usize::MAX,
                channels: Vec::new(),
            })
            .collect();
        let group_channels = channels.1.div_ceil(CHANNELS).div_ceil(groups) * CHANNELS;
        let planes = output.chunks_exact_mut(self.output.0 * self.output.1);
        for (index, plane) in planes.enumerate() {
            let (image, channel) = (index / channels.1, index % channels.1);
            let group = image * groups + channel / group_channels;
            let strips_of_it = plane.chunks_mut(rows * self.step * self.output.1);
            for (part, rows) in parts[group * strips..].iter_mut().zip(strips_of_it) {
                part.first_channel = part.first_channel.min(channel);
                part.channels.push(rows);
            }
        }
        parts.retain(|part| !part.channels.is_empty());
        parts
    }

    /// Few and low images leave threads without work unless output channels are shared out too.
    fn groups(&self, strips: usize, outputs: usize) -> usize {
        let threads = rayon::current_num_threads();
        (2 * threads)
            .div_ceil(strips)
            .min(outputs.div_ceil(CHANNELS))
    }

    fn work(
        &self,
        mut part: Part,
        rows: usize,
        inputs: usize,
        packed: &[Packed],
        finish: Finish,
        [laid, sums]: &mut [Vec<f32>; 2],
    ) {
        let len = self.frame.channel_len(rows);
        let run = (rows * self.frame.pitch).next_multiple_of(PIXELS);
        grow(laid, inputs * len + PIXELS);
        grow(sums, part.channels.len().next_multiple_of(CHANNELS) * run);
        let laid = &mut laid[..inputs * len + PIXELS];
        self.frame.fill(part.image, part.first_row, rows, laid);
        for (phase, packed) in self.phases.iter().zip(packed) {
            let shifts: Vec<usize> = phase
                .taps
                .iter()
                .map(|tap| self.frame.shift(tap, rows))
                .collect();
            let block = inputs * shifts.len();
            let weights = &packed.0[part.first_channel / CHANNELS * block..];
            if shifts.is_empty() {
                sums.fill(0.0);
            } else {
                let mut tile = Tile::default();
                for at in (0..run).step_by(PIXELS) {
                    let blocks = sums.chunks_exact_mut(CHANNELS * run);
                    for (sums, weights) in blocks.zip(weights.chunks_exact(block)) {
                        kernel::tile(&laid[at..], len, &shifts, weights, &mut tile);
                        for (sums, tile) in sums.chunks_exact_mut(run).zip(&tile) {
                            sums[at..at + PIXELS].copy_from_slice(tile);
                        }
                    }
                }
            }
            self.write_rows(&mut part, phase, sums.chunks_exact(run), finish);
        }
    }

    /// Writes runs to rows of the output.
    fn write_rows<'a>(
        &self,
        part: &mut Part,
        phase: &Phase,
        runs: impl Iterator<Item = &'a [f32]>,
        finish: Finish,
    ) {
        let first = part.first_channel;
        for (index, (channel, run)) in part.channels.iter_mut().zip(runs).enumerate() {
            let bias = finish.bias.get(first + index).copied().unwrap_or(0.0);
            let rows = channel.chunks_exact_mut(self.output.1).skip(phase.from.0);
            for (row, sums) in rows.step_by(self.step).zip(run.chunks(self.frame.pitch)) {
                if self.step == 1 {
                    for (to, sum) in row.iter_mut().zip(sums) {
                        *to = (sum + bias).max(finish.floor);
                    }
                } else {
                    let row = row.iter_mut().skip(phase.from.1).step_by(self.step);
                    for (to, sum) in row.zip(sums) {
                        *to = (sum + bias).max(finish.floor);
                    }
                }
            }
        }
    }
}

fn grow(values: &mut Vec<f32>, len: usize) {
    if values.len() < len {
        values.resize(len, 0.0);
    }
}
