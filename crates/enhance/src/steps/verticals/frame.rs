//! Geometry of a camera turned about its centre: places of an upright picture's pixels in the
//! tilted one, and the largest picture of the same shape that fits inside.

use crate::kernels::warp::Line;
use crate::math::linear::{cramer, determinant3};

/// Diagonal of 36 x 24 mm film.
const FILM_DIAGONAL_MM: f64 = 43.27;

/// A turn of the camera, in pixels of the picture. Source and result have their origin in the
/// picture's centre, x to the right, y down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    roll: (f64, f64),
    pitch: (f64, f64),
    focal: f64,
    width: f64,
    height: f64,
}

/// A crop: the share of both sides that is kept, and where its centre lies, as shares of the
/// picture's sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Crop {
    pub kept: f64,
    pub x: f64,
    pub y: f64,
}

impl Turn {
    /// Angles in degrees; focal length on 36 x 24 mm film in millimetres.
    pub(super) fn new(roll: f32, pitch: f32, focal_35mm: f32, width: u32, height: u32) -> Self {
        let (width, height) = (f64::from(width), f64::from(height));
        Self {
            roll: sine_cosine(f64::from(roll).to_radians()),
            pitch: sine_cosine(f64::from(pitch).to_radians()),
            focal: f64::from(focal_35mm) / FILM_DIAGONAL_MM
                * (width * width + height * height).sqrt(),
            width,
            height,
        }
    }

    /// The line of the source on which a row of the result lies; `y` and `left` are the place of
    /// the row's first pixel. The result is scaled by the cosine of the pitch: in its middle a
    /// pixel is then as wide as one of the source.
    pub(super) fn line(&self, left: f64, y: f64) -> Line {
        let ((sin_roll, cos_roll), (sin_pitch, cos_pitch)) = (self.roll, self.pitch);
        let (x, y) = (left / cos_pitch, y / cos_pitch);
        let depth = cos_pitch - y / self.focal * sin_pitch;
        let down = y * cos_pitch + self.focal * sin_pitch;
        let column = (x * cos_roll - down * sin_roll) / depth + self.width / 2.0 - 0.5;
        let row = (x * sin_roll + down * cos_roll) / depth + self.height / 2.0 - 0.5;
        let slope = sin_roll / cos_roll;
        Line {
            column,
            step: cos_roll / depth / cos_pitch,
            row: row - slope * column,
            slope,
        }
    }

    /// Place in the result of a place of the source.
    pub(super) fn forward(&self, x: f64, y: f64) -> (f64, f64) {
        let ((sin_roll, cos_roll), (sin_pitch, cos_pitch)) = (self.roll, self.pitch);
        let (across, down) = (x * cos_roll + y * sin_roll, y * cos_roll - x * sin_roll);
        let depth = (down / self.focal * sin_pitch + cos_pitch) / cos_pitch;
        (
            across / depth,
            (down * cos_pitch - self.focal * sin_pitch) / depth,
        )
    }

    /// The largest crop of the picture's shape without an empty corner. Its four conditions (each
    /// side of the turned picture keeps the crop on its inside) are linear in the crop's centre
    /// and size, so the best crop touches three of them: a linear programme of four cases.
    pub(super) fn largest_crop(&self) -> Crop {
        let (w, h) = (self.width / 2.0, self.height / 2.0);
        let corners = [(-w, -h), (w, -h), (w, h), (-w, h)].map(|(x, y)| self.forward(x, y));
        let sides: [Side; 4] =
            std::array::from_fn(|i| Side::between(corners[i], corners[(i + 1) % 4], w, h));
        let touching = (0..4).filter_map(|left_out| {
            let [a, b, c] = std::array::from_fn(|i| sides[(left_out + 1 + i) % 4]);
            let (x, y, kept) = meet(a, b, c)?;
            let inside = sides.iter().all(|side| side.room(x, y, kept) > -1e-6 * w);
            (inside && kept > 0.0).then_some((x, y, kept))
        });
        let (x, y, kept) = middle_of_best(&touching.collect::<Vec<_>>());
        Crop {
            kept: kept.min(1.0),
            x: x / self.width,
            y: y / self.height,
        }
    }
}

