//! Training of the scene network's head. The encoder stays as it was published: seventy photos are too
//! few to train more than one layer.

use std::collections::BTreeMap;

use candle_core::{D, DType, Device, Result, Tensor, Var};
use candle_nn::ops::log_softmax;
use plumbline_documents::Room;

use crate::nets::efficientnet::{self, EfficientNet};
use crate::nets::scene::{self, FEATURES, Head};
use crate::nets::sky;
use crate::train::augment;
use crate::train::data::Example;
use crate::train::loss;
use crate::train::optimizer::{self, AdamW};
use crate::train::rng::Rng;

/// Picture as the head's features, and its labels.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// Name in reports.
    pub name: String,
    /// Fold of its photographer; never both trained and evaluated on.
    pub fold: usize,
    /// Inside or outside.
    pub is_interior: bool,
    /// Room; `None`: outside.
    pub room: Option<Room>,
    /// Features, `FEATURES` each: of the picture as it is, then of random views.
    pub views: Vec<Vec<f32>>,
}

/// Sides of a view, pixels.
const SIDE: usize = efficientnet::SIDE as usize;
const STEPS: usize = 400;
const RATE: f64 = 4e-3;
/// Weight decay: much, because there are four times as many weights as photos.
const DECAY: f64 = 0.5;

/// Features of a picture as it is and of `count` random views.
pub fn views(
    encoder: &EfficientNet,
    example: &Example,
    count: usize,
    seed: u64,
) -> Result<Vec<Vec<f32>>> {
    let features = |x: &Tensor| scene::features(encoder, x)?.squeeze(0)?.to_vec1();
    let mut views = vec![features(&efficientnet::input(&example.picture)?)?];
    let mut rng = Rng::new(seed, 0);
    for _ in 0..count {
        let view = augment::view(example, &[], SIDE, &mut rng);
        let x = Tensor::from_vec(view.picture, (1, 3, SIDE, SIDE), &Device::Cpu)?;
        views.push(features(&rescaled(&x)?)?);
    }
    Ok(views)
}

/// Rescales samples from the sky network's normalisation, which views have, to the encoder's.
fn rescaled(x: &Tensor) -> Result<Tensor> {
    let [mean, ..] = efficientnet::NORMALIZATION.mean;
    let [deviation, ..] = efficientnet::NORMALIZATION.deviation;
    let scale = sky::DEVIATION / deviation;
    x.affine(scale.into(), ((sky::MEAN - mean) / deviation).into())
}

/// Logits of pictures: inside, then each room. `features`: `FEATURES` each.
pub fn logits(weights: &BTreeMap<String, Tensor>, features: &[Vec<f32>]) -> Result<Vec<Vec<f32>>> {
    let tensors = weights.clone().into_iter().collect();
    let vb = candle_nn::VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let x = Tensor::from_vec(features.concat(), (features.len(), FEATURES), &Device::Cpu)?;
    Head::new(&vb)?.logits(&x)?.to_vec2()
}

/// Trains the head; returns its weights, with temperatures of one.
pub fn train(pictures: &[&Labelled]) -> Result<BTreeMap<String, Tensor>> {
    let views = |of: &Labelled| of.views.len();
    let count: usize = pictures.iter().map(|p| views(p)).sum();
    let all: Vec<f32> = pictures.iter().flat_map(|p| p.views.concat()).collect();
    let all = Tensor::from_vec(all, (count, FEATURES), &Device::Cpu)?;
    let mean = all.mean(0)?;
    let deviation = all
        .broadcast_sub(&mean)?
        .sqr()?
        .mean(0)?
        .sqrt()?
        .affine(1.0, 1e-3)?;
    let standardized = all.broadcast_sub(&mean)?.broadcast_div(&deviation)?;
    let of_views = |value: &dyn Fn(&Labelled) -> f32| -> Result<Tensor> {
        let values: Vec<f32> = pictures
            .iter()
            .flat_map(|p| vec![value(p); views(p)])
            .collect();
        Tensor::from_vec(values, count, &Device::Cpu)
    };
    let inside = of_views(&|p| f32::from(u8::from(p.is_interior)))?;
    let outputs = 1 + Room::ALL.len();
    let number = |p: &Labelled| {
        let room = Room::ALL.iter().position(|room| Some(*room) == p.room);
        room.unwrap_or(0)
    };
    let room = of_views(&|p| number(p) as f32)?.to_dtype(DType::U32)?;
    let has_room = of_views(&|p| f32::from(u8::from(p.room.is_some())))?;
    let weight = Var::zeros((outputs, FEATURES), DType::F32, &Device::Cpu)?;
    let bias = Var::zeros(outputs, DType::F32, &Device::Cpu)?;
    let vars = [("weight", &weight), ("bias", &bias)];
    let vars = vars.map(|(name, var)| (name.to_owned(), var.clone()));
    let mut optimizer = AdamW::new(vars.into(), DECAY)?;
    for step in 0..STEPS {
        let logits = standardized.matmul(&weight.t()?)?.broadcast_add(&bias)?;
        let place =
            loss::cross_entropy(&logits.narrow(1, 0, 1)?.squeeze(1)?, &inside)?.mean_all()?;
        let rooms = log_softmax(&logits.narrow(1, 1, outputs - 1)?, D::Minus1)?;
        let right = rooms.gather(&room.unsqueeze(1)?, 1)?.squeeze(1)?;
        let rooms = ((right * &has_room)?.sum_all()? / has_room.sum_all()?)?.neg()?;
        let gradient = (place + rooms)?.backward()?;
        optimizer.step(&gradient, optimizer::rate(RATE, step, STEPS))?;
    }
    let ones = Tensor::ones(2, DType::F32, &Device::Cpu)?;
    let named = [
        ("mean", mean),
        ("deviation", deviation),
        ("weight", weight.as_tensor().copy()?),
        ("bias", bias.as_tensor().copy()?),
        ("temperature", ones),
    ];
    Ok(named.map(|(name, tensor)| (name.to_owned(), tensor)).into())
}

/// Temperature at which the right answers of other pictures are likeliest. `answers`: logits, and the
/// index of the right one.
pub fn temperature(answers: &[(Vec<f32>, usize)]) -> f32 {
    let unlikely = |temperature: f32| -> f32 {
        answers
            .iter()
            .map(|(logits, right)| {
                let sum: f32 = logits
                    .iter()
                    .map(|l| ((l - logits[*right]) / temperature).exp())
                    .sum();
                sum.ln()
            })
            .sum()
    };
    (0..60)
        .map(|i| 0.3 * 1.08_f32.powi(i))
        .min_by(|one, two| unlikely(*one).total_cmp(&unlikely(*two)))
        .expect("there are sixty")
}
