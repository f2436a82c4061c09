//! Conversion between parts of photos and tensors of the networks.

use candle_core::{DType, Device, Result, Tensor, bail};
use plumbline_enhance::pixels::Samples;
use plumbline_enhance::{Mask, Pixels, Tile, edges};

use super::noise::GRAIN;

/// Crops a tile of a photo, in its bit depth.
pub(crate) fn crop(pixels: &Pixels, tile: Tile) -> Result<Pixels> {
    let (width, height) = (tile.width, tile.height);
    let part = match pixels.samples() {
        Samples::Eight(v) => Pixels::from_eight(width, height, part(v, pixels, tile)?),
        Samples::Sixteen(v) => Pixels::from_sixteen(width, height, part(v, pixels, tile)?),
    };
    part.ok_or_else(|| candle_core::Error::Msg("a tile without pixels".to_owned()))
}

fn part<S: Copy>(samples: &[S], pixels: &Pixels, tile: Tile) -> Result<Vec<S>> {
    if tile.x + tile.width > pixels.width() || tile.y + tile.height > pixels.height() {
        bail!("a tile reaches beyond its picture");
    }
    let row = |y: u32| {
        let from = (y as usize * pixels.width() as usize + tile.x as usize) * 3;
        &samples[from..from + tile.width as usize * 3]
    };
    Ok((tile.y..tile.y + tile.height)
        .flat_map(row)
        .copied()
        .collect())
}

/// Tensor of a photo, 1 x 3 x h x w of 0..1, both sides padded to multiples of `GRAIN` by repeating the
/// border.
pub(crate) fn to_tensor(pixels: &Pixels) -> Result<Tensor> {
    let planes = match pixels.samples() {
        Samples::Eight(v) => planes(v, |v| f32::from(v) / 255.0),
        Samples::Sixteen(v) => planes(v, |v| f32::from(v) / 65_535.0),
    };
    let size = (1, 3, pixels.height() as usize, pixels.width() as usize);
    padded(&Tensor::from_vec(planes, size, &Device::Cpu)?)
}

/// Channels of interleaved samples, one behind the other.
fn planes<S: Copy>(samples: &[S], value: impl Fn(S) -> f32) -> Vec<f32> {
    let count = samples.len() / 3;
    let mut planes = vec![0.0; 3 * count];
    let (red, rest) = planes.split_at_mut(count);
    let (green, blue) = rest.split_at_mut(count);
    let to = red.iter_mut().zip(green).zip(blue);
    for (((red, green), blue), pixel) in to.zip(samples.as_chunks::<3>().0) {
        [*red, *green, *blue] = pixel.map(&value);
    }
    planes
}

/// Canny edges of a photo, 1 x 3 x h x w of 0 and 1.
pub(crate) fn canny_edges(pixels: &Pixels) -> Result<Tensor> {
    mask_to_tensor(&edges(pixels))?.repeat((1, 3, 1, 1))
}

/// Tensor of a mask, 1 x 1 x h x w of 0..1.
pub(crate) fn mask_to_tensor(mask: &Mask) -> Result<Tensor> {
    let (width, height) = (mask.width() as usize, mask.height() as usize);
    let values: Vec<f32> = mask
        .values()
        .iter()
        .map(|&v| f32::from(v) / 255.0)
        .collect();
    padded(&Tensor::from_vec(
        values,
        (1, 1, height, width),
        &Device::Cpu,
    )?)
}

fn padded(x: &Tensor) -> Result<Tensor> {
    let missing = |len: usize| len.next_multiple_of(GRAIN as usize) - len;
    let (_, _, height, width) = x.dims4()?;
    x.pad_with_same(2, 0, missing(height))?
        .pad_with_same(3, 0, missing(width))
}

/// Pixels of the upper left part of a picture of 0..1 (values beyond are clamped), in `like`'s size and
/// bit depth.
pub(crate) fn to_pixels(picture: &Tensor, like: &Pixels) -> Result<Pixels> {
    let (width, height) = (like.width(), like.height());
    let picture = picture.to_dtype(DType::F32)?;
    let picture = picture.narrow(1, 0, height as usize)?;
    let picture = picture.narrow(2, 0, width as usize)?.permute((1, 2, 0))?;
    // Permuted on its device: a card does so in no time.
    let values = picture.contiguous()?.flatten_all()?.to_vec1::<f32>()?;
    if values.iter().any(|v| !v.is_finite()) {
        bail!("a network returned numbers that are not finite");
    }
    let made = match like.samples() {
        Samples::Eight(_) => {
            let samples = values
                .iter()
                .map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8);
            Pixels::from_eight(width, height, samples.collect())
        }
        Samples::Sixteen(_) => {
            let samples = values
                .iter()
                .map(|v| (v.clamp(0.0, 1.0) * 65_535.0).round() as u16);
            Pixels::from_sixteen(width, height, samples.collect())
        }
    };
    Ok(made.expect("three values a pixel"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_comes_back_as_it_was_in_either_depth() {
        let sixteen: Vec<u16> = (0..40 * 30 * 3).map(|v| (v * 17) as u16).collect();
        let eight = sixteen.iter().map(|v| (v >> 8) as u8).collect();
        let tile = Tile {
            x: 5,
            y: 7,
            width: 21,
            height: 13,
        };
        for photo in [
            Pixels::from_sixteen(40, 30, sixteen.clone()).unwrap(),
            Pixels::from_eight(40, 30, eight).unwrap(),
        ] {
            let part = crop(&photo, tile).unwrap();
            assert_eq!(part.unit(0, 0), photo.unit(5, 7));
            assert_eq!(part.unit(20, 12), photo.unit(25, 19));
            let tensor = to_tensor(&part).unwrap();
            assert_eq!(tensor.dims(), [1, 3, 64, 64]);
            let back = to_pixels(&tensor.get(0).unwrap(), &part).unwrap();
            assert_eq!(back.samples(), part.samples());
        }
        let beyond = Tile {
            x: 20,
            y: 0,
            width: 21,
            height: 1,
        };
        let photo = Pixels::from_sixteen(40, 30, sixteen).unwrap();
        assert!(crop(&photo, beyond).is_err());
    }
}
