//! Layers that UNet, ControlNet and autoencoder have in common.

use candle_core::{Module, Result, Tensor};
use candle_nn::VarBuilder;
use plumbline_nn::bias;
use plumbline_nn::conv::Geometry;
use plumbline_nn::dense::{Conv2d, Linear, linear};
use plumbline_nn::group_norm::GroupNorm;

/// Convolution without an activation.
pub(super) fn conv(
    channels: (usize, usize),
    kernel: usize,
    geometry: Geometry,
    vb: &VarBuilder,
) -> Result<Conv2d> {
    Conv2d::new(channels, kernel, geometry, vb)
}

/// 3 x 3 convolution, with an output of the input's size.
pub(super) fn conv3x3(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<Conv2d> {
    conv((inputs, outputs), 3, Geometry::same(1), vb)
}

/// 1 x 1 convolution.
pub(super) fn conv1x1(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<Conv2d> {
    conv((inputs, outputs), 1, Geometry::POINT, vb)
}

/// Residual block of two convolutions, with a time embedding where there is one.
#[derive(Debug)]
pub(super) struct ResnetBlock {
    norms: [GroupNorm; 2],
    convs: [Conv2d; 2],
    time: Option<Linear>,
    shortcut: Option<Conv2d>,
}

/// Groups of a group norm, and the epsilon of its variance.
#[derive(Debug, Clone, Copy)]
pub(super) struct GroupNormConfig {
    pub groups: usize,
    pub eps: f64,
}

impl GroupNormConfig {
    pub fn build(self, channels: usize, vb: &VarBuilder) -> Result<GroupNorm> {
        GroupNorm::new(self.groups, channels, self.eps, vb)
    }
}

impl ResnetBlock {
    pub fn new(
        (inputs, outputs): (usize, usize),
        norms: GroupNormConfig,
        time: Option<usize>,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let time = time.map(|length| linear(length, outputs, vb.pp("time_emb_proj")));
        let shortcut =
            (inputs != outputs).then(|| conv1x1(inputs, outputs, &vb.pp("conv_shortcut")));
        Ok(Self {
            norms: [
                norms.build(inputs, &vb.pp("norm1"))?,
                norms.build(outputs, &vb.pp("norm2"))?,
            ],
            convs: [
                conv3x3(inputs, outputs, &vb.pp("conv1"))?,
                conv3x3(outputs, outputs, &vb.pp("conv2"))?,
            ],
            time: time.transpose()?,
            shortcut: shortcut.transpose()?,
        })
    }

    /// Runs the block. `time` is n x the length of its embedding, after SiLU.
    pub fn forward(&self, x: &Tensor, time: Option<&Tensor>) -> Result<Tensor> {
        let mut h = self.convs[0].forward(&self.norms[0].forward_silu(x)?)?;
        if let (Some(project), Some(time)) = (&self.time, time) {
            let (n, c, rows, columns) = h.dims4()?;
            let time = project.forward(time)?.reshape((n, c))?;
            h = bias::add(&h, &time, rows * columns)?;
        }
        let h = self.convs[1].forward(&self.norms[1].forward_silu(&h)?)?;
        match &self.shortcut {
            Some(shortcut) => shortcut.forward(x)? + h,
            None => x + h,
        }
    }
}

/// Upsampling: each pixel repeated, then a convolution.
#[derive(Debug)]
pub(super) struct Upsample(Conv2d);

impl Upsample {
    pub fn new(channels: usize, vb: &VarBuilder) -> Result<Self> {
        Ok(Self(conv3x3(
            channels,
            channels,
            &vb.pp("upsamplers.0.conv"),
        )?))
    }

    pub fn forward(&self, x: &Tensor, (rows, columns): (usize, usize)) -> Result<Tensor> {
        self.0.forward(&x.upsample_nearest2d(rows, columns)?)
    }
}
