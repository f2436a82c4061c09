//! A picture of a sky as the backdrop of a house: as wide as the photo, its horizon where the photo's
//! sky ends, mirrored where its light would come from the wrong side.

use crate::filters::scale::{self, Kernel};
use crate::math::colour::luminance;
use crate::pixels::Pixels;
use crate::sky::matte::{Matte, light};
use crate::sky::new_sky::NewSky;
use crate::sky::planes::Plane;

/// Limits of the factor on its light that brings its brightness to the photo's.
const DARKER: f32 = 0.7;
const BRIGHTER: f32 = 1.4;

/// Linear light of the picture over the whole photo, coarse.
pub(crate) fn fit(own: &Pixels, new: &NewSky, matte: &Matte) -> [Plane; 3] {
    let (width, height) = (matte.share.width, matte.share.height);
    let lowest = ((matte.view.lowest * height as f32) as usize).clamp(1, height);
    let (across, down) = cover(own, width, lowest);
    let small = scale::shrink(
        own,
        own.width().min(across as u32),
        own.height().min(down as u32),
        Kernel::Area,
    );
    let light = light(&small).map(|plane| plane.resized(across, down));
    let mirrored = side(&light) * matte.view.brighter_side < 0.0;
    let gain = (new.level / mean(&light)).clamp(DARKER, BRIGHTER);
    let left = (across - width) / 2;
    light.map(|plane| {
        let at = |i: usize| {
            let (x, y) = (i % width, i / width);
            let x = left + if mirrored { width - 1 - x } else { x };
            // The lower edges lie on each other; below it is its last row.
            let y = (y + down).saturating_sub(lowest).min(down - 1);
            (plane.values[y * across + x] * gain).min(1.0)
        };
        Plane::new(width, height, (0..width * height).map(at).collect())
    })
}

/// The smallest size of its shape that covers a size.
fn cover(own: &Pixels, width: usize, height: usize) -> (usize, usize) {
    let (w, h) = (own.width() as f32, own.height() as f32);
    let scale = (width as f32 / w).max(height as f32 / h);
    let side = |v: f32, least: usize| ((v * scale).round() as usize).max(least);
    (side(w, width), side(h, height))
}

fn mean(light: &[Plane; 3]) -> f32 {
    let [r, g, b] = light.each_ref().map(|plane| {
        let sum: f64 = plane.values.iter().map(|&v| f64::from(v)).sum();
        (sum / plane.values.len() as f64) as f32
    });
    luminance([r, g, b]).max(1e-3)
}

/// From which side it is brighter: negative left, positive right.
fn side(light: &[Plane; 3]) -> f32 {
    let plane = &light[1];
    let lean = |(i, v): (usize, &f32)| {
        let x = (i % plane.width) as f32 / plane.width as f32 - 0.5;
        f64::from(x * v)
    };
    plane.values.iter().enumerate().map(lean).sum::<f64>() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Pixels {
        Pixels::from_eight(width, height, vec![128; (width * height * 3) as usize]).unwrap()
    }

    #[test]
    fn a_sky_of_any_shape_covers_the_photos() {
        for (own, sky) in [
            ((300, 100), (200, 150)),
            ((100, 300), (200, 50)),
            ((10, 10), (64, 64)),
        ] {
            let (across, down) = cover(&picture(own.0, own.1), sky.0, sky.1);
            assert!(across >= sky.0 && down >= sky.1, "{own:?} over {sky:?}");
            assert!(
                across == sky.0 || down == sky.1,
                "{own:?} over {sky:?} is too large"
            );
        }
    }
}
