//! The two sample widths on their way through the grading kernels: 8 bits by polynomials, 16 bits
//! by tables.

use crate::kernels::curve;
use crate::kernels::finish;
use crate::kernels::grade::{self, Lanes, N, Row};
use crate::kernels::noise::{self, Planar};
use crate::math::light::{Sample, place};

/// A sample width that rows are graded in.
pub(crate) trait Graded: Sample {
    /// Luma of a row of RGB, in samples.
    fn luma(from: &[Self], to: &mut [f32]);
    /// Grades a row of RGB.
    fn grade(from: &[Self], row: &Row<'_>, to: &mut [Self]);
    /// Finishes a row of RGB.
    fn finish(from: &[Self], row: &finish::Row<'_>, to: &mut [Self]);
    /// Takes a row of RGB apart into luma and differences to it.
    fn apart(from: &[Self], to: &mut Planar);
    /// Light of a block of pixels; a short one leaves the rest of the lanes as they are.
    fn light(from: &[[Self; 3]], light: &mut [Lanes; 3]);
    /// Light of a block of samples that lie between whole ones; as above.
    fn light_between(from: [&[f32]; 3], light: &mut [Lanes; 3]);
    /// The nearest samples to light of 0.0..=1.0.
    fn samples(light: &[Lanes; 3], to: &mut [[Self; 3]]);
}

impl Graded for u8 {
    fn luma(from: &[u8], to: &mut [f32]) {
        grade::luma8(from, to);
    }

    fn grade(from: &[u8], row: &Row<'_>, to: &mut [u8]) {
        grade::row8(from, row, to);
    }

    fn finish(from: &[u8], row: &finish::Row<'_>, to: &mut [u8]) {
        finish::row8(from, row, to);
    }

    fn apart(from: &[u8], to: &mut Planar) {
        noise::apart8(from, to);
    }

    #[inline(always)]
    fn light_between(from: [&[f32]; 3], light: &mut [Lanes; 3]) {
        for (light, from) in light.iter_mut().zip(from) {
            let mut samples = [0.0; N];
            samples[..from.len()].copy_from_slice(from);
            for i in 0..N {
                light[i] = curve::light(samples[i]);
            }
        }
    }

    #[inline(always)]
    fn light(from: &[[u8; 3]], light: &mut [Lanes; 3]) {
        let mut samples = [[0; N]; 3];
        let [r, g, b] = &mut samples;
        for (((r, g), b), pixel) in r.iter_mut().zip(g).zip(b).zip(from) {
            [*r, *g, *b] = *pixel;
        }
        for (light, samples) in light.iter_mut().zip(&samples) {
            for i in 0..N {
                light[i] = curve::light(f32::from(samples[i]));
            }
        }
    }

    #[inline(always)]
    fn samples(light: &[Lanes; 3], to: &mut [[u8; 3]]) {
        let mut samples = [[0; N]; 3];
        for (samples, light) in samples.iter_mut().zip(light) {
            for i in 0..N {
                samples[i] = grade::nearest(curve::sample(light[i]));
            }
        }
        let [r, g, b] = &samples;
        for (pixel, ((r, g), b)) in to.iter_mut().zip(r.iter().zip(g).zip(b)) {
            *pixel = [*r, *g, *b];
        }
    }
}

impl Graded for u16 {
    fn luma(from: &[u16], to: &mut [f32]) {
        grade::luma16(from, to);
    }

    fn grade(from: &[u16], row: &Row<'_>, to: &mut [u16]) {
        grade::row16(from, row, to);
    }

    fn finish(from: &[u16], row: &finish::Row<'_>, to: &mut [u16]) {
        finish::row16(from, row, to);
    }

    fn apart(from: &[u16], to: &mut Planar) {
        noise::apart16(from, to);
    }

    #[inline(always)]
    fn light_between(from: [&[f32]; 3], light: &mut [Lanes; 3]) {
        let table = Self::linear_table();
        for (light, from) in light.iter_mut().zip(from) {
            for (light, from) in light.iter_mut().zip(from) {
                *light = table[grade::whole(from + 0.5) as usize % table.len()];
            }
        }
    }

    #[inline(always)]
    fn light(from: &[[u16; 3]], light: &mut [Lanes; 3]) {
        let table = Self::linear_table();
        for (i, pixel) in from.iter().enumerate() {
            for c in 0..3 {
                light[c][i] = table[usize::from(pixel[c])];
            }
        }
    }

    #[inline(always)]
    fn samples(light: &[Lanes; 3], to: &mut [[u16; 3]]) {
        let table = Self::sample_table();
        let mut places = [[0; N]; 3];
        for (places, light) in places.iter_mut().zip(light) {
            for i in 0..N {
                places[i] = grade::whole(place(light[i], (table.len() - 1) as f32));
            }
        }
        for (i, pixel) in to.iter_mut().enumerate() {
            for c in 0..3 {
                pixel[c] = table[places[c][i] as usize];
            }
        }
    }
}
