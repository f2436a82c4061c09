//! Speed of our convolution, by shape and direction, beside candle's own.
#![allow(clippy::print_stdout)]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::hint::black_box;
use std::time::Instant;

use candle_core::{Device, Result, Tensor, Var};
use plumbline_nn::conv::{Activation, Geometry, conv2d};

const SHAPES: [(usize, usize, usize, Geometry); 8] = [
    (384, 64, 16, Geometry::same(1)),
    (384, 32, 64, Geometry::same(1)),
    (192, 64, 64, Geometry::same(1)),
    (96, 16, 16, Geometry::same(1)),
    (24, 128, 64, Geometry::same(2)),
    (12, 128, 128, Geometry::same(1)),
    (128, 32, 64, Geometry::HALF),
    (96, 64, 64, Geometry::POINT),
];

fn main() -> Result<()> {
    for (size, inputs, outputs, geometry) in SHAPES {
        let kernel = if geometry == Geometry::POINT { 1 } else { 3 };
        let x = Var::rand(-1_f32, 1_f32, (1, inputs, size, size), &Device::Cpu)?;
        let weight = Var::rand(
            -1_f32,
            1_f32,
            (outputs, inputs, kernel, kernel),
            &Device::Cpu,
        )?;
        let bias = Tensor::zeros(outputs, candle_core::DType::F32, &Device::Cpu)?;
        let ours = || conv2d(&x, &weight, &bias, geometry, Activation::Linear);
        let theirs = || {
            x.conv2d(
                &weight,
                geometry.padding,
                geometry.stride,
                geometry.dilation,
                1,
            )
        };
        let out = ours()?;
        let work = 2.0 * out.elem_count() as f64 * (inputs * kernel * kernel) as f64;
        let loss = out.sum_all()?;
        println!(
            "{inputs:4} to {outputs:3} channels, {size:3}², {geometry:?}: ours {:5.1}, candle's {:5.1}, ours backwards {:5.1} GFLOP/s",
            rate(work, || ours().map(|_| ()))?,
            rate(work, || theirs().map(|_| ()))?,
            rate(2.0 * work, || loss.backward().map(|_| ()))?,
        );
    }
    Ok(())
}

/// The best of several tries: others may be at work on this machine.
fn rate(work: f64, run: impl Fn() -> Result<()>) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..12 {
        let started = Instant::now();
        black_box(run()?);
        best = best.min(started.elapsed().as_secs_f64());
    }
    Ok(work / best / 1e9)
}
