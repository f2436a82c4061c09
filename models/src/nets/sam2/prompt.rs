//! Prompt encoder of SAM 2.1: points, a box's corners and a mask, as tokens and as a picture.

use std::f64::consts::TAU;

use candle_core::{Device, Module, Result, Tensor};
use candle_nn::{Conv2d, Conv2dConfig, VarBuilder, conv2d};
use plumbline_nn::gelu::gelu;

use super::Shape;
use super::layers::ChannelNorm;

/// Channels of the mask's convolutions.
const MASK: usize = 16;

/// Meaning of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Label {
    /// Padding: it has no meaning.
    Padding = -1,
    /// Not part of the object.
    Background = 0,
    /// Part of the object.
    Foreground = 1,
    /// Upper left corner of a box around the object.
    BoxUpperLeft = 2,
    /// Lower right corner of that box.
    BoxLowerRight = 3,
}

/// A point of the network's square input, in its pixels; whole numbers are the pixels' upper left
/// corners plus a half: (0, 0) is the middle of the first pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Column, 0 to the side.
    pub x: f32,
    /// Row, 0 to the side.
    pub y: f32,
    /// Meaning.
    pub label: Label,
}

/// Prompt. The original puts a box's corners before the other points.
#[derive(Debug, Clone, Default)]
pub struct Prompt {
    /// Points and corners.
    pub points: Vec<Point>,
    /// Logits of a mask to start from: 1 x 1 x side / 4 x side / 4.
    pub mask: Option<Tensor>,
}

/// Prompt as input of the decoder.
pub struct EncodedPrompt {
    /// 1 x tokens x channels.
    pub sparse: Tensor,
    /// 1 x channels x side / 16 x side / 16.
    pub dense: Tensor,
}

/// The prompt encoder.
pub struct PromptEncoder {
    side: f64,
    /// 2 x channels / 2: frequencies for a position (Tancik et al. 2020).
    frequencies: Tensor,
    /// 5 x channels, by label + 1.
    labels: Tensor,
    first: (Conv2d, ChannelNorm),
    second: (Conv2d, ChannelNorm),
    last: Conv2d,
    /// 1 x channels x 1 x 1.
    no_mask: Tensor,
    /// 1 x channels x side / 16 x side / 16.
    grid: Tensor,
}

impl PromptEncoder {
    /// Builds it from the parameters under `sam_prompt_encoder`.
    pub fn new(shape: &Shape, vb: &VarBuilder) -> Result<Self> {
        let channels = shape.model;
        let token = |name: &str| vb.get((1, channels), &format!("{name}.weight"));
        let mut labels = vec![token("not_a_point_embed")?];
        for label in 0..4 {
            labels.push(token(&format!("point_embeddings.{label}"))?);
        }
        let halving = Conv2dConfig {
            stride: 2,
            ..Conv2dConfig::default()
        };
        let mask = vb.pp("mask_downscaling");
        let half = |at: usize, inputs: usize, outputs: usize| -> Result<_> {
            let conv = conv2d(inputs, outputs, 2, halving, mask.pp(at))?;
            Ok((conv, ChannelNorm::new(outputs, mask.pp(at + 1))?))
        };
        let frequencies = "pe_layer.positional_encoding_gaussian_matrix";
        let frequencies = vb.get((2, channels / 2), frequencies)?;
        Ok(Self {
            side: shape.side as f64,
            labels: Tensor::cat(&labels, 0)?,
            first: half(0, 1, MASK / 4)?,
            second: half(3, MASK / 4, MASK)?,
            last: conv2d(MASK, channels, 1, Conv2dConfig::default(), mask.pp(6))?,
            no_mask: token("no_mask_embed")?.reshape((1, channels, 1, 1))?,
            grid: grid(shape.side / 16, &frequencies)?,
            frequencies,
        })
    }

    /// Embedded positions of the picture's tokens: 1 x channels x side / 16 x side / 16.
    pub fn grid(&self) -> &Tensor {
        &self.grid
    }

    /// Encodes both halves of a prompt.
    pub fn forward(&self, prompt: &Prompt) -> Result<EncodedPrompt> {
        let dense = match &prompt.mask {
            Some(mask) => self.mask(mask)?,
            None => self.no_mask.broadcast_as(self.grid.shape())?.contiguous()?,
        };
        Ok(EncodedPrompt {
            sparse: self.points(&prompt.points)?,
            dense,
        })
    }

    /// 1 x (points + 1) x channels: as in the original, a padding point ends the list;
    /// none at all stay none.
    fn points(&self, points: &[Point]) -> Result<Tensor> {
        let channels = self.labels.dim(1)?;
        if points.is_empty() {
            return Tensor::zeros((1, 0, channels), self.labels.dtype(), self.labels.device());
        }
        let end = Point {
            x: 0.0,
            y: 0.0,
            label: Label::Padding,
        };
        let points = || points.iter().chain([&end]);
        let is_point = |p: &Point| f32::from(p.label != Label::Padding);
        let device = self.labels.device();
        let places: Vec<f64> = points()
            .flat_map(|p| [p.x, p.y])
            .map(|v| (f64::from(v) + 0.5) / self.side)
            .collect();
        let label = column(points().map(|p| (p.label as i32 + 1) as u32), device)?;
        let label = self.labels.index_select(&label, 0)?;
        let is_point = column(points().map(is_point), device)?.unsqueeze(1)?;
        let place = encode(&places, &self.frequencies)?.broadcast_mul(&is_point)?;
        (place + label)?.unsqueeze(0)
    }

    /// 1 x 1 x side / 4 x side / 4 to 1 x channels x side / 16 x side / 16.
    fn mask(&self, mask: &Tensor) -> Result<Tensor> {
        let mut x = mask.clone();
        for (conv, norm) in [&self.first, &self.second] {
            x = gelu(&norm.forward(&conv.forward(&x)?)?)?;
        }
        self.last.forward(&x)
    }
}

fn column<T: candle_core::WithDType>(
    values: impl Iterator<Item = T>,
    device: &Device,
) -> Result<Tensor> {
    let values: Vec<T> = values.collect();
    Tensor::from_slice(&values, values.len(), device)
}

/// Fourier features of places (x, y, each 0.0 to 1.0): places x channels.
fn encode(places: &[f64], frequencies: &Tensor) -> Result<Tensor> {
    let centred: Vec<f32> = places.iter().map(|v| (2.0 * v - 1.0) as f32).collect();
    let centred = Tensor::from_vec(centred, (places.len() / 2, 2), frequencies.device())?;
    let angle = (centred.matmul(frequencies)? * TAU)?;
    Tensor::cat(&[angle.sin()?, angle.cos()?], 1)
}

fn grid(side: usize, frequencies: &Tensor) -> Result<Tensor> {
    let middle = |at: usize| (at as f64 + 0.5) / side as f64;
    let places: Vec<f64> = (0..side * side)
        .flat_map(|at| [middle(at % side), middle(at / side)])
        .collect();
    // (side * side) x channels
    let embedding = encode(&places, frequencies)?;
    embedding.t()?.contiguous()?.reshape((1, (), side, side))
}
