//! AdamW (Loshchilov and Hutter 2019) whose memory can be stored, so that a training can be
//! resumed; and the course of its rate.

use std::collections::BTreeMap;

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};

/// Longest gradient that is followed as it is: longer ones are shortened to this length.
const LONGEST: f64 = 1.0;

/// What a variable was pulled at, lately.
struct Memory {
    var: Var,
    first: Tensor,
    second: Tensor,
}

/// Variables by name.
pub struct AdamW {
    memories: BTreeMap<String, Memory>,
    step: usize,
    decay: f64,
}

impl AdamW {
    /// `decay`: how much of itself a kernel loses a step, by the rate; biases lose nothing.
    pub fn new(vars: BTreeMap<String, Var>, decay: f64) -> Result<Self> {
        let memory = |(name, var): (String, Var)| {
            let (first, second) = (var.zeros_like()?, var.zeros_like()?);
            Ok((name, Memory { var, first, second }))
        };
        Ok(Self {
            memories: vars.into_iter().map(memory).collect::<Result<_>>()?,
            step: 0,
            decay,
        })
    }

    /// Follows a gradient.
    pub fn step(&mut self, gradients: &GradStore, rate: f64) -> Result<()> {
        const FIRST: f64 = 0.9;
        const SECOND: f64 = 0.99;
        let shorter = self.shorter(gradients)?;
        self.step += 1;
        let power = i32::try_from(self.step).unwrap_or(i32::MAX);
        let (sure, even_surer) = (1.0 - FIRST.powi(power), 1.0 - SECOND.powi(power));
        for memory in self.memories.values_mut() {
            let Some(gradient) = gradients.get(&memory.var) else {
                continue;
            };
            let gradient = (gradient * shorter)?;
            memory.first = ((&memory.first * FIRST)? + (&gradient * (1.0 - FIRST))?)?;
            memory.second = ((&memory.second * SECOND)? + (gradient.sqr()? * (1.0 - SECOND))?)?;
            let pull = (&memory.first / sure)?;
            let pull = (pull / ((&memory.second / even_surer)?.sqrt()? + 1e-8)?)?;
            let is_bias = memory.var.rank() < 2;
            let keep = if is_bias {
                1.0
            } else {
                1.0 - rate * self.decay
            };
            let next = ((memory.var.as_tensor() * keep)? - (pull * rate)?)?;
            memory.var.set(&next)?;
        }
        Ok(())
    }

    fn shorter(&self, gradients: &GradStore) -> Result<f64> {
        let mut square = 0.0;
        for memory in self.memories.values() {
            if let Some(gradient) = gradients.get(&memory.var) {
                square += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
            }
        }
        Ok((LONGEST / square.sqrt().max(1e-12)).min(1.0))
    }

    /// All that it remembers, by name.
    pub fn memory(&self) -> Result<Vec<(String, Tensor)>> {
        let step = Tensor::new(&[self.step as f32], &candle_core::Device::Cpu)?;
        let memories = self.memories.iter().flat_map(|(name, memory)| {
            [
                (format!("first.{name}"), memory.first.clone()),
                (format!("second.{name}"), memory.second.clone()),
            ]
        });
        Ok(memories.chain([("step".to_owned(), step)]).collect())
    }

    /// Remembers what another of the same variables did.
    pub fn remember(&mut self, mut find: impl FnMut(&str) -> Result<Tensor>) -> Result<()> {
        for (name, memory) in &mut self.memories {
            memory.first = find(&format!("first.{name}"))?;
            memory.second = find(&format!("second.{name}"))?;
        }
        self.step = find("step")?.to_vec1::<f32>()?[0] as usize;
        Ok(())
    }
}

/// A rate that rises in a straight line for the first twentieth, then sinks like a cosine.
pub fn rate(peak: f64, step: usize, steps: usize) -> f64 {
    let warm = (steps / 20).max(1);
    if step < warm {
        return peak * (step + 1) as f64 / warm as f64;
    }
    let share = (step - warm) as f64 / (steps - warm).max(1) as f64;
    peak * (0.01 + 0.99 * 0.5 * (1.0 + (share * std::f64::consts::PI).cos()))
}
