//! Euler scheduler: Euler's method along the noise (Karras et al. 2022, "Elucidating the design space of
//! diffusion-based generative models", algorithm 2 without churn), with the trailing timesteps
//! that SDXL-Lightning was distilled for (Lin et al. 2024, "Common diffusion noise schedules and
//! sample steps are flawed").

use candle_core::{Result, Tensor};

/// Timesteps of the training.
const TRAINED: usize = 1000;
/// Noise that a step of the training adds, first and last; evenly between their roots.
const BETAS: (f32, f32) = (0.000_85, 0.012);

/// Step of the schedule, by its beginning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Timestep for the networks, 0 to 999.
    pub timestep: usize,
    /// Deviation of the noise at its beginning.
    pub sigma: f32,
    /// Deviation of the noise after it.
    pub next_sigma: f32,
}

/// All steps of a checkpoint, from pure noise to none.
#[derive(Debug, Clone, PartialEq)]
pub struct EulerScheduler {
    steps: Vec<Step>,
}

impl EulerScheduler {
    /// Schedule of a checkpoint that was distilled for `count` steps, with trailing timesteps.
    pub fn trailing(count: usize) -> Self {
        let all = sigmas();
        let spacing = TRAINED as f64 / count as f64;
        let timesteps: Vec<usize> = (0..count)
            .map(|i| (TRAINED as f64 - i as f64 * spacing).round_ties_even() as usize - 1)
            .collect();
        let next_sigmas = timesteps.iter().skip(1).map(|&t| all[t]).chain([0.0]);
        let steps = timesteps.iter().zip(next_sigmas);
        Self {
            steps: steps
                .map(|(&timestep, next_sigma)| Step {
                    timestep,
                    sigma: all[timestep],
                    next_sigma,
                })
                .collect(),
        }
    }

    /// All steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Last `count` steps.
    pub fn last(&self, count: usize) -> &[Step] {
        &self.steps[self.steps.len().saturating_sub(count)..]
    }
}

impl Step {
    /// Adds this step's noise to latents, from which denoising starts.
    pub fn add_noise(&self, latents: &Tensor, noise: &Tensor) -> Result<Tensor> {
        latents + (noise * f64::from(self.sigma))?
    }

    /// Scales latents as input of the networks.
    pub fn scale_model_input(&self, latents: &Tensor) -> Result<Tensor> {
        let sigma = f64::from(self.sigma);
        latents / sigma.mul_add(sigma, 1.0).sqrt()
    }

    /// Takes the step: latents after it, given the noise that the UNet predicts in them.
    pub fn advance(&self, latents: &Tensor, noise: &Tensor) -> Result<Tensor> {
        latents + (noise * f64::from(self.next_sigma - self.sigma))?
    }
}

/// Deviation of the noise at every timestep of the training. In single precision where
/// diffusers is, whose numbers they must be.
fn sigmas() -> Vec<f32> {
    let (from, to) = (BETAS.0.sqrt(), BETAS.1.sqrt());
    let mut alpha = 1.0_f32;
    (0..TRAINED)
        .map(|i| {
            let root = from + (to - from) * i as f32 / (TRAINED - 1) as f32;
            alpha *= 1.0 - root * root;
            ((1.0 - alpha) / alpha).sqrt()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedules_are_those_of_the_original() {
        let golden: [(usize, &[usize], &[f32]); 3] = [
            (
                4,
                &[999, 749, 499, 249],
                &[14.614_647, 4.081_731, 1.612_887, 0.693_205],
            ),
            (
                8,
                &[999, 874, 749, 624, 499, 374, 249, 124],
                &[
                    14.614_647, 7.297_354, 4.081_731, 2.492_532, 1.612_887, 1.068_952, 0.693_205,
                    0.397_746,
                ],
            ),
            (3, &[999, 666, 332], &[14.614_647]),
        ];
        for (count, timesteps, sigmas) in golden {
            let scheduler = EulerScheduler::trailing(count);
            let found: Vec<usize> = scheduler.steps().iter().map(|step| step.timestep).collect();
            assert_eq!(found, timesteps);
            for (step, wanted) in scheduler.steps().iter().zip(sigmas) {
                let off = (step.sigma / wanted - 1.0).abs();
                assert!(off < 2e-6, "{} instead of {wanted}", step.sigma);
            }
            assert_eq!(scheduler.steps()[count - 1].next_sigma, 0.0);
        }
    }
}
