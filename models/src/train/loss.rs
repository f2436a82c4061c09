//! Loss of the sky network.

use candle_core::{D, Device, Result, Tensor};
use candle_nn::ops::sigmoid;
use plumbline_enhance::Mask;

use crate::nets::sky::Net;
use crate::train::augment::View;
use crate::train::data::Example;

/// Cross entropy, heavier along edges, and soft Dice over all views together.
pub fn of(net: &Net, views: &[View], side: usize) -> Result<Tensor> {
    let (count, half) = (views.len(), side / 2);
    let planes = |of: fn(&View) -> &Vec<f32>, channels, side| {
        let values: Vec<f32> = views.iter().flat_map(|view| of(view).clone()).collect();
        Tensor::from_vec(values, (count, channels, side, side), &Device::Cpu)
    };
    let x = planes(|view| &view.picture, 3, side)?;
    let sky = planes(|view| &view.sky, 1, half)?;
    let labelled = planes(|view| &view.labelled, 1, half)?;
    let logit = net.forward(&x)?;
    let entropy = cross_entropy(&logit, &sky)?;
    let weight = (&labelled * edges(&sky)?.affine(3.0, 1.0)?)?;
    let entropy = ((entropy * &weight)?.sum_all()? / weight.sum_all()?)?;
    let likely = (sigmoid(&logit)? * &labelled)?;
    let sky = (&sky * &labelled)?;
    // Views without sky must not count as all wrong for a few grey pixels.
    let smoothing = 0.02 * (count * half * half) as f64;
    let both = (&likely * &sky)?.sum_all()?.affine(2.0, smoothing)?;
    let either = (likely.sum_all()? + sky.sum_all()?)?.affine(1.0, smoothing)?;
    entropy + (1.0 - (both / either)?)? * 0.5
}

/// Cross entropy of logits with targets (0.0 to 1.0), one by one. candle's own takes the
/// logarithm of a rounded probability and is not a number where the network is sure.
pub(super) fn cross_entropy(logit: &Tensor, target: &Tensor) -> Result<Tensor> {
    let unsure = (logit.abs()?.neg()?.exp()? + 1.0)?.log()?;
    (logit.relu()? - (logit * target)?)? + unsure
}

/// 1 where sky and something else are within a pixel of each other, 0 where not.
fn edges(sky: &Tensor) -> Result<Tensor> {
    let around = sky
        .pad_with_same(D::Minus1, 1, 1)?
        .pad_with_same(D::Minus2, 1, 1)?;
    let most = around.max_pool2d_with_stride(3, 1)?;
    let least = around.neg()?.max_pool2d_with_stride(3, 1)?.neg()?;
    most - least
}

/// Intersection over union at one half, of what is labelled; `None`: no sky is labelled.
pub fn iou(found: &Mask, example: &Example) -> Option<f32> {
    let (width, height) = (example.picture.width(), example.picture.height());
    let (mut both, mut either, mut any) = (0_u32, 0_u32, false);
    for y in 0..height {
        for x in 0..width {
            let at = (y * width + x) as usize;
            if example.labelled[at] < 0.5 {
                continue;
            }
            let row = y * found.height() / height;
            let seen = found.values()[(row * found.width() + x * found.width() / width) as usize];
            let (found, normalized) = (seen >= 128, example.sky[at] >= 0.5);
            any |= normalized;
            both += u32::from(found && normalized);
            either += u32::from(found || normalized);
        }
    }
    any.then(|| both as f32 / either as f32)
}