/// The largest of these crops; where several are (a turned picture leaves its crop some play), the
/// one in the middle, which is as large because the conditions are linear.
fn middle_of_best(crops: &[(f64, f64, f64)]) -> (f64, f64, f64) {
    let kept = crops.iter().map(|c| c.2).fold(0.0, f64::max);
    let best: Vec<_> = crops.iter().filter(|c| c.2 > kept - 1e-9).collect();
    let mean = |of: fn(&(f64, f64, f64)) -> f64| {
        best.iter().map(|c| of(c)).sum::<f64>() / best.len().max(1) as f64
    };
    (mean(|c| c.0), mean(|c| c.1), kept)
}

/// One side of the turned picture: the crop is inside while `x nx + y ny - kept reach >= d`.
#[derive(Debug, Clone, Copy)]
struct Side {
    nx: f64,
    ny: f64,
    reach: f64,
    d: f64,
}

impl Side {
    fn between(from: (f64, f64), to: (f64, f64), w: f64, h: f64) -> Self {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).sqrt();
        let (nx, ny) = (-dy / length, dx / length);
        Self {
            nx,
            ny,
            reach: nx.abs() * w + ny.abs() * h,
            d: nx * from.0 + ny * from.1,
        }
    }

    fn room(&self, x: f64, y: f64, kept: f64) -> f64 {
        x * self.nx + y * self.ny - kept * self.reach - self.d
    }
}

/// Centre and size of the crop that touches three sides.
fn meet(a: Side, b: Side, c: Side) -> Option<(f64, f64, f64)> {
    let matrix = [a, b, c].map(|side| [side.nx, side.ny, -side.reach]);
    let whole = determinant3(matrix);
    (whole.abs() > 1e-9).then(|| {
        let [x, y, kept] = cramer(matrix, [a.d, b.d, c.d], whole, determinant3);
        (x, y, kept)
    })
}

/// Sine and cosine by their series, which needs only additions and multiplications: the
/// platform's own may differ in the last digit from one processor to the next.
fn sine_cosine(angle: f64) -> (f64, f64) {
    let (mut sine, mut cosine, mut term) = (0.0, 0.0, 1.0);
    for power in 0..24_u32 {
        let signed = if power % 4 < 2 { term } else { -term };
        if power % 2 == 0 {
            cosine += signed;
        } else {
            sine += signed;
        }
        term *= angle / f64::from(power + 1);
    }
    (sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_are_sine_and_cosine() {
        for angle in [-1.5_f64, -0.1, 0.0, 0.035, 0.5, 1.5] {
            let (sine, cosine) = sine_cosine(angle);
            assert!((sine - angle.sin()).abs() < 1e-14 && (cosine - angle.cos()).abs() < 1e-14);
        }
    }

    #[test]
    fn lines_and_corners_agree_about_where_a_pixel_goes() {
        let turn = Turn::new(2.0, -5.0, 24.0, 3000, 2000);
        let (x, y) = turn.forward(400.0, -300.0);
        let line = turn.line(x, y);
        assert!((line.column - (400.0 + 1499.5)).abs() < 1e-6);
        assert!((line.row + line.slope * line.column - (-300.0 + 999.5)).abs() < 1e-6);
    }

    #[test]
    fn a_turn_of_two_degrees_keeps_what_geometry_says() {
        let crop = Turn::new(2.0, 0.0, 24.0, 3000, 2000).largest_crop();
        let (sine, cosine) = 2_f64.to_radians().sin_cos();
        assert!((crop.kept - 1.0 / (cosine + 1.5 * sine)).abs() < 1e-9);
        assert!(crop.x.abs() < 1e-9 && crop.y.abs() < 1e-9);
    }

    #[test]
    fn no_corner_of_the_crop_lies_outside_the_source() {
        for (roll, pitch) in [(3.0, 0.0), (0.0, 6.0), (-2.0, 5.0), (4.0, -7.0)] {
            let (width, height) = (3000.0, 2000.0);
            let turn = Turn::new(roll, pitch, 24.0, 3000, 2000);
            let crop = turn.largest_crop();
            assert!(crop.kept > 0.6 && crop.kept < 1.0, "{crop:?}");
            for (dx, dy) in [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)] {
                let x = (crop.x + dx * crop.kept) * width;
                let line = turn.line(x, (crop.y + dy * crop.kept) * height);
                let (column, row) = (line.column, line.row + line.slope * line.column);
                assert!(
                    (-0.51..=width - 0.49).contains(&column),
                    "{roll} {pitch} {column}"
                );
                assert!(
                    (-0.51..=height - 0.49).contains(&row),
                    "{roll} {pitch} {row}"
                );
            }
        }
    }
}
