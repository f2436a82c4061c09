//! Our own scene network: the sky network's encoder, its levels averaged over the picture, and two
//! layers of weights on top: inside or outside, and which room. Small enough to be part of the
//! program.

use candle_core::{DType, Result, Tensor};
use candle_nn::VarBuilder;
use candle_nn::ops::{sigmoid, softmax};
use plumbline_enhance::{Pixels, Place, Room};

use crate::nets::sky::{LEVELS, Seen, SkyNet};
use crate::weights::{Weights, WeightsError};
use crate::zero_shot::Judged;

/// The first of the encoder's levels that counts: an eighth of the size.
const FIRST: usize = 2;

/// Shares of sky: of the whole picture, of its upper third, of its surest sixteenth.
const SHARES: usize = 3;

/// Bands of the picture, top to bottom.
const BANDS: usize = 3;

/// Of each band: mean and spread of the three channels, and the shares of leaves and of blue.
const COLOURS: usize = 8;

/// Numbers that a picture is judged by.
pub const FEATURES: usize = LEVELS[FIRST] + LEVELS[3] + LEVELS[4] + SHARES + BANDS * COLOURS;

/// Features to logits.
pub struct Head {
    /// What is usual: features.
    mean: Tensor,
    /// How far from it is usual: features.
    deviation: Tensor,
    /// 1 + rooms x features: inside, then each room.
    weight: Tensor,
    /// 1 + rooms.
    bias: Tensor,
    /// What logits of the place and of the room are divided by before they are probabilities.
    temperature: Tensor,
}

impl Head {
    /// Takes its weights from `vb`.
    pub fn new(vb: &VarBuilder) -> Result<Self> {
        let outputs = 1 + Room::ALL.len();
        Ok(Self {
            mean: vb.get(FEATURES, "mean")?,
            deviation: vb.get(FEATURES, "deviation")?,
            weight: vb.get((outputs, FEATURES), "weight")?,
            bias: vb.get(outputs, "bias")?,
            temperature: vb.get(2, "temperature")?,
        })
    }

    /// `features`: pictures x features; logits: pictures x (1 + rooms).
    pub fn logits(&self, features: &Tensor) -> Result<Tensor> {
        let usual = features
            .broadcast_sub(&self.mean)?
            .broadcast_div(&self.deviation)?;
        usual.matmul(&self.weight.t()?)?.broadcast_add(&self.bias)
    }

    fn judge(&self, features: &Tensor) -> Result<Judged> {
        let logits = self.logits(features)?.squeeze(0)?;
        let temperature = self.temperature.to_vec1::<f32>()?;
        let inside = logits.get(0)?.to_scalar::<f32>()? / temperature[0];
        let inside = 1.0 / (1.0 + (-inside).exp());
        let rooms = logits.narrow(0, 1, Room::ALL.len())?;
        let rooms = softmax(&(rooms / f64::from(temperature[1]))?, 0)?.to_vec1::<f32>()?;
        let (best, room_confidence) = rooms
            .into_iter()
            .enumerate()
            .max_by(|one, two| one.1.total_cmp(&two.1))
            .expect("there are rooms");
        let place = if inside >= 0.5 {
            Place::Interior
        } else {
            Place::Exterior
        };
        Ok(Judged {
            place,
            place_confidence: inside.max(1.0 - inside),
            room: Room::ALL[best],
            room_confidence,
        })
    }
}

/// What is judged: pictures x features. `x`: what the network was shown.
pub fn features(x: &Tensor, seen: &Seen) -> Result<Tensor> {
    let mut parts = colours(x)?;
    for level in &seen.levels[FIRST..] {
        parts.push(level.mean(3)?.mean(2)?);
    }
    let sky = sigmoid(&seen.sky)?;
    let (pictures, _, height, _) = sky.dims4()?;
    let upper = sky.narrow(2, 0, height.div_ceil(3))?;
    let surest = sky
        .avg_pool2d((height / 8).max(1))?
        .flatten_from(1)?
        .max_keepdim(1)?;
    for share in [&sky, &upper] {
        parts.push(share.flatten_from(1)?.mean_keepdim(1)?);
    }
    parts.push(surest);
    Tensor::cat(&parts, 1)?.reshape((pictures, FEATURES))
}

/// Each pictures x 1 or x 3. Lawns, trees and blue are rare inside.
fn colours(x: &Tensor) -> Result<Vec<Tensor>> {
    let band = x.dim(2)? / BANDS;
    let mut parts = Vec::new();
    for index in 0..BANDS {
        // pictures x 3 x pixels
        let pixels = x.narrow(2, index * band, band)?.flatten_from(2)?;
        let mean = pixels.mean_keepdim(2)?;
        parts.push(pixels.broadcast_sub(&mean)?.sqr()?.mean(2)?.sqrt()?);
        parts.push(mean.squeeze(2)?);
        let channel = |index| pixels.narrow(1, index, 1);
        let ahead = |one: Tensor, two: Tensor, three: Tensor| {
            // A tenth of white ahead of another, as the network wants samples.
            let (clear, not_behind) = (one.ge(&(two + 0.4)?)?, one.ge(&three)?);
            (clear.to_dtype(DType::F32)? * not_behind.to_dtype(DType::F32)?)?.mean(2)
        };
        parts.push(ahead(channel(1)?, channel(2)?, channel(0)?)?);
        parts.push(ahead(channel(2)?, channel(0)?, channel(1)?)?);
    }
    Ok(parts)
}

/// Tells inside from outside, and rooms apart.
pub struct SceneNet {
    trunk: SkyNet,
    head: Head,
}

impl SceneNet {
    /// With the weights that are part of the program.
    pub fn shipped() -> std::result::Result<Self, WeightsError> {
        let head = Weights::compiled(include_bytes!("../../shipped/scene.safetensors"))?;
        Ok(Self {
            // Never a tuned one: the head was made for the encoder that ships with it.
            trunk: SkyNet::shipped()?,
            head: head.build(|vb| Head::new(&vb))?,
        })
    }

    /// What a picture shows.
    pub fn look(&self, small: &Pixels) -> Result<Judged> {
        let x = self.trunk.input(small)?;
        self.head.judge(&features(&x, &self.trunk.see(&x)?)?)
    }
}
