//! A clear sky: colour and brightness by direction, from where the sun is and how hazy the air.
//!
//! Source: Preetham, Shirley and Smits, "A Practical Analytic Model for Daylight", 1999: fits to
//! simulated skies, in CIE xyY. Directions are elevation above the horizon and azimuth from the
//! camera's, both in radians.

/// Position of the sun and turbidity of the air.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Air {
    /// 2 very clear, 3 clear, 6 hazy.
    pub turbidity: f32,
    pub sun_elevation: f32,
    pub sun_azimuth: f32,
}

/// Perez' five coefficients.
type Perez = [f32; 5];

/// One component of xyY: its distribution and its value at the zenith.
#[derive(Debug, Clone, Copy)]
struct Component {
    perez: Perez,
    /// The distribution's own value at the zenith.
    at_zenith: f32,
    zenith: f32,
}

/// A clear sky that can be asked for any direction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClearSky {
    air: Air,
    luminance: Component,
    x: Component,
    y: Component,
}

impl ClearSky {
    pub fn new(air: Air) -> Self {
        let t = air.turbidity;
        let sun = std::f32::consts::FRAC_PI_2 - air.sun_elevation;
        let component = |perez: Perez, zenith: f32| Component {
            perez,
            at_zenith: distribution(perez, 1.0, sun),
            zenith,
        };
        let luminance = [
            0.1787 * t - 1.4630,
            -0.3554 * t + 0.4275,
            -0.0227 * t + 5.3251,
            0.1206 * t - 2.5771,
            -0.0670 * t + 0.3703,
        ];
        let x = [
            -0.0193 * t - 0.2592,
            -0.0665 * t + 0.0008,
            -0.0004 * t + 0.2125,
            -0.0641 * t - 0.8989,
            -0.0033 * t + 0.0452,
        ];
        let y = [
            -0.0167 * t - 0.2608,
            -0.0950 * t + 0.0092,
            -0.0079 * t + 0.2102,
            -0.0441 * t - 1.6537,
            -0.0109 * t + 0.0529,
        ];
        let chi = (4.0 / 9.0 - t / 120.0) * (std::f32::consts::PI - 2.0 * sun);
        let bright = (4.0453 * t - 4.9710) * chi.tan() - 0.2155 * t + 2.4192;
        Self {
            air,
            luminance: component(luminance, bright.max(0.1)),
            x: component(x, chromaticity(ZENITH_X, t, sun)),
            y: component(y, chromaticity(ZENITH_Y, t, sun)),
        }
    }

    /// Linear sRGB, relative: only ratios mean something. The sun's own disc is not in it.
    pub fn light(&self, elevation: f32, azimuth: f32) -> [f32; 3] {
        // The model reddens towards its horizon, a singularity; below five degrees is haze.
        let elevation = elevation.max(0.087);
        let cosine = elevation.sin();
        let gamma = self.angle_to_sun(elevation, azimuth);
        let of = |c: &Component| c.zenith * distribution(c.perez, cosine, gamma) / c.at_zenith;
        let (luminance, x, y) = (of(&self.luminance), of(&self.x), of(&self.y));
        azure(linear([
            x / y * luminance,
            luminance,
            (1.0 - x - y) / y * luminance,
        ]))
    }

    /// Unit vector towards the sun: right, up, ahead.
    pub fn sunward(&self) -> [f32; 3] {
        let (up, along) = self.air.sun_elevation.sin_cos();
        let (right, ahead) = self.air.sun_azimuth.sin_cos();
        [along * right, up, along * ahead]
    }

    /// Radians.
    fn angle_to_sun(&self, elevation: f32, azimuth: f32) -> f32 {
        let Air {
            sun_elevation: sun,
            sun_azimuth,
            ..
        } = self.air;
        let cosine = elevation.sin() * sun.sin()
            + elevation.cos() * sun.cos() * (azimuth - sun_azimuth).cos();
        cosine.clamp(-1.0, 1.0).acos()
    }
}

/// The fits lean to violet on an sRGB screen: away from it, as photos of clear skies have it.
fn azure([r, g, b]: [f32; 3]) -> [f32; 3] {
    [0.84 * r, 1.02 * g, 1.04 * b]
}

fn distribution([a, b, c, d, e]: Perez, cosine: f32, gamma: f32) -> f32 {
    (1.0 + a * (b / cosine).exp()) * (1.0 + c * (d * gamma).exp() + e * gamma.cos().powi(2))
}

/// Chromaticity of the zenith: rows are powers of turbidity 2, 1, 0, columns of the sun's angle 3
/// to 0.
type Fit = [[f32; 4]; 3];

const ZENITH_X: Fit = [
    [0.001_66, -0.003_75, 0.002_09, 0.0],
    [-0.029_03, 0.063_77, -0.032_02, 0.003_94],
    [0.116_93, -0.211_96, 0.060_52, 0.258_86],
];
const ZENITH_Y: Fit = [
    [0.002_75, -0.006_10, 0.003_17, 0.0],
    [-0.042_14, 0.089_70, -0.041_53, 0.005_16],
    [0.153_46, -0.267_56, 0.066_70, 0.266_88],
];

fn chromaticity(fit: Fit, turbidity: f32, sun: f32) -> f32 {
    let row = |[a, b, c, d]: [f32; 4]| ((a * sun + b) * sun + c) * sun + d;
    (row(fit[0]) * turbidity + row(fit[1])) * turbidity + row(fit[2])
}

/// CIE XYZ to linear sRGB (IEC 61966-2-1), nothing below zero.
fn linear([x, y, z]: [f32; 3]) -> [f32; 3] {
    [
        3.240_97 * x - 1.537_38 * y - 0.498_61 * z,
        -0.969_24 * x + 1.875_97 * y + 0.041_56 * z,
        0.055_63 * x - 0.203_98 * y + 1.056_97 * z,
    ]
    .map(|v| v.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> ClearSky {
        ClearSky::new(Air {
            turbidity: 2.5,
            sun_elevation: 0.8,
            sun_azimuth: 1.2,
        })
    }

    #[test]
    fn the_zenith_is_bluer_and_darker_than_the_horizon() {
        let (up, low) = (noon().light(1.3, -1.0), noon().light(0.08, -1.0));
        let blueness = |[r, _, b]: [f32; 3]| b / r;
        assert!(blueness(up) > 1.5 * blueness(low), "{up:?} {low:?}");
        assert!(low[1] > up[1]);
    }

    #[test]
    fn the_suns_side_is_brighter() {
        assert!(noon().light(0.6, 1.0)[1] > 1.3 * noon().light(0.6, -1.5)[1]);
    }

    #[test]
    fn every_direction_has_a_light_of_its_own() {
        for degrees in -10..=90 {
            let light = noon().light((degrees as f32).to_radians(), 0.3);
            assert!(
                light.iter().all(|v| v.is_finite() && *v >= 0.0),
                "{degrees}: {light:?}"
            );
        }
    }
}
