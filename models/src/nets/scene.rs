//! Our own scene network: EfficientNet-Lite0 as it was published, averaged over the picture, and one
//! layer of our own weights on top: inside or outside, and which room. Small enough to be part of
//! the program.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use candle_nn::ops::softmax;
use plumbline_documents::{Place, Room};
use plumbline_enhance::Pixels;

use crate::nets::efficientnet::{self, EfficientNet};
use crate::weights::{Weights, WeightsError};
use crate::zero_shot::PlacePrediction;

/// Number of features: each of the encoder's channels, averaged.
pub const FEATURES: usize = efficientnet::CHANNELS;

/// Head: features to logits.
pub struct Head {
    /// Mean of the features.
    mean: Tensor,
    /// Deviation of the features.
    deviation: Tensor,
    /// Weights, 1 + rooms x features: inside, then each room.
    weight: Tensor,
    /// 1 + rooms.
    bias: Tensor,
    /// Temperatures of the logits of the place and of the room.
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

    /// Logits of features: pictures x features to pictures x (1 + rooms).
    pub fn logits(&self, features: &Tensor) -> Result<Tensor> {
        let standardized = features
            .broadcast_sub(&self.mean)?
            .broadcast_div(&self.deviation)?;
        standardized
            .matmul(&self.weight.t()?)?
            .broadcast_add(&self.bias)
    }

    fn classify(&self, features: &Tensor) -> Result<PlacePrediction> {
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
        Ok(PlacePrediction {
            place,
            place_confidence: inside.max(1.0 - inside),
            room: Room::ALL[best],
            room_confidence,
        })
    }
}

/// Features of pictures: pictures x features. `x`: normalised for the encoder.
pub fn features(encoder: &EfficientNet, x: &Tensor) -> Result<Tensor> {
    encoder.forward(x)?.mean(3)?.mean(2)
}

/// Classification of inside, outside and rooms.
pub struct SceneNet {
    encoder: EfficientNet,
    head: Head,
}

impl SceneNet {
    /// Network with the weights that are part of the program.
    pub fn shipped() -> std::result::Result<Self, WeightsError> {
        let head = Weights::embedded(include_bytes!("../../shipped/scene.safetensors"))?;
        Ok(Self {
            encoder: EfficientNet::shipped()?,
            head: head.build(|vb| Head::new(&vb))?,
        })
    }

    /// Place and room of a picture.
    pub fn predict(&self, small: &Pixels) -> Result<PlacePrediction> {
        let x = efficientnet::input(small)?;
        self.head.classify(&features(&self.encoder, &x)?)
    }
}
