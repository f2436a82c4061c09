//! Veils of ice, high up: filaments along the wind, bent slowly, in patches.

use super::forms::VeilForm;
use super::noise::Flat;

/// Smooth noise repeats after four times as many cells as the rough kinds.
const SMOOTH: f32 = 0.25;

/// Depth of a veil that is seen.
const VISIBLE: f32 = 0.08;

/// Veils in one form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Veils {
    form: VeilForm,
    wind: [f32; 2],
}

impl Veils {
    pub fn new(form: VeilForm) -> Self {
        Self {
            form,
            wind: [form.wind.cos(), form.wind.sin()],
        }
    }

    /// True where a veil can be seen.
    pub fn is_cloudy(&self, noise: Flat, over: [f32; 2]) -> bool {
        self.depth(noise, over) > VISIBLE
    }

    /// Depth of the veil over a place of the ceiling.
    pub fn depth(&self, noise: Flat, [x, z]: [f32; 2]) -> f32 {
        let VeilForm {
            cover,
            fibres,
            scale,
            depth,
            bent,
            ..
        } = self.form;
        let along = (x * self.wind[0] + z * self.wind[1]) * scale;
        let across = (z * self.wind[0] - x * self.wind[1]) * scale;
        let smooth = |u: f32, v: f32| noise.smooth(u * SMOOTH, v * SMOOTH);
        // A slow bend of all, then a smaller one: filaments follow both.
        let bend = smooth(0.06 * along + 0.1, 0.09 * across);
        let across = across + bent * bend + 0.10 * smooth(0.13 * along + 1.6, 0.16 * across);
        let along = along + 0.4 * bend;
        let patches = smooth(0.05 * along + 2.8, 0.11 * across)
            + 0.5 * smooth(0.13 * along, 0.25 * across + 0.8);
        let thick = noise.at(0.06 * along, 0.55 * across)[0];
        let thin = noise.at(0.14 * along, 1.6 * across + 0.12 * thick)[1];
        let finest = noise.at(0.30 * along + 0.2, 4.4 * across + 0.10 * thin)[2];
        let filaments = 0.55 * thick + 0.35 * thin + 0.20 * finest;
        let above = (cover - 0.05 + 1.1 * patches + fibres * filaments).max(0.0);
        let silk = 1.0 + 0.8 * (thin + 0.6 * finest).clamp(-1.0, 1.0);
        0.85 * depth * above * above.sqrt() * silk
    }
}
