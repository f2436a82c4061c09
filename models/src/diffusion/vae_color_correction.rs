//! Correction of the autoencoder's colours: it does not reproduce them exactly. Its error on plain
//! colours is measured once, and removed from everything it decodes.

use candle_core::{Device, Result, Tensor};

/// Steps of each channel in the chart, and pixels of a patch's side.
const STEPS: usize = 4;
const PATCH: usize = 32;
/// Patches in a row.
const ACROSS: usize = 8;
/// Pixels at a patch's border that its neighbour may colour.
const BORDER: usize = 8;
/// Weight of the ridge that pulls the map towards the identity, in patches.
const RIDGE: f64 = 0.05;

/// Affine map of colours.
#[derive(Debug, Clone, PartialEq)]
pub struct VaeColorCorrection {
    /// Three rows of red, green, blue and one.
    rows: [[f32; 4]; 3],
}

impl VaeColorCorrection {
    /// Measures an autoencoder; `round_trip` encodes and decodes a chart of 0..1.
    pub fn measure(round_trip: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Self> {
        let chart = chart()?;
        let found = patches(&round_trip(&chart)?.to_device(&Device::Cpu)?)?;
        Ok(Self {
            rows: fit(&found, &patches(&chart)?),
        })
    }

    /// Corrects a picture, n x 3 x h x w of 0..1.
    pub fn apply(&self, picture: &Tensor) -> Result<Tensor> {
        let (dtype, device) = (picture.dtype(), picture.device());
        let (n, _, h, w) = picture.dims4()?;
        let matrix: Vec<f32> = self.rows.iter().flat_map(|row| row[..3].to_vec()).collect();
        let added: Vec<f32> = self.rows.iter().map(|row| row[3]).collect();
        let matrix = Tensor::from_vec(matrix, (1, 3, 3), device)?.to_dtype(dtype)?;
        let added = Tensor::from_vec(added, (1, 3, 1), device)?.to_dtype(dtype)?;
        let colours = picture.reshape((n, 3, h * w))?;
        let mixed = matrix
            .broadcast_as((n, 3, 3))?
            .contiguous()?
            .matmul(&colours)?;
        mixed.broadcast_add(&added)?.reshape((n, 3, h, w))
    }
}

/// Colours of the chart, in order.
fn colours() -> impl Iterator<Item = [f32; 3]> {
    let step = |at: usize| at as f32 / (STEPS - 1) as f32;
    (0..STEPS.pow(3)).map(move |at| {
        let (r, g, b) = (at / (STEPS * STEPS), at / STEPS % STEPS, at % STEPS);
        [step(r), step(g), step(b)]
    })
}

fn chart() -> Result<Tensor> {
    let colours: Vec<[f32; 3]> = colours().collect();
    let side = ACROSS * PATCH;
    let value = |i: usize| {
        let (channel, y, x) = (i / (side * side), i / side % side, i % side);
        colours[y / PATCH * ACROSS + x / PATCH][channel]
    };
    let values: Vec<f32> = (0..3 * side * side).map(value).collect();
    Tensor::from_vec(values, (1, 3, side, side), &Device::Cpu)
}

/// Mean colour of every patch, without its border.
fn patches(picture: &Tensor) -> Result<Vec<[f64; 3]>> {
    let picture = picture.to_dtype(candle_core::DType::F32)?.get(0)?;
    let inner = PATCH - 2 * BORDER;
    (0..ACROSS * ACROSS)
        .map(|at| {
            let (y, x) = (at / ACROSS * PATCH + BORDER, at % ACROSS * PATCH + BORDER);
            let patch = picture.narrow(1, y, inner)?.narrow(2, x, inner)?;
            let means = patch.flatten_from(1)?.mean(1)?.to_vec1::<f32>()?;
            Ok([means[0], means[1], means[2]].map(f64::from))
        })
        .collect()
}

/// Least-squares map from `from` to `to`, with a ridge towards the identity.
fn fit(from: &[[f64; 3]], to: &[[f64; 3]]) -> [[f32; 4]; 3] {
    let mut normal = [[0.0; 4]; 4];
    let mut sides = [[0.0; 4]; 3];
    let with_one = |c: &[f64; 3]| [c[0], c[1], c[2], 1.0];
    for (from, to) in from.iter().zip(to) {
        let from = with_one(from);
        for i in 0..4 {
            for j in 0..4 {
                normal[i][j] += from[i] * from[j];
            }
            for (side, to) in sides.iter_mut().zip(to) {
                side[i] += from[i] * to;
            }
        }
    }
    for (channel, side) in sides.iter_mut().enumerate() {
        side[channel] += RIDGE;
    }
    for (i, row) in normal.iter_mut().enumerate() {
        row[i] += RIDGE;
    }
    sides.map(|side| solve(normal, side).map(|v| v as f32))
}

/// Solves a system by Gaussian elimination; the matrix is symmetric and positive definite.
fn solve(mut matrix: [[f64; 4]; 4], mut side: [f64; 4]) -> [f64; 4] {
    for i in 0..4 {
        for below in i + 1..4 {
            let share = matrix[below][i] / matrix[i][i];
            let row = matrix[i];
            for (value, above) in matrix[below].iter_mut().zip(row) {
                *value -= share * above;
            }
            side[below] -= share * side[i];
        }
    }
    for i in (0..4).rev() {
        let rest: f64 = (i + 1..4).map(|j| matrix[i][j] * side[j]).sum();
        side[i] = (side[i] - rest) / matrix[i][i];
    }
    side
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_is_measured_and_taken_out() {
        let cast = |picture: &Tensor| {
            let scale = Tensor::new(&[0.93_f32, 1.0, 1.05], &Device::Cpu)?.reshape((1, 3, 1, 1))?;
            (picture.broadcast_mul(&scale)? * 0.97)? + 0.015
        };
        let correction = VaeColorCorrection::measure(cast).unwrap();
        let chart = chart().unwrap();
        let mended = correction.apply(&cast(&chart).unwrap()).unwrap();
        let off = (mended - chart).unwrap().abs().unwrap();
        let worst = off.max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(worst < 2e-3, "{worst}");
    }

    #[test]
    fn an_autoencoder_without_a_cast_is_left_alone() {
        let correction = VaeColorCorrection::measure(|picture| Ok(picture.clone())).unwrap();
        for (channel, row) in correction.rows.iter().enumerate() {
            for (at, value) in row.iter().enumerate() {
                let wanted = f32::from(at == channel);
                assert!((value - wanted).abs() < 1e-5, "{:?}", correction.rows);
            }
        }
    }
}
