//! Weights packed as the innermost loop reads them; and the tiles of a layer's outputs, divided among
//! threads.
#![allow(unsafe_code)]

use candle_core::{DType, Result, Tensor};
use rayon::prelude::*;

use super::bf16_pairs::to_bf16;
use super::kernel::{self, Inputs, LANES, ROWS, Row};

/// Rows of outputs that a thread takes at once, at least.
const STRIP: usize = 8 * ROWS;

/// Weights and bias of one layer.
pub(super) struct PackedWeights {
    /// For every `LANES` outputs, every tap and every pair of inputs: `LANES` pairs of weights.
    panels: Vec<u32>,
    bias: Vec<f32>,
    pub outputs: usize,
    pub inputs: usize,
    pub taps: usize,
}

/// Order of the outputs in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// All outputs of a row beside each other.
    Rows,
    /// All rows of an output beside each other.
    Planes,
}

impl PackedWeights {
    /// `weight`: outputs x inputs, or outputs x inputs x kernel x kernel.
    pub fn new(weight: &Tensor, bias: Option<&Tensor>) -> Result<Self> {
        let dims = weight.dims();
        let (outputs, inputs) = (dims[0], dims[1]);
        let taps = dims[2..].iter().product::<usize>();
        let numbers = weight
            .flatten_all()?
            .to_dtype(DType::F32)?
            .to_vec1::<f32>()?;
        let run = inputs.div_ceil(2);
        let mut panels = vec![0; outputs.div_ceil(LANES) * taps * run * LANES];
        let parts = panels.par_chunks_mut(taps * run * LANES);
        parts
            .zip(numbers.par_chunks(LANES * inputs * taps))
            .for_each(|(panel, outputs)| pack_panel(panel, outputs, inputs, taps));
        let bias = match bias {
            Some(bias) => bias.to_dtype(DType::F32)?.to_vec1()?,
            None => Vec::new(),
        };
        Ok(Self {
            panels,
            bias,
            outputs,
            inputs,
            taps,
        })
    }

    /// Outputs of `count` rows. `start`: where each row begins among the pairs.
    pub fn run(
        &self,
        pairs: &[u32],
        shifts: &[usize],
        count: usize,
        start: impl Fn(usize) -> usize + Sync,
        order: Order,
    ) -> Vec<f32> {
        let inputs = Inputs {
            pairs,
            shifts,
            run: self.inputs.div_ceil(2),
        };
        let mut found = vec![0.0; count * self.outputs];
        let to = OutputWriter {
            values: Shared(found.as_mut_ptr()),
            rows: count,
            outputs: self.outputs,
            order,
        };
        let panels = self.outputs.div_ceil(LANES);
        let strip = strip(count, panels);
        let strips = count.div_ceil(strip);
        (0..panels * strips).into_par_iter().for_each(|at| {
            let (panel, from) = (at / strips, at % strips * strip);
            let weights = self.panel(panel);
            let (mut starts, mut sums) = ([0; ROWS], [[0.0; LANES]; ROWS]);
            for from in (from..count.min(from + strip)).step_by(ROWS) {
                let len = ROWS.min(count.min(from / strip * strip + strip) - from);
                for (at, to) in starts[..len].iter_mut().enumerate() {
                    *to = start(from + at);
                }
                kernel::tile(inputs, &starts[..len], weights, &mut sums[..len]);
                self.finish(panel, &mut sums[..len]);
                // SAFETY: no two tiles have an output in common.
                unsafe { to.store(from, panel * LANES, &sums[..len]) };
            }
        });
        found
    }

    fn panel(&self, index: usize) -> &[u32] {
        let len = self.taps * self.inputs.div_ceil(2) * LANES;
        &self.panels[index * len..][..len]
    }

    fn finish(&self, panel: usize, sums: &mut [Row]) {
        if self.bias.is_empty() {
            return;
        }
        let bias = &self.bias[panel * LANES..];
        for sums in sums {
            sums.iter_mut()
                .zip(bias)
                .for_each(|(sum, bias)| *sum += bias);
        }
    }
}

/// Packs one panel. `outputs`: inputs x taps of each.
fn pack_panel(panel: &mut [u32], outputs: &[f32], inputs: usize, taps: usize) {
    let run = inputs.div_ceil(2);
    for (lane, weights) in outputs.chunks_exact(inputs * taps).enumerate() {
        for (input, weights) in weights.chunks_exact(taps).enumerate() {
            let half = 16 * (input % 2);
            for (tap, weight) in weights.iter().enumerate() {
                panel[(tap * run + input / 2) * LANES + lane] |= to_bf16(*weight) << half;
            }
        }
    }
}

/// Number of rows at a time: every thread has some, in whole tiles.
fn strip(rows: usize, panels: usize) -> usize {
    let parts = (4 * rayon::current_num_threads()).div_ceil(panels);
    rows.div_ceil(parts).next_multiple_of(ROWS).max(STRIP)
}

/// Outputs, written from any thread.
struct OutputWriter {
    values: Shared,
    rows: usize,
    outputs: usize,
    order: Order,
}

struct Shared(*mut f32);

// SAFETY: threads write to it apart from each other.
unsafe impl Sync for Shared {}

impl OutputWriter {
    /// # Safety
    /// Nobody else has these rows of these outputs meanwhile.
    unsafe fn store(&self, row: usize, output: usize, sums: &[Row]) {
        let outputs = LANES.min(self.outputs - output);
        assert!(row + sums.len() <= self.rows);
        for (at, sums) in sums.iter().enumerate() {
            for (lane, sum) in sums[..outputs].iter().enumerate() {
                let to = match self.order {
                    Order::Rows => (row + at) * self.outputs + output + lane,
                    Order::Planes => (output + lane) * self.rows + row + at,
                };
                // SAFETY: row and output are fewer than there are, and the caller's alone.
                unsafe { self.values.0.add(to).write(*sum) };
            }
        }
    }
}
