//! Group normalisation (Wu and He 2018), alone or with SiLU after it, in one pass: candle's takes
//! ten. With candle's where gradients are wanted.

use candle_core::{CpuStorage, CustomOp3, DType, Layout, Module, Result, Shape, Tensor, bail};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use crate::dense;
use crate::simd::scaled_silu;
use crate::storage::contiguous_f32;

/// Layer: parameters and groups.
#[derive(Debug, Clone)]
pub struct GroupNorm {
    weight: Tensor,
    bias: Tensor,
    groups: usize,
    eps: f64,
}

impl GroupNorm {
    /// Takes both parameters from `vb`.
    pub fn new(groups: usize, channels: usize, eps: f64, vb: &VarBuilder) -> Result<Self> {
        if groups == 0 || !channels.is_multiple_of(groups) {
            bail!("{channels} channels cannot be put in {groups} groups");
        }
        let vb = dense::activation_builder(vb);
        Ok(Self {
            weight: vb.get(channels, "weight")?,
            bias: vb.get(channels, "bias")?,
            groups,
            eps,
        })
    }

    /// Normalises, then applies SiLU.
    pub fn forward_silu(&self, x: &Tensor) -> Result<Tensor> {
        self.normalise(x, true)
    }

    fn normalise(&self, x: &Tensor, silu: bool) -> Result<Tensor> {
        let tracked = x.track_op() || self.weight.track_op();
        if x.device().is_cpu() && x.dtype() == DType::F32 && !tracked {
            let op = Op {
                groups: self.groups,
                eps: self.eps,
                silu,
            };
            return x
                .contiguous()?
                .apply_op3_no_bwd(&self.weight, &self.bias, &op);
        }
        let (weight, bias) = (&self.weight, &self.bias);
        #[cfg(feature = "cuda")]
        if crate::kernels::supported(&[x, weight, bias]) {
            return crate::kernels::group_norm(x, weight, bias, self.groups, self.eps, silu);
        }
        let norm = candle_nn::GroupNorm::new(
            weight.clone(),
            bias.clone(),
            weight.dim(0)?,
            self.groups,
            self.eps,
        )?;
        let y = norm.forward(x)?;
        if silu { y.silu() } else { Ok(y) }
    }
}

impl Module for GroupNorm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.normalise(x, false)
    }
}

struct Op {
    groups: usize,
    eps: f64,
    silu: bool,
}

impl CustomOp3 for Op {
    fn name(&self) -> &'static str {
        "group-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let x = contiguous_f32(x, layout)?;
        let (weight, bias) = (
            contiguous_f32(weight, weight_layout)?,
            contiguous_f32(bias, bias_layout)?,
        );
        let dims = layout.dims();
        let (channels, pixels) = (dims[1], dims[2..].iter().product::<usize>());
        let group = channels / self.groups * pixels;
        let mut y = vec![0.0; x.len()];
        let groups = y.par_chunks_mut(group).zip(x.par_chunks(group));
        groups.enumerate().for_each(|(at, (y, x))| {
            let first = at % self.groups * (channels / self.groups);
            let (mean, scale) = moments(x, self.eps);
            let planes = y.chunks_mut(pixels).zip(x.chunks(pixels));
            for (channel, (y, x)) in planes.enumerate() {
                let scale = scale * weight[first + channel];
                let shift = bias[first + channel] - mean * scale;
                self.plane(y, x, scale, shift);
            }
        });
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }
}

impl Op {
    fn plane(&self, y: &mut [f32], x: &[f32], scale: f32, shift: f32) {
        if self.silu {
            scaled_silu(y, x, scale, shift);
        } else {
            y.iter_mut()
                .zip(x)
                .for_each(|(y, x)| *y = x * scale + shift);
        }
    }
}

/// Mean, and one over the deviation. Sums of a thousand values in single precision, sums of those
/// in double: exact enough and as fast as memory.
fn moments(x: &[f32], eps: f64) -> (f32, f32) {
    const RUN: usize = 1024;
    let count = x.len() as f64;
    let mean = x.chunks(RUN).map(|run| simd_sum(run, |v| v)).sum::<f64>() / count;
    let middle = mean as f32;
    let spread = |v: f32| (v - middle) * (v - middle);
    let variance = x.chunks(RUN).map(|run| simd_sum(run, spread)).sum::<f64>() / count;
    (middle, (1.0 / (variance + eps).sqrt()) as f32)
}

/// Sum of sixteen partial sums, which a processor adds at once.
fn simd_sum(run: &[f32], of: impl Fn(f32) -> f32) -> f64 {
    let mut sums = [0.0_f32; 16];
    let mut rest = run.chunks_exact(16);
    for part in &mut rest {
        for (sum, &v) in sums.iter_mut().zip(part) {
            *sum += of(v);
        }
    }
    let tail: f32 = rest.remainder().iter().map(|&v| of(v)).sum();
    f64::from(sums.iter().sum::<f32>() + tail)
}
