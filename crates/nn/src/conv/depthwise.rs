//! Depthwise convolutions, of every channel by a kernel of its own, on the processor: candle's own
//! splits such a layer into hundreds of small ones. No gradients: no layer of this kind is trained.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::storage::contiguous_f32;

/// Convolves without padding. `x`: images x channels x height x width, `weight`: channels x 1 x
/// kernel x kernel, `bias`: channels.
pub fn depthwise(x: &Tensor, weight: &Tensor, bias: &Tensor, stride: usize) -> Result<Tensor> {
    x.contiguous()?
        .apply_op3_no_bwd(&weight.contiguous()?, &bias.contiguous()?, &Op(stride))
}

/// Pixels from output to output.
struct Op(usize);

/// Rows and columns.
type Size = (usize, usize);

impl CustomOp3 for Op {
    fn name(&self) -> &'static str {
        "depthwise-conv2d"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (images, channels, rows, columns) = x_layout.shape().dims4()?;
        let (outputs, one, kernel, _) = weight_layout.shape().dims4()?;
        if outputs != channels || one != 1 || kernel > rows.min(columns) {
            bail!("{x_layout:?} by {weight_layout:?}, channel by channel, is not possible");
        }
        let out = |len: usize| (len - kernel) / self.0 + 1;
        let size = (out(rows), out(columns));
        let (x, weight) = (
            contiguous_f32(x, x_layout)?,
            contiguous_f32(weight, weight_layout)?,
        );
        let bias = contiguous_f32(bias, bias_layout)?;
        let mut output = vec![0.0; images * channels * size.0 * size.1];
        output
            .par_chunks_exact_mut(size.0 * size.1)
            .enumerate()
            .for_each(|(index, plane)| {
                plane.fill(bias[index % channels]);
                let x = &x[index * rows * columns..][..rows * columns];
                let weight = &weight[index % channels * kernel * kernel..][..kernel * kernel];
                self.channel(x, columns, weight, kernel, plane, size);
            });
        let shape = Shape::from((images, channels, size.0, size.1));
        Ok((CpuStorage::F32(output), shape))
    }
}

impl Op {
    /// Adds up one channel, tap by tap.
    fn channel(
        &self,
        x: &[f32],
        pitch: usize,
        weight: &[f32],
        kernel: usize,
        plane: &mut [f32],
        (_, columns): Size,
    ) {
        for (row, out) in plane.chunks_exact_mut(columns).enumerate() {
            for (at, &weight) in weight.iter().enumerate() {
                let first = (row * self.0 + at / kernel) * pitch + at % kernel;
                if self.0 == 1 {
                    for (out, x) in out.iter_mut().zip(&x[first..]) {
                        *out += x * weight;
                    }
                } else {
                    for (out, x) in out.iter_mut().zip(x[first..].iter().step_by(self.0)) {
                        *out += x * weight;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn it_is_candles_convolution_by_groups() -> Result<()> {
        let random = |shape: &[usize]| Tensor::randn(0.0_f32, 1.0, shape, &Device::Cpu);
        for (kernel, stride) in [(3, 1), (3, 2), (5, 1), (5, 2)] {
            let (x, bias) = (random(&[2, 4, 9, 12])?, random(&[4])?);
            let weight = random(&[4, 1, kernel, kernel])?;
            let wanted = x.conv2d(&weight, 0, stride, 1, 4)?;
            let wanted = wanted.broadcast_add(&bias.reshape((1, 4, 1, 1))?)?;
            let said = depthwise(&x, &weight, &bias, stride)?;
            assert_eq!(said.dims(), wanted.dims());
            let off = (said - wanted)?.abs()?.max_all()?.to_scalar::<f32>()?;
            assert!(off < 1e-5, "{kernel} by {stride}: {off}");
        }
        Ok(())
    }
}
