//! Convolution as an operation of candle's: checks sizes, computes values and gradients.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Storage, Tensor, bail};

use crate::conv::correlation::{Correlation, Finish, Phase};
use crate::conv::grid::{Frame, Tap};
use crate::conv::sizes::Sizes;
use crate::conv::{Activation, Geometry};
use crate::storage::contiguous_f32;

/// Convolution as an operation of candle's.
pub(super) struct Op {
    pub geometry: Geometry,
    pub activation: Activation,
}

impl Op {
    fn sizes(&self, x: &Shape, weight: &Shape, bias: &Shape) -> Result<Sizes> {
        Sizes::of(self.geometry, x, weight.dims4()?, bias)
    }

    fn forwards(&self, sizes: Sizes) -> Correlation {
        let Geometry {
            stride,
            padding,
            dilation,
        } = self.geometry;
        let taps: Vec<Tap> = (0..sizes.kernel * sizes.kernel)
            .map(|at| Tap {
                row: at / sizes.kernel * dilation,
                column: at % sizes.kernel * dilation,
                at,
            })
            .collect();
        let columns = (sizes.input.1, sizes.output.1);
        Correlation {
            frame: Frame::new((padding, padding), stride, columns, &taps),
            input: sizes.input,
            output: sizes.output,
            step: 1,
            phases: vec![Phase { from: (0, 0), taps }],
        }
    }

    /// From the outputs' gradient to the inputs'. Input pixels a stride apart hang on the same taps.
    fn backwards(&self, sizes: Sizes) -> Correlation {
        let stride = self.geometry.stride;
        let lead = ((sizes.kernel - 1) * self.geometry.dilation).div_ceil(stride);
        let phases: Vec<Phase> = (0..stride * stride)
            .map(|phase| {
                let from = (phase / stride, phase % stride);
                let taps = (0..sizes.kernel * sizes.kernel).filter_map(|at| {
                    Some(Tap {
                        row: self.source(from.0, at / sizes.kernel, lead)?,
                        column: self.source(from.1, at % sizes.kernel, lead)?,
                        at,
                    })
                });
                Phase {
                    from,
                    taps: taps.collect(),
                }
            })
            .collect();
        let taps: Vec<Tap> = phases.iter().flat_map(|phase| phase.taps.clone()).collect();
        let columns = (sizes.output.1, sizes.input.1.div_ceil(stride));
        Correlation {
            frame: Frame::new((lead, lead), 1, columns, &taps),
            input: sizes.output,
            output: sizes.input,
            step: stride,
            phases,
        }
    }

    /// Index of the output that the input pixel `from` feeds through a tap, `lead` added; `None`: there
    /// is none.
    fn source(&self, from: usize, tap: usize, lead: usize) -> Option<usize> {
        let Geometry {
            stride,
            padding,
            dilation,
        } = self.geometry;
        let ahead = (from + padding + lead * stride).checked_sub(tap * dilation)?;
        ahead.is_multiple_of(stride).then_some(ahead / stride)
    }
}

impl CustomOp3 for Op {
    fn name(&self) -> &'static str {
        "direct-conv2d"
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
        let sizes = self.sizes(x_layout.shape(), weight_layout.shape(), bias_layout.shape())?;
        let weight = contiguous_f32(weight, weight_layout)?;
        let output = self.forwards(sizes).run(
            contiguous_f32(x, x_layout)?,
            (sizes.inputs, sizes.outputs),
            |output, input, at| {
                weight[(output * sizes.inputs + input) * sizes.kernel * sizes.kernel + at]
            },
            Finish {
                bias: contiguous_f32(bias, bias_layout)?,
                floor: match self.activation {
                    Activation::Linear => f32::NEG_INFINITY,
                    Activation::Relu => 0.0,
                },
            },
        );
        let (rows, columns) = sizes.output;
        let shape = Shape::from((sizes.images, sizes.outputs, rows, columns));
        Ok((CpuStorage::F32(output), shape))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let sizes = self.sizes(x.shape(), weight.shape(), bias.shape())?;
        let gradient = read(&gradient.contiguous()?, |gradient| {
            read(result, |result| Ok(self.gradient_of_sums(result, gradient)))
        })?;
        let channels = (sizes.inputs, sizes.outputs);
        let x_gradient = x.track_op().then(|| {
            let found = read(weight, |weight| {
                let finish = Finish {
                    bias: &[],
                    floor: f32::NEG_INFINITY,
                };
                let taps = sizes.kernel * sizes.kernel;
                let weight =
                    |input, output, at| weight[(output * sizes.inputs + input) * taps + at];
                let channels = (sizes.outputs, sizes.inputs);
                Ok(self
                    .backwards(sizes)
                    .run(&gradient, channels, weight, finish))
            })?;
            Tensor::from_vec(found, x.shape(), x.device())
        });
        let weight_gradient = read(x, |x| {
            Ok(self.forwards(sizes).weight_gradient(x, &gradient, channels))
        })?;
        let weight_gradient = Tensor::from_vec(weight_gradient, weight.shape(), weight.device())?;
        let bias = Tensor::from_vec(totals(&gradient, sizes), bias.shape(), bias.device())?;
        Ok((x_gradient.transpose()?, Some(weight_gradient), Some(bias)))
    }
}

impl Op {
    /// Gradient before the activation: a rectifier lets it pass where its result is positive.
    fn gradient_of_sums(&self, result: &[f32], gradient: &[f32]) -> Vec<f32> {
        match self.activation {
            Activation::Linear => gradient.to_vec(),
            Activation::Relu => result
                .iter()
                .zip(gradient)
                .map(|(&result, &gradient)| if result > 0.0 { gradient } else { 0.0 })
                .collect(),
        }
    }
}

/// The gradient of the bias.
fn totals(gradient: &[f32], sizes: Sizes) -> Vec<f32> {
    let mut totals = vec![0.0; sizes.outputs];
    let planes = gradient.chunks_exact(sizes.output.0 * sizes.output.1);
    for (index, plane) in planes.enumerate() {
        totals[index % sizes.outputs] += plane.iter().sum::<f32>();
    }
    totals
}

fn read<T>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> Result<T>) -> Result<T> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => read(contiguous_f32(storage, layout)?),
        _ => bail!("this convolution knows the CPU only"),
    }
}
