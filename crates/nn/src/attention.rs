//! Scaled dot-product attention (Vaswani et al. 2017). On the processor it is computed head by head
//! over some queries at a time, whose scores never leave the cache: candle's products would lay out
//! the scores of all heads in memory, and divide each small product among all threads. On a card it
//! is flash attention where the program has it, else products of candle's, some queries at a time.
#![allow(unsafe_code)]

use candle_core::{CpuStorage, CustomOp3, D, DType, Layout, Result, Shape, Tensor, bail};
use candle_nn::ops::{softmax, softmax_last_dim};
use gemm::Parallelism;
use rayon::prelude::*;

use crate::simd;

/// Most queries at a time.
const STRIP: usize = 256;
/// Most scores of a thread at a time; 16 MB.
const SCORES_OF_A_THREAD: usize = 1 << 22;
/// Most scores of a device at a time; 64 MB in single precision.
const SCORES: usize = 1 << 24;
/// Sizes of a head that flash attention has kernels for in lean programs (deploy/cuda/lean).
#[cfg(feature = "flash-attn")]
const FLASH: [usize; 2] = [64, 512];

/// softmax(q kᵀ / √d) v, each n x heads x length x d. Queries are taken in turns, so that memory stays
/// bounded whatever the length.
pub fn scaled_dot_product_attention(q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
    let (n, heads, queries, size) = q.dims4()?;
    let scale = 1.0 / (size as f64).sqrt();
    let tracked = [q, k, v].iter().any(|x| x.track_op());
    #[cfg(feature = "flash-attn")]
    if q.device().is_cuda() && q.dtype() != DType::F32 && FLASH.contains(&size) && !tracked {
        let turned = |x: &Tensor| x.transpose(1, 2)?.contiguous();
        let (q, k, v) = (turned(q)?, turned(k)?, turned(v)?);
        return candle_flash_attn::flash_attn(&q, &k, &v, scale as f32, false)?.transpose(1, 2);
    }
    if q.device().is_cpu() && q.dtype() == DType::F32 && !tracked {
        return on_processor(q, k, v, scale as f32);
    }
    let (k, v) = (k.t()?.contiguous()?, v.contiguous()?);
    let q = (q * scale)?;
    let turn = (SCORES / (n * heads * k.dim(3)?)).clamp(1, queries);
    let parts = (0..queries).step_by(turn).map(|from| {
        let q = q.narrow(2, from, turn.min(queries - from))?.contiguous()?;
        let scores = q.matmul(&k)?;
        // A sum of thousands of half-precision weights would lose some of them.
        let scores = scores.to_dtype(DType::F32)?;
        let weights = if tracked {
            softmax(&scores, D::Minus1)?
        } else {
            softmax_last_dim(&scores)?
        };
        let weights = weights.to_dtype(v.dtype())?;
        weights.matmul(&v)
    });
    let parts = parts.collect::<Result<Vec<_>>>()?;
    match parts.as_slice() {
        [whole] => Ok(whole.clone()),
        parts => Tensor::cat(parts, 2),
    }
}

/// softmax(q kᵀ · scale) v of `f32` on the processor, each n x heads x length x size.
fn on_processor(q: &Tensor, k: &Tensor, v: &Tensor, scale: f32) -> Result<Tensor> {
    let rows = |x: &Tensor| match x.stride().last() {
        Some(1) => Ok(x.clone()),
        _ => x.contiguous(),
    };
    let op = Attention { scale };
    let output = rows(q)?.apply_op3_no_bwd(&rows(k)?, &rows(v)?, &op)?;
    output.transpose(1, 2)
}

struct Attention {
    scale: f32,
}

/// Rows of one head of one image, a stride apart.
#[derive(Clone, Copy)]
struct Rows<'a> {
    values: &'a [f32],
    count: usize,
    stride: usize,
}

/// n x heads x length x size, wherever its rows lie.
struct Heads<'a> {
    values: &'a [f32],
    dims: [usize; 4],
    strides: [usize; 4],
}

impl<'a> Heads<'a> {
    fn new(storage: &'a CpuStorage, layout: &Layout) -> Result<Self> {
        let (Ok(dims), Ok(strides)) = (layout.dims().try_into(), layout.stride().try_into()) else {
            bail!("attention wants n x heads x length x size");
        };
        let values = &storage.as_slice::<f32>()?[layout.start_offset()..];
        Ok(Self {
            values,
            dims,
            strides,
        })
    }

    fn rows(&self, image: usize, head: usize) -> Rows<'a> {
        Rows {
            values: &self.values[image * self.strides[0] + head * self.strides[1]..],
            count: self.dims[2],
            stride: self.strides[2],
        }
    }
}

impl Rows<'_> {
    /// Panics unless `size` values of every row lie in the storage.
    fn check(self, size: usize) {
        let end = self.count.saturating_sub(1) * self.stride + size;
        assert!(end <= self.values.len(), "rows end in their storage");
    }

    fn part(self, from: usize, count: usize) -> Self {
        Self {
            values: &self.values[from * self.stride..],
            count,
            stride: self.stride,
        }
    }
}

