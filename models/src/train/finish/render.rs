//! The finish of some pixels of each picture, as tensors, so that gradients reach the network: what
//! `steps/finish.rs` and its kernel do, with a pixel's own brightness for that of its surroundings.

use candle_core::{Device, Result, Tensor};
use plumbline_enhance::linear;
use plumbline_enhance::steps::finish::{FIELD, KNOTS, nodes};

use crate::nets::finish::Answer;
use crate::nets::finish::view::SIDE;
use crate::train::finish::examples::Square;
use crate::train::rng::Rng;

const LN_2: f64 = std::f64::consts::LN_2;

/// Pixels of some pictures.
pub struct Samples {
    /// Light, pictures x pixels x 3.
    light: Tensor,
    /// Encoded colours, pictures x pixels x 3.
    pub encoded: Tensor,
    /// Encoded colours of the finished photos, pictures x pixels x 3.
    pub wanted: Tensor,
    /// Weights of the nodes, pictures x pixels x 16.
    nodes: Tensor,
    /// Nearness to clipping of each channel, pictures x pixels x 3, and of all, pictures x pixels x 1.
    clipped: Tensor,
    white: Tensor,
}

impl Samples {
    /// `count` random pixels of every pair of spoiled and finished picture.
    pub fn new(pairs: &[(&Square, &Square)], count: usize, rng: &mut Rng) -> Result<Self> {
        let (mut encoded, mut wanted, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for (spoiled, finished) in pairs {
            for _ in 0..count {
                let at = rng.below(SIDE * SIDE);
                encoded.extend(spoiled[at]);
                wanted.extend(finished[at]);
                let place = |i: usize| (i as f32 + 0.5) / SIDE as f32;
                weights.extend(nodes(place(at % SIDE), place(at / SIDE)));
            }
        }
        let light: Vec<f32> = encoded.iter().map(|v| linear(*v)).collect();
        let clipped = light.iter().map(|v| eased((v - 0.9) * 10.0)).collect();
        let white = (light.as_chunks::<3>().0.iter())
            .map(|[r, g, b]| eased((r.min(*g).min(*b) - 0.94) / 0.06))
            .collect();
        let tensor =
            |v: Vec<f32>, last| Tensor::from_vec(v, (pairs.len(), count, last), &Device::Cpu);
        Ok(Self {
            light: tensor(light, 3)?,
            encoded: tensor(encoded, 3)?,
            wanted: tensor(wanted, 3)?,
            nodes: tensor(weights, FIELD * FIELD)?,
            clipped: tensor(clipped, 3)?,
            white: tensor(white, 1)?,
        })
    }

    /// Encoded colours under the finishes, not clipped: pictures x pixels x 3.
    pub fn finished(&self, answer: &Answer) -> Result<Tensor> {
        let light = self.gained(answer)?;
        let luminance = luminance(&light)?;
        let before = encoded(&luminance)?;
        let after = curved(&before, &answer.rises)?;
        let gain = (self::light(&after)? / luminance.clamp(1e-5, 100.0)?)?;
        let light = light.broadcast_mul(&gain)?;
        let grey = self::luminance(&light)?;
        let chroma = chroma(&after, &answer.chroma)?;
        let light = light
            .broadcast_sub(&grey)?
            .broadcast_mul(&chroma)?
            .broadcast_add(&grey)?
            .relu()?;
        let ended = |bright: &Tensor, own: &Tensor| soft(bright)?.maximum(&bright.minimum(own)?);
        let top = light.max_keepdim(2)?;
        let bright = self::luminance(&light)?;
        let limit = ended(&top, &self.light.max_keepdim(2)?)?;
        let middle = ended(&bright, &self::luminance(&self.light)?)?;
        let dimmed = (&middle / bright.clamp(1e-5, 100.0)?)?;
        let reach = ((top * &dimmed)? - &middle)?.clamp(1e-5, 100.0)?;
        let room = ((limit - &middle)? / reach)?.clamp(0.0, 1.0)?;
        let colour = light.broadcast_mul(&dimmed)?.broadcast_sub(&middle)?;
        encoded(&colour.broadcast_mul(&room)?.broadcast_add(&middle)?)
    }

    fn gained(&self, answer: &Answer) -> Result<Tensor> {
        let gains = (self.nodes.matmul(&answer.stops.contiguous()?)? * LN_2)?.exp()?;
        let out = self
            .light
            .broadcast_sub(&answer.veil.unsqueeze(1)?)?
            .relu()?
            .mul(&gains)?;
        let channel = |c| out.narrow(2, c, 1);
        let (red, green, blue) = (channel(0)?, channel(1)?, channel(2)?);
        let others = Tensor::cat(
            &[
                green.maximum(&blue)?,
                blue.maximum(&red)?,
                red.maximum(&green)?,
            ],
            2,
        )?;
        let missing = (others.clamp(0.0, 1.0)? - &out)?.relu()?;
        let lifted = (out + (missing * &self.clipped)?)?;
        let white = lifted.maximum(&self.light)?.clamp(0.0, 1.0)?;
        (white - &lifted)?.broadcast_mul(&self.white)? + lifted
    }
}

fn eased(share: f32) -> f32 {
    let t = share.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn luminance(light: &Tensor) -> Result<Tensor> {
    let weights = Tensor::new(&[[0.2126_f32], [0.7152], [0.0722]], &Device::Cpu)?;
    light.broadcast_matmul(&weights)
}

/// Rising steps of the curve, each by as much of it as a luma has passed; the last goes on.
fn curved(luma: &Tensor, rises: &Tensor) -> Result<Tensor> {
    let knots: Vec<f32> = (0..KNOTS).map(|i| i as f32).collect();
    let knots = Tensor::from_vec(knots, (1, 1, KNOTS), &Device::Cpu)?;
    let mut most = [1.0_f32; KNOTS];
    most[KNOTS - 1] = 40.0;
    let most = Tensor::from_vec(most.to_vec(), (1, 1, KNOTS), &Device::Cpu)?;
    let passed = (luma * KNOTS as f64)?.broadcast_sub(&knots)?.relu()?;
    passed
        .broadcast_minimum(&most)?
        .matmul(&rises.unsqueeze(2)?.contiguous()?)
}

/// Chroma over dark, middle and bright: pictures x pixels x 1.
fn chroma(luma: &Tensor, factors: &Tensor) -> Result<Tensor> {
    let twice = (luma.clamp(0.0, 1.0)? * 2.0)?;
    let dark = (1.0 - &twice)?.relu()?;
    let bright = (&twice - 1.0)?.relu()?;
    let middle = (1.0 - (&twice - 1.0)?.abs()?)?;
    Tensor::cat(&[dark, middle, bright], 2)?.matmul(&factors.unsqueeze(2)?.contiguous()?)
}

fn soft(top: &Tensor) -> Result<Tensor> {
    let over = ((top - 0.8)?.relu()? * 5.0)?;
    let bent = (&over / (over.sqr()?.sqr()? + 1.0)?.sqrt()?.sqrt()?)?;
    top.clamp(0.0, 0.8)? + (bent * 0.2)?
}

/// sRGB-encoded values of light; a little above black, where the curve has a slope.
fn encoded(light: &Tensor) -> Result<Tensor> {
    let dark = light.le(0.003_130_8)?;
    let bright = ((light.clamp(0.003_130_8, 1e6)?.log()? * (1.0 / 2.4))?.exp()? * 1.055)?;
    dark.where_cond(&(light * 12.92)?, &(bright - 0.055)?)
}

fn light(encoded: &Tensor) -> Result<Tensor> {
    let dark = encoded.le(0.04045)?;
    let root = ((encoded.clamp(0.04045, 1e6)? + 0.055)? / 1.055)?;
    dark.where_cond(&(encoded / 12.92)?, &(root.log()? * 2.4)?.exp()?)
}

/// CIELAB of encoded colours, clipped to the gamut: the same shape.
pub fn lab(rgb: &Tensor) -> Result<Tensor> {
    const XYZ: [[f32; 3]; 3] = [
        [0.4124 / 0.95047, 0.2126, 0.0193 / 1.08883],
        [0.3576 / 0.95047, 0.7152, 0.1192 / 1.08883],
        [0.1805 / 0.95047, 0.0722, 0.9505 / 1.08883],
    ];
    const LAB: [[f32; 3]; 3] = [
        [0.0, 500.0, 0.0],
        [116.0, -500.0, 200.0],
        [0.0, 0.0, -200.0],
    ];
    let light = light(&rgb.clamp(0.0, 1.0)?)?;
    let xyz = light.broadcast_matmul(&Tensor::new(&XYZ, &Device::Cpu)?)?;
    let dark = xyz.le(0.008_856)?;
    let root = (xyz.clamp(0.008_856, 10.0)?.log()? * (1.0 / 3.0))?.exp()?;
    let f = dark.where_cond(&xyz.affine(7.787, 16.0 / 116.0)?, &root)?;
    f.broadcast_matmul(&Tensor::new(&LAB, &Device::Cpu)?)
}
