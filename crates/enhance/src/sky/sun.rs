//! Position of the sun when a photo was taken.
//!
//! Source: the low-precision formulas of the Astronomical Almanac (Michalsky 1988, "The Astronomical
//! Almanac's algorithm for approximate solar position"), good to a hundredth of a degree until 2050.

use serde::{Deserialize, Serialize};

use crate::shot::GpsFix;

/// The sun, as a photo's GPS block has it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sun {
    /// Above the horizon, degrees.
    pub elevation_degrees: f32,
    /// From the camera's direction, degrees, positive to the right; `None`: the camera's heading is
    /// not known.
    pub azimuth_degrees: Option<f32>,
}

impl Sun {
    /// The sun at the time and place of a shot.
    pub fn at(known: &GpsFix) -> Self {
        let (elevation, azimuth) = position(known);
        let turned = |heading: f64| (azimuth - heading + 540.0).rem_euclid(360.0) - 180.0;
        Self {
            elevation_degrees: elevation as f32,
            azimuth_degrees: known.heading_degrees.map(|heading| turned(heading) as f32),
        }
    }
}

/// Elevation, and azimuth clockwise from north, degrees; without refraction.
fn position(known: &GpsFix) -> (f64, f64) {
    let n = known.days_since_2000;
    let mean_longitude = 280.460 + 0.985_647_4 * n;
    let anomaly = (357.528 + 0.985_600_3 * n).to_radians();
    let longitude = mean_longitude + 1.915 * anomaly.sin() + 0.020 * (2.0 * anomaly).sin();
    let longitude = longitude.to_radians();
    let tilt = (23.439 - 0.000_000_4 * n).to_radians();
    let ascension = (tilt.cos() * longitude.sin()).atan2(longitude.cos());
    let declination = (tilt.sin() * longitude.sin()).asin();
    let hours = (n + 0.5).rem_euclid(1.0) * 24.0;
    let sidereal = (6.697_375 + 0.065_709_824_2 * n + hours) * 15.0 + known.longitude;
    let hour_angle = sidereal.to_radians() - ascension;
    let latitude = known.latitude.to_radians();
    let elevation = (declination.sin() * latitude.sin()
        + declination.cos() * latitude.cos() * hour_angle.cos())
    .asin();
    let azimuth = (-hour_angle.sin())
        .atan2(declination.tan() * latitude.cos() - latitude.sin() * hour_angle.cos());
    (
        elevation.to_degrees(),
        azimuth.to_degrees().rem_euclid(360.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: f64, longitude: f64, days_since_2000: f64) -> (f64, f64) {
        position(&GpsFix {
            latitude,
            longitude,
            days_since_2000,
            heading_degrees: None,
        })
    }

    /// Values of the United States Naval Observatory's kind of table: noon in Greenwich on the
    /// longest day is 90° less the latitude plus the tilt of the earth.
    #[test]
    fn the_sun_stands_where_almanacs_have_it() {
        let (elevation, azimuth) = at(51.4769, 0.0, 9668.0);
        assert!((elevation - 61.96).abs() < 0.03, "{elevation}");
        assert!((azimuth - 179.1).abs() < 0.6, "{azimuth}");
        // The equator at an equinox, six hours later: the sun sets in the west.
        let (elevation, azimuth) = at(0.0, 0.0, 9575.25);
        assert!(
            elevation.abs() < 3.0 && (azimuth - 270.0).abs() < 1.5,
            "{elevation} {azimuth}"
        );
        // Sydney at its noon in December: high in the north.
        let (elevation, azimuth) = at(-33.87, 151.21, 9850.58);
        assert!(
            elevation > 79.0 && !(30.0..330.0).contains(&azimuth),
            "{elevation} {azimuth}"
        );
    }

    #[test]
    fn the_cameras_heading_turns_the_sun() {
        let known = GpsFix {
            latitude: 51.4769,
            longitude: 0.0,
            days_since_2000: 9668.0,
            heading_degrees: Some(90.0),
        };
        let right = Sun::at(&known).azimuth_degrees.unwrap();
        assert!((right - 89.1).abs() < 0.6, "{right}");
    }
}
