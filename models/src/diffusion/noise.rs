//! Noise by place: the same seed gives the same number at the same place of a
//! picture, whichever tile asks, on any machine and any number of threads.

use candle_core::{Device, Result, Tensor};
use plumbline_enhance::Tile;
use rayon::prelude::*;

/// Pixels along the side of a latent.
pub(super) const LATENT: u32 = 8;
/// Multiple of pixels that sides of pictures are padded to: whole on every level of the UNet, and a
/// size for which cuDNN has algorithms that need little memory.
pub(super) const GRAIN: u32 = 64;
const CHANNELS: usize = 4;

/// Noise for a tile's latents, padded as its picture is, 1 x 4 x h x w: normal, of mean 0 and deviation 1.
pub fn field(seed: u64, tile: Tile) -> Result<Tensor> {
    let (left, top) = (u64::from(tile.x / LATENT), u64::from(tile.y / LATENT));
    let across = |pixels: u32| (pixels.next_multiple_of(GRAIN) / LATENT) as usize;
    let (width, height) = (across(tile.width), across(tile.height));
    let mut noise = vec![0.0_f32; CHANNELS * height * width];
    noise
        .par_chunks_mut(width)
        .enumerate()
        .for_each(|(at, row)| {
            let (channel, y) = ((at / height) as u64, top + (at % height) as u64);
            for (x, value) in row.iter_mut().enumerate() {
                *value = normal(seed, [channel, y, left + x as u64]);
            }
        });
    Tensor::from_vec(noise, (1, CHANNELS, height, width), &Device::Cpu)
}

/// Normal number of two uniform ones (Box and Muller 1958).
fn normal(seed: u64, place: [u64; 3]) -> f32 {
    let bits = place.iter().fold(mixed(seed), |bits, at| mixed(bits ^ at));
    let unit = |bits: u64| ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    let (radius, angle) = (unit(bits), unit(mixed(bits)));
    ((-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()) as f32
}

/// Hash of which every bit depends on every bit of the input (SplitMix64, Steele et al. 2014).
fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(x: u32, y: u32, width: u32, height: u32) -> Tile {
        Tile {
            x,
            y,
            width,
            height,
        }
    }

    #[test]
    fn overlapping_tiles_agree_and_seeds_do_not() {
        let whole = field(7, tile(0, 0, 512, 512)).unwrap();
        let part = field(7, tile(128, 256, 256, 200)).unwrap();
        let cut = whole.narrow(2, 32, 32).unwrap().narrow(3, 16, 32).unwrap();
        let values = |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(values(&part), values(&cut));
        let other = field(8, tile(128, 256, 256, 200)).unwrap();
        assert_ne!(values(&part), values(&other));
    }

    #[test]
    fn it_is_normal_and_its_neighbours_know_nothing_of_each_other() {
        let field = field(1, tile(0, 0, 2048, 2048)).unwrap();
        let values = field.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let count = values.len() as f64;
        let moment = |power: i32| {
            let powers = values.iter().map(|&v| f64::from(v).powi(power));
            powers.sum::<f64>() / count
        };
        // Of 2^18 values: four standard errors.
        for (power, wanted, error) in [
            (1, 0.0, 0.008),
            (2, 1.0, 0.011),
            (3, 0.0, 0.03),
            (4, 3.0, 0.077),
        ] {
            let found = moment(power);
            assert!((found - wanted).abs() < error, "moment {power}: {found}");
        }
        for apart in [1, 256] {
            let pairs = values.iter().zip(&values[apart..]);
            let together = pairs.map(|(a, b)| f64::from(a * b)).sum::<f64>() / count;
            assert!(together.abs() < 0.008, "{apart} apart: {together}");
        }
    }
}
