//! Values beyond white, rolled off instead of cut.
//!
//! A fused pyramid overshoots where a bright window meets a dark room: Hessel and Morel,
//! "Extended Exposure Fusion", 2020, name it the out-of-range artefact. Cutting at white would
//! lose the sky that the dark frame brought, so the brightest values bend under white instead.
//! All three channels get one factor, so no hue turns.

use crate::brackets::pyramid::Plane;

/// Below this unit value nothing changes.
const KNEE: f32 = 0.7;
/// Share of the picture that may still end at white.
const AT_WHITE: f32 = 0.002;
/// Steps a unit of the histogram that finds the brightest values.
const STEPS: f32 = 1024.0;

/// `out = knee + (v - knee) / (1 + bend * (v - knee))` above the knee.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shoulder {
    bend: f32,
}

impl Shoulder {
    /// Brings all but the brightest 0.2 % of a picture below white; nothing is bent when they are.
    pub fn over(rgb: &[Plane; 3]) -> Self {
        let mut counts = vec![0_u32; (2.0 * STEPS) as usize];
        for i in 0..rgb[0].values.len() {
            let top = brightest([0, 1, 2].map(|c| rgb[c].values[i]));
            let step = ((top * STEPS) as usize).min(counts.len() - 1);
            counts[step] += 1;
        }
        let spared = (rgb[0].values.len() as f32 * AT_WHITE) as u32;
        let brighter = |step: &usize| counts[*step..].iter().sum::<u32>() > spared;
        let step = (0..counts.len()).rev().find(brighter).unwrap_or(0);
        Self::to_white((step + 1) as f32 / STEPS)
    }

    fn to_white(top: f32) -> Self {
        let bend = 1.0 / (1.0 - KNEE) - 1.0 / (top.max(1.0) - KNEE);
        Self { bend }
    }

    /// Writes a tile into the band of full rows it belongs to.
    pub fn write(&self, rgb: &[Plane; 3], band: &mut [u16], width: usize) {
        let across = rgb[0].window.across;
        for (i, row) in band.chunks_exact_mut(width * 3).enumerate() {
            let to = &mut row[across.start * 3..across.end * 3];
            let start = i * across.len();
            for (x, to) in to.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let colour = [0, 1, 2].map(|c| rgb[c].values[start + x]);
                let factor = self.factor(brightest(colour));
                *to = colour.map(|v| ((v * factor).clamp(0.0, 1.0) * 65535.0 + 0.5) as u16);
            }
        }
    }

    #[inline(always)]
    fn factor(&self, top: f32) -> f32 {
        let over = (top - KNEE).max(0.0);
        let bent = top.min(KNEE) + over / (1.0 + self.bend * over);
        if over > 0.0 { bent / top } else { 1.0 }
    }
}

fn brightest([r, g, b]: [f32; 3]) -> f32 {
    r.max(g).max(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brightest_value_becomes_white_and_the_dark_stays() {
        let shoulder = Shoulder::to_white(1.4);
        assert!((shoulder.factor(1.4) * 1.4 - 1.0).abs() < 1e-5);
        assert_eq!(shoulder.factor(0.5), 1.0);
        let bent: Vec<f32> = (0..140)
            .map(|i| i as f32 / 100.0)
            .map(|v| v * shoulder.factor(v))
            .collect();
        assert!(bent.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_picture_in_range_is_left_alone() {
        let shoulder = Shoulder::to_white(0.9);
        assert!((shoulder.factor(0.95) - 1.0).abs() < 1e-6);
    }
}
