//! sRGB-linear rows to CIELAB, and cubic polynomials of three variables over rows: what the small
//! copies of quality control are put through.

use multiversion::multiversion;

use crate::kernels::ciede2000::root;

/// Monomials of three variables up to the third degree.
pub(crate) const TERMS: usize = 20;

/// Pixels in a block.
const BLOCK: usize = 256;

/// 1, the three, their squares and products, their cubes and mixed products, of hundredths.
pub(crate) fn terms(lab: [f32; 3]) -> [f32; TERMS] {
    let [l, a, b] = lab.map(|v| v * 0.01);
    let (ll, aa, bb) = (l * l, a * a, b * b);
    let (la, lb, ab) = (l * a, l * b, a * b);
    [
        1.0,
        l,
        a,
        b,
        ll,
        aa,
        bb,
        la,
        lb,
        ab,
        ll * l,
        aa * a,
        bb * b,
        ll * a,
        ll * b,
        aa * l,
        aa * b,
        bb * l,
        bb * a,
        la * b,
    ]
}

/// Linear sRGB to CIELAB (D65), pixel by pixel.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn lab(light: &[[f32; 3]], out: &mut [[f32; 3]]) {
    let mut lanes = [[0.0_f32; BLOCK]; 3];
    for (light, out) in light.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
        apart(light, &mut lanes);
        let [one, two, three] = &mut lanes;
        for i in 0..BLOCK {
            let (r, g, b) = (one[i], two[i], three[i]);
            let x = root((0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47);
            let y = root(0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b);
            let z = root((0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83);
            one[i] = 116.0 * y - 16.0;
            two[i] = 500.0 * (x - y);
            three[i] = 200.0 * (y - z);
        }
        for (i, out) in out.iter_mut().enumerate() {
            *out = [lanes[0][i], lanes[1][i], lanes[2][i]];
        }
    }
}

/// Channels of a block; a short one leaves the rest as it is.
#[inline(always)]
fn apart(pixels: &[[f32; 3]], lanes: &mut [[f32; BLOCK]; 3]) {
    let [one, two, three] = lanes;
    for (i, pixel) in pixels.iter().enumerate() {
        (one[i], two[i], three[i]) = (pixel[0], pixel[1], pixel[2]);
    }
}

/// Two polynomials of every pixel's hundredths, times a hundred.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn evaluate(rows: [&[f32; TERMS]; 2], pixels: &[[f32; 3]], out: [&mut [f32]; 2]) {
    let mut lanes = [[0.0_f32; BLOCK]; 3];
    let [out1, out2] = out;
    let outs = out1.chunks_mut(BLOCK).zip(out2.chunks_mut(BLOCK));
    for (pixels, (out1, out2)) in pixels.chunks(BLOCK).zip(outs) {
        apart(pixels, &mut lanes);
        for (row, out) in [(rows[0], out1), (rows[1], out2)] {
            let [one, two, three] = &lanes;
            for (i, out) in out.iter_mut().enumerate() {
                *out = polynomial(row, one[i] * 0.01, two[i] * 0.01, three[i] * 0.01) * 100.0;
            }
        }
    }
}

/// A pixel's monomials, the colour it became, and a nought that fills the vector.
pub(crate) type Terms = [f64; TERMS + 4];
/// Sums of products of any monomial with any of a pixel's numbers.
pub(crate) type Products = [Terms; TERMS];

/// Adds the weighted products of some pixels.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn add(products: &mut Products, pixels: &[(Terms, f64)]) {
    for i in 0..TERMS {
        let mut sums = products[i];
        for (terms, weight) in pixels {
            let scaled = terms[i] * weight;
            for j in 0..TERMS + 4 {
                sums[j] += scaled * terms[j];
            }
        }
        products[i] = sums;
    }
}

/// The monomials in the order 1, l, a, b, ll, aa, bb, la, lb, ab, lll, aaa, bbb, lla, llb, aal,
/// aab, bbl, bba, lab.
#[inline(always)]
fn polynomial(k: &[f32; TERMS], l: f32, a: f32, b: f32) -> f32 {
    let flat = k[0] + k[2] * a + k[3] * b + k[9] * (a * b);
    let square = a * a * (k[5] + k[11] * a + k[16] * b) + b * b * (k[6] + k[12] * b + k[18] * a);
    let first = k[1] + k[7] * a + k[8] * b + k[15] * (a * a) + k[17] * (b * b) + k[19] * (a * b);
    let second = k[4] + k[10] * l + k[13] * a + k[14] * b;
    flat + square + l * (first + l * second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::colour;

    fn colours() -> Vec<[f32; 3]> {
        let level = |v: usize| v as f32 / 9.0;
        (0..1000)
            .map(|i| [level(i % 10), level(i / 10 % 10), level(i / 100)])
            .collect()
    }

    #[test]
    fn cielab_is_that_of_the_slow_formula() {
        let light = colours();
        let mut found = vec![[0.0; 3]; light.len()];
        lab(&light, &mut found);
        for (light, found) in light.iter().zip(&found) {
            let wanted = colour::lab(*light);
            assert!(
                (0..3).all(|c| (wanted[c] - found[c]).abs() < 2e-3),
                "{light:?}: {found:?}"
            );
        }
    }

    #[test]
    fn products_are_those_of_each_pair() {
        let terms: Terms = std::array::from_fn(|i| (i as f64 * 1.3).cos());
        let mut products = [[1.0; TERMS + 4]; TERMS];
        add(&mut products, &[(terms, 0.25), (terms, 0.5)]);
        for (i, sums) in products.iter().enumerate() {
            for (j, sum) in sums.iter().enumerate() {
                assert!((sum - 1.0 - terms[i] * terms[j] * 0.75).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn polynomials_are_sums_of_their_monomials() {
        let row = |seed: f32| std::array::from_fn(|i| ((i as f32 + seed) * 1.7).sin());
        let rows: [[f32; TERMS]; 2] = [row(0.0), row(5.0)];
        let pixels: Vec<[f32; 3]> = colours()
            .iter()
            .map(|c| c.map(|v| v * 90.0 - 20.0))
            .collect();
        let (mut one, mut two) = (vec![0.0; pixels.len()], vec![0.0; pixels.len()]);
        evaluate([&rows[0], &rows[1]], &pixels, [&mut one, &mut two]);
        for (i, pixel) in pixels.iter().enumerate() {
            let terms = terms(*pixel);
            for (row, found) in rows.iter().zip([one[i], two[i]]) {
                let wanted: f32 = row.iter().zip(&terms).map(|(k, t)| k * t).sum::<f32>() * 100.0;
                assert!((wanted - found).abs() < 1e-2, "{found} instead of {wanted}");
            }
        }
    }
}
