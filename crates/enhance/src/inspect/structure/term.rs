//! The structure term of SSIM (Wang et al. 2004) between the two pictures' windows at full size.
//! Brightness and contrast may change freely; the pattern may not. A window that loses three quarters
//! of its contrast counts as changed too: plain SSIM would call a wiped-out object unchanged.

use crate::inspect::moments::Moments;

/// Deviation of L*/100 above which a window has structure to compare: beyond what saving as JPEG
/// at quality 80 does to a plain surface.
const ACTIVE: f64 = 0.03;
/// Stabiliser: the product of deviations that noise and rounding make by themselves.
const NOISE: f64 = 5e-5;
/// Contrast may fall or rise to this share before it counts as another pattern.
const CONTRAST: f64 = 0.25;

/// The structure term of one window; `None` where neither picture has structure.
pub(crate) fn term(moments: &Moments) -> Option<f64> {
    let (x, y) = (moments.variance_x().sqrt(), moments.variance_y().sqrt());
    let top = x.max(y);
    if top <= ACTIVE {
        return None;
    }
    let product = (x * y).max(CONTRAST * top * top);
    Some((moments.covariance() + NOISE) / (product + NOISE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
        let mut moments = Moments::default();
        pairs.for_each(|(x, y)| moments.add(x, y));
        term(&moments)
    }

    #[test]
    fn brightness_and_contrast_may_change_but_a_pattern_may_not_vanish() {
        let wave = |i: i32| 0.4 + 0.1 * f64::from(i % 7) / 7.0;
        let lifted = of((0..500).map(|i| (wave(i), wave(i) * 1.6 + 0.1)));
        assert!(lifted > Some(0.999));
        assert!(of((0..500).map(|i| (wave(i), 0.5))) < Some(0.2));
        assert!(of((0..500).map(|i| (0.5, wave(i)))) < Some(0.2));
        assert_eq!(of((0..500).map(|_| (0.5, 0.6))), None);
    }
}
