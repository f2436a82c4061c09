//! Our convolution against candle's own, forwards and backwards.
#![allow(clippy::unwrap_used, reason = "the whole program is tests")]

use candle_core::{DType, Device, Tensor, Var};
use plumbline_nn::conv::{Activation, Geometry, conv2d};

/// Pseudo-random numbers of −1 to 1, always the same.
fn noise(dims: &[usize], seed: u32) -> Tensor {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let values: Vec<f32> = (0..dims.iter().product())
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect();
    Tensor::from_vec(values, dims, &Device::Cpu).unwrap()
}

fn scalar(x: &Tensor) -> f32 {
    x.to_dtype(DType::F32).unwrap().to_scalar().unwrap()
}

/// The largest difference, by the largest value.
fn off(found: &Tensor, wanted: &Tensor) -> f32 {
    assert_eq!(found.dims(), wanted.dims());
    let peak = |x: &Tensor| scalar(&x.abs().unwrap().max_all().unwrap());
    peak(&(found - wanted).unwrap()) / peak(wanted).max(1e-3)
}

struct Case {
    images: usize,
    inputs: usize,
    outputs: usize,
    kernel: usize,
    size: (usize, usize),
    geometry: Geometry,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let sizes = [(1, 1), (2, 5), (7, 9), (16, 16), (33, 21), (12, 70)];
    let channels = [(1, 1), (3, 16), (6, 1), (16, 3), (64, 16), (16, 20)];
    for (i, size) in sizes.into_iter().enumerate() {
        for (j, (inputs, outputs)) in channels.into_iter().enumerate() {
            for dilation in [1, 2, 4, 8] {
                for stride in [1, 2] {
                    cases.push(Case {
                        images: 1 + (i + j) % 3,
                        inputs,
                        outputs,
                        kernel: 3,
                        size,
                        geometry: Geometry {
                            stride,
                            padding: dilation,
                            dilation,
                        },
                    });
                }
            }
        }
    }
    for (kernel, stride, padding) in [
        (1, 1, 0),
        (1, 2, 0),
        (1, 1, 2),
        (3, 1, 0),
        (3, 2, 0),
        (5, 2, 2),
        (2, 2, 0),
        (5, 3, 2),
    ] {
        cases.push(Case {
            images: 2,
            inputs: 6,
            outputs: 10,
            kernel,
            size: (11, 13),
            geometry: Geometry {
                stride,
                padding,
                dilation: 1,
            },
        });
    }
    cases
}

impl Case {
    fn parts(&self) -> [Tensor; 3] {
        let (rows, columns) = self.size;
        [
            noise(&[self.images, self.inputs, rows, columns], 1),
            noise(&[self.outputs, self.inputs, self.kernel, self.kernel], 2),
            noise(&[self.outputs], 3),
        ]
    }

    fn theirs(&self, x: &Tensor, weight: &Tensor, bias: &Tensor) -> Tensor {
        let Geometry {
            stride,
            padding,
            dilation,
        } = self.geometry;
        let bias = bias.reshape((1, self.outputs, 1, 1)).unwrap();
        let sum = x.conv2d(weight, padding, stride, dilation, 1).unwrap();
        sum.broadcast_add(&bias).unwrap()
    }

    fn name(&self) -> String {
        format!(
            "{} x {} x {:?} by {} x {}², {:?}",
            self.images, self.inputs, self.size, self.outputs, self.kernel, self.geometry
        )
    }
}

#[test]
fn every_shape_gives_what_candles_own_gives() {
    for case in cases() {
        let [x, weight, bias] = case.parts();
        let wanted = case.theirs(&x, &weight, &bias);
        let found = conv2d(&x, &weight, &bias, case.geometry, Activation::Linear).unwrap();
        let off_by = off(&found, &wanted);
        assert!(off_by <= 1e-5, "{}: off by {off_by:e}", case.name());
        let found = conv2d(&x, &weight, &bias, case.geometry, Activation::Relu).unwrap();
        assert!(
            off(&found, &wanted.relu().unwrap()) <= 1e-5,
            "{}",
            case.name()
        );
    }
}

/// The gradients of a sum of outputs, each by a number of its own.
fn gradients(parts: &[Tensor; 3], forward: impl Fn(&[Var]) -> Tensor) -> Vec<Tensor> {
    let vars: Vec<Var> = parts.iter().map(|t| Var::from_tensor(t).unwrap()).collect();
    let out = forward(&vars);
    let loss = (&out * noise(out.dims(), 4)).unwrap().sum_all().unwrap();
    let found = loss.backward().unwrap();
    vars.iter()
        .map(|var| found.get(var).unwrap().clone())
        .collect()
}

#[test]
fn its_gradients_are_those_of_candles_own() {
    // candle's own has none where a stride reaches the last row but not the last column.
    let can = |case: &Case| {
        case.size
            .0
            .abs_diff(case.size.1)
            .is_multiple_of(case.geometry.stride)
    };
    for case in cases().into_iter().filter(can) {
        let parts = case.parts();
        let found = gradients(&parts, |v| {
            conv2d(&v[0], &v[1], &v[2], case.geometry, Activation::Relu).unwrap()
        });
        let wanted = gradients(&parts, |v| case.theirs(&v[0], &v[1], &v[2]).relu().unwrap());
        for (part, (found, wanted)) in ["x", "weight", "bias"]
            .iter()
            .zip(found.iter().zip(&wanted))
        {
            let off_by = off(found, wanted);
            assert!(
                off_by <= 1e-5,
                "{} of {}: off by {off_by:e}",
                part,
                case.name()
            );
        }
    }
}