impl CustomOp3 for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    /// n x queries x heads x size.
    fn cpu_fwd(
        &self,
        q: &CpuStorage,
        q_layout: &Layout,
        k: &CpuStorage,
        k_layout: &Layout,
        v: &CpuStorage,
        v_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let q = Heads::new(q, q_layout)?;
        let (k, v) = (Heads::new(k, k_layout)?, Heads::new(v, v_layout)?);
        let [n, heads, queries, size] = q.dims;
        let keys = k.dims[2];
        if k.dims != v.dims || k.dims != [n, heads, keys, size] || keys == 0 {
            bail!(
                "queries {:?}, keys {:?}, values {:?}",
                q.dims,
                k.dims,
                v.dims
            );
        }
        let mut output = vec![0.0; n * queries * heads * size];
        let strip = strip(queries, keys);
        for (image, output) in output.chunks_mut(queries * heads * size).enumerate() {
            let strips = output.par_chunks_mut(strip * heads * size).enumerate();
            strips.for_each_init(Vec::new, |scores, (at, output)| {
                let count = output.len() / (heads * size);
                scores.resize(count * keys, 0.0);
                for head in 0..heads {
                    let q = q.rows(image, head).part(at * strip, count);
                    self.scores(q, k.rows(image, head), size, scores);
                    scores.chunks_exact_mut(keys).for_each(simd::softmax);
                    let v = v.rows(image, head);
                    weighted_sum(scores, v, &mut output[head * size..], heads * size, size);
                }
            });
        }
        Ok((
            CpuStorage::F32(output),
            Shape::from((n, queries, heads, size)),
        ))
    }
}

/// Number of queries at a time: every thread has some, and their scores stay in its cache.
fn strip(queries: usize, keys: usize) -> usize {
    let fair = queries.div_ceil(2 * rayon::current_num_threads());
    fair.clamp(16, STRIP)
        .min((SCORES_OF_A_THREAD / keys).max(1))
}

impl Attention {
    /// Queries x keys.
    fn scores(&self, q: Rows, k: Rows, size: usize, scores: &mut [f32]) {
        q.check(size);
        k.check(size);
        assert_eq!(scores.len(), q.count * k.count);
        // SAFETY: all that is read and written was checked above to lie in the slices.
        unsafe {
            gemm::gemm(
                q.count,
                k.count,
                size,
                scores.as_mut_ptr(),
                1,
                k.count.cast_signed(),
                false,
                q.values.as_ptr(),
                1,
                q.stride.cast_signed(),
                k.values.as_ptr(),
                k.stride.cast_signed(),
                1,
                0.0,
                self.scale,
                false,
                false,
                false,
                Parallelism::None,
            );
        }
    }
}

/// Values, summed by their weights. `output`: queries x `size`, `pitch` apart.
fn weighted_sum(weights: &[f32], v: Rows, output: &mut [f32], pitch: usize, size: usize) {
    v.check(size);
    let queries = weights.len() / v.count;
    assert!((queries - 1) * pitch + size <= output.len());
    // SAFETY: all that is read and written was checked above to lie in the slices.
    unsafe {
        gemm::gemm(
            queries,
            size,
            v.count,
            output.as_mut_ptr(),
            1,
            pitch.cast_signed(),
            false,
            weights.as_ptr(),
            1,
            v.count.cast_signed(),
            v.values.as_ptr(),
            1,
            v.stride.cast_signed(),
            0.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn random(shape: (usize, usize, usize, usize)) -> Tensor {
        Tensor::randn(0.0_f32, 1.0, shape, &Device::Cpu).unwrap()
    }

    #[test]
    fn it_is_what_products_and_softmax_make() {
        for (queries, keys) in [(1, 1), (37, 77), (300, 500)] {
            // As a network has them: heads beside each other in every row.
            let turned = |length| random((2, length, 3, 8)).transpose(1, 2).unwrap();
            let (q, k, v) = (turned(queries), turned(keys), random((2, 3, keys, 8)));
            let scores = q
                .contiguous()
                .unwrap()
                .matmul(&k.t().unwrap().contiguous().unwrap());
            let scores = (scores.unwrap() * 0.5).unwrap();
            let weights = softmax(&scores, D::Minus1).unwrap();
            let wanted = weights.matmul(&v).unwrap();
            let found = on_processor(&q, &k, &v, 0.5).unwrap();
            assert_eq!(found.dims(), wanted.dims());
            let off = (found - wanted).unwrap().abs().unwrap().max_all().unwrap();
            let off = off.to_scalar::<f32>().unwrap();
            assert!(off < 1e-5, "{queries} x {keys}: {off}");
        }
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        let (q, k) = (random((1, 2, 5, 8)), random((1, 2, 7, 4)));
        assert!(on_processor(&q, &k, &k, 1.0).is_err());
    }
}
