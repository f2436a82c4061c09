//! The gradient of a convolution's weights: the inner product of every output's gradient with
//! every shifted input.
//!
//! The same loop again. What were neighbouring pixels are now sixteen channels of one input pixel,
//! what were the weights of an input channel are now the gradients of an output pixel.

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::conv::correlation::Correlation;
use crate::conv::grid::Image;
use crate::conv::kernel::{self, CHANNELS, PIXELS, Tile};

/// Pixels at a time: their channels and gradients stay in the first-level cache for all taps.
const CHUNK: usize = 192;

/// An image and its outputs' gradient, both laid out in runs, some channels side by side.
struct Laid {
    /// By block of channels and pixel.
    input: Vec<Vec<[f32; PIXELS]>>,
    /// By block of channels and pixel.
    gradient: Vec<Vec<[f32; CHANNELS]>>,
}

impl Correlation {
    /// Gradient by output, input and tap. Only for a correlation of a single phase.
    pub fn weight_gradient(
        &self,
        input: &[f32],
        gradient: &[f32],
        (inputs, outputs): (usize, usize),
    ) -> Vec<f32> {
        let laid = self.lay(input, gradient, (inputs, outputs));
        let (across, taps) = (inputs.div_ceil(PIXELS), self.phases[0].taps.len());
        let tiles: Vec<Vec<Tile>> = (0..outputs.div_ceil(CHANNELS) * across)
            .into_par_iter()
            .with_max_len(1)
            .map(|block| self.products(&laid, block % across, block / across))
            .collect();
        let mut weight_gradient = Vec::with_capacity(outputs * inputs * taps);
        for output in 0..outputs {
            for input in 0..inputs {
                let tiles = &tiles[output / CHANNELS * across + input / PIXELS];
                weight_gradient.extend(
                    tiles
                        .iter()
                        .map(|tile| tile[output % CHANNELS][input % PIXELS]),
                );
            }
        }
        weight_gradient
    }

    fn lay(&self, input: &[f32], gradient: &[f32], channels: (usize, usize)) -> Vec<Laid> {
        let rows = self.output.0;
        let inputs = channels.0 * self.input.0 * self.input.1;
        let outputs = channels.1 * rows * self.output.1;
        let len = self.frame.channel_len(rows);
        (0..input.len() / inputs)
            .into_par_iter()
            .with_max_len(1)
            .map(|i| {
                let mut laid = vec![0.0; channels.0 * len + PIXELS];
                let image = Image {
                    values: &input[i * inputs..][..inputs],
                    rows: self.input.0,
                    columns: self.input.1,
                };
                self.frame.fill(image, 0, rows, &mut laid);
                let gradient = self.runs(&gradient[i * outputs..][..outputs]);
                Laid {
                    input: interleave(&laid[..channels.0 * len], len),
                    gradient: interleave(&gradient, rows * self.frame.pitch),
                }
            })
            .collect()
    }

    /// Zeros between the rows, so that what the input has there does not count.
    fn runs(&self, gradient: &[f32]) -> Vec<f32> {
        let (rows, columns) = self.output;
        let run = rows * self.frame.pitch;
        let mut laid = vec![0.0; gradient.len() / (rows * columns) * run];
        let rows = laid.chunks_exact_mut(self.frame.pitch);
        for (to, from) in rows.zip(gradient.chunks_exact(columns)) {
            to[..columns].copy_from_slice(from);
        }
        laid
    }

    /// Products of a block of inputs with a block of outputs, tap by tap, over all images.
    fn products(&self, laid: &[Laid], inputs: usize, outputs: usize) -> Vec<Tile> {
        let taps = &self.phases[0].taps;
        let mut products = vec![Tile::default(); taps.len()];
        let mut more = Tile::default();
        for laid in laid {
            let input = laid.input[inputs].as_flattened();
            for (at, gradient) in (0..)
                .step_by(CHUNK)
                .zip(laid.gradient[outputs].chunks(CHUNK))
            {
                for (sums, tap) in products.iter_mut().zip(taps) {
                    let from = (at + self.frame.shift(tap, self.output.0)) * PIXELS;
                    let pixels = &input[from..][..gradient.len() * PIXELS];
                    kernel::tile(pixels, PIXELS, &[0], gradient, &mut more);
                    add(sums, &more);
                }
            }
        }
        products
    }
}

fn add(sums: &mut Tile, more: &Tile) {
    let more = more.as_flattened();
    for (sum, more) in sums.as_flattened_mut().iter_mut().zip(more) {
        *sum += more;
    }
}

/// Interleaves blocks of `N` channels, pixel by pixel; missing channels are zero.
fn interleave<const N: usize>(channels: &[f32], len: usize) -> Vec<Vec<[f32; N]>> {
    channels
        .chunks(N * len)
        .map(|block| {
            let mut pixels = vec![[0.0; N]; len];
            for (channel, values) in block.chunks_exact(len).enumerate() {
                for (pixel, value) in pixels.iter_mut().zip(values) {
                    pixel[channel] = *value;
                }
            }
            pixels
        })
        .collect()
}
