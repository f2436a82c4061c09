//! Images that the networks are shown of a batch of tiles.

use std::collections::HashMap;

use candle_core::{Result, Tensor};

use super::TilePipeline;
use crate::diffusion::image_tensors;

/// Image of a photo that a network is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ControlImage {
    /// Its colours.
    Colours,
    /// Its edges.
    Edges,
}

/// Images of the present batch: where one network after the other is shown them, each is cropped and
/// sent to the device once.
#[derive(Default)]
pub(super) struct InputCache {
    batch: Vec<usize>,
    images: HashMap<ControlImage, Tensor>,
}

impl TilePipeline<'_> {
    /// Inputs of a network: parts of the photo, on its device and in its type.
    pub(super) fn pictures(&mut self, batch: &[usize], kind: ControlImage) -> Result<Tensor> {
        if self.inputs.batch != batch {
            self.inputs = InputCache {
                batch: batch.to_vec(),
                ..InputCache::default()
            };
        }
        if let Some(known) = self.inputs.images.get(&kind) {
            return Ok(known.clone());
        }
        let new = self.crops(batch, kind)?;
        self.inputs.images.insert(kind, new.clone());
        Ok(new)
    }

    fn crops(&self, batch: &[usize], kind: ControlImage) -> Result<Tensor> {
        let parts = batch.iter().map(|&at| {
            let part = image_tensors::crop(self.job.pixels, self.job.tiles[at])?;
            match kind {
                ControlImage::Colours => image_tensors::to_tensor(&part),
                ControlImage::Edges => image_tensors::canny_edges(&part),
            }
        });
        self.to_network(&Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 0)?)
    }

    fn to_network(&self, x: &Tensor) -> Result<Tensor> {
        x.to_device(self.models.device())?
            .to_dtype(self.models.dtype())
    }
}
