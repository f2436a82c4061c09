//! Nearest-neighbour upsampling by two, with a gradient that candle's own computes by a slow
//! convolution.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use crate::storage::contiguous_f32;

/// Upsamples `x`, images x channels x height x width, to twice the height and width.
pub fn upsample2x(x: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op1(Upsample2x)
}

struct Upsample2x;

/// The transposed operation: sums of 2 x 2 pixels.
struct SumPool2x2;

impl CustomOp1 for Upsample2x {
    fn name(&self) -> &'static str {
        "upsample2x"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (images, channels, rows, columns) = layout.shape().dims4()?;
        let mut upsampled = vec![0.0; 4 * layout.shape().elem_count()];
        let pairs = upsampled.chunks_exact_mut(4 * columns);
        for (pair, row) in pairs.zip(contiguous_f32(x, layout)?.chunks_exact(columns)) {
            let (one, two) = pair.split_at_mut(2 * columns);
            for (to, value) in one.as_chunks_mut().0.iter_mut().zip(row) {
                *to = [*value; 2];
            }
            two.copy_from_slice(one);
        }
        let shape = Shape::from((images, channels, 2 * rows, 2 * columns));
        Ok((CpuStorage::F32(upsampled), shape))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        gradient
            .contiguous()?
            .apply_op1_no_bwd(&SumPool2x2)
            .map(Some)
    }
}

impl CustomOp1 for SumPool2x2 {
    fn name(&self) -> &'static str {
        "sum-pool2x2"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (images, channels, rows, columns) = layout.shape().dims4()?;
        let mut pooled = vec![0.0; layout.shape().elem_count() / 4];
        let rows_of_pooled = pooled.chunks_exact_mut(columns / 2);
        for (to, pair) in rows_of_pooled.zip(contiguous_f32(x, layout)?.chunks_exact(2 * columns)) {
            let (one, two) = pair.split_at(columns);
            let squares = one.as_chunks::<2>().0.iter().zip(two.as_chunks::<2>().0);
            for (to, ([a, b], [c, d])) in to.iter_mut().zip(squares) {
                *to = a + b + c + d;
            }
        }
        let shape = Shape::from((images, channels, rows / 2, columns / 2));
        Ok((CpuStorage::F32(pooled), shape))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::upsample2x;

    #[test]
    fn it_is_candles_own_with_the_sum_of_four_as_gradient() {
        let x = Var::rand(-1_f32, 1_f32, (2, 3, 4, 5), &Device::Cpu).unwrap();
        let upsampled = upsample2x(&x).unwrap();
        let wanted = x.upsample_nearest2d(8, 10).unwrap();
        let flat = |t: &candle_core::Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(flat(&upsampled), flat(&wanted));
        let loss = upsampled.sqr().unwrap().sum_all().unwrap();
        let found = loss.backward().unwrap();
        // Four copies, each of them 2x.
        let wanted = (x.as_tensor() * 8.0).unwrap();
        for (found, wanted) in flat(found.get(&x).unwrap()).iter().zip(flat(&wanted)) {
            assert!((found - wanted).abs() < 1e-5);
        }
    }
}
