//! AdamW (Loshchilov and Hutter 2019) whose state can be stored, so that a training can be resumed;
//! and the schedule of its learning rate.

use std::collections::BTreeMap;

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};

/// Largest norm of a gradient: longer ones are clipped to it.
const MAX_NORM: f64 = 1.0;

/// Variable, and the running moments of its gradient.
struct Moments {
    var: Var,
    first: Tensor,
    second: Tensor,
}

/// Variables by name.
pub struct AdamW {
    moments: BTreeMap<String, Moments>,
    step: usize,
    decay: f64,
}

impl AdamW {
    /// Starts with no moments. `decay`: weight decay of kernels, by the rate; biases have none.
    pub fn new(vars: BTreeMap<String, Var>, decay: f64) -> Result<Self> {
        let moment = |(name, var): (String, Var)| {
            let (first, second) = (var.zeros_like()?, var.zeros_like()?);
            Ok((name, Moments { var, first, second }))
        };
        Ok(Self {
            moments: vars.into_iter().map(moment).collect::<Result<_>>()?,
            step: 0,
            decay,
        })
    }

    /// Takes a step along a gradient.
    pub fn step(&mut self, gradients: &GradStore, rate: f64) -> Result<()> {
        const FIRST: f64 = 0.9;
        const SECOND: f64 = 0.99;
        let clip = self.clip(gradients)?;
        self.step += 1;
        let power = i32::try_from(self.step).unwrap_or(i32::MAX);
        let (first_correction, second_correction) =
            (1.0 - FIRST.powi(power), 1.0 - SECOND.powi(power));
        for moment in self.moments.values_mut() {
            let Some(gradient) = gradients.get(&moment.var) else {
                continue;
            };
            let gradient = (gradient * clip)?;
            moment.first = ((&moment.first * FIRST)? + (&gradient * (1.0 - FIRST))?)?;
            moment.second = ((&moment.second * SECOND)? + (gradient.sqr()? * (1.0 - SECOND))?)?;
            let update = (&moment.first / first_correction)?;
            let update = (update / ((&moment.second / second_correction)?.sqrt()? + 1e-8)?)?;
            let is_bias = moment.var.rank() < 2;
            let keep = if is_bias {
                1.0
            } else {
                1.0 - rate * self.decay
            };
            let next = ((moment.var.as_tensor() * keep)? - (update * rate)?)?;
            moment.var.set(&next)?;
        }
        Ok(())
    }

    fn clip(&self, gradients: &GradStore) -> Result<f64> {
        let mut square = 0.0;
        for moment in self.moments.values() {
            if let Some(gradient) = gradients.get(&moment.var) {
                square += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
            }
        }
        Ok((MAX_NORM / square.sqrt().max(1e-12)).min(1.0))
    }

    /// State of the optimizer, by name.
    pub fn state(&self) -> Result<Vec<(String, Tensor)>> {
        let step = Tensor::new(&[self.step as f32], &candle_core::Device::Cpu)?;
        let moments = self.moments.iter().flat_map(|(name, moment)| {
            [
                (format!("first.{name}"), moment.first.clone()),
                (format!("second.{name}"), moment.second.clone()),
            ]
        });
        Ok(moments.chain([("step".to_owned(), step)]).collect())
    }

    /// Takes over the state of another of the same variables.
    pub fn load_state(&mut self, mut find: impl FnMut(&str) -> Result<Tensor>) -> Result<()> {
        for (name, moment) in &mut self.moments {
            moment.first = find(&format!("first.{name}"))?;
            moment.second = find(&format!("second.{name}"))?;
        }
        self.step = find("step")?.to_vec1::<f32>()?[0] as usize;
        Ok(())
    }
}

/// Learning rate at a step: rises linearly for the first twentieth, then falls like a cosine.
pub fn rate(peak: f64, step: usize, steps: usize) -> f64 {
    let warm = (steps / 20).max(1);
    if step < warm {
        return peak * (step + 1) as f64 / warm as f64;
    }
    let share = (step - warm) as f64 / (steps - warm).max(1) as f64;
    peak * (0.01 + 0.99 * 0.5 * (1.0 + (share * std::f64::consts::PI).cos()))
}
