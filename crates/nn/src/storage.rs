//! Access to a tensor's values from operations of our own.

use candle_core::{CpuStorage, Layout, Result, bail};

/// Values of a contiguous `f32` tensor on the processor.
pub(crate) fn contiguous_f32<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((from, to)) = layout.contiguous_offsets() else {
        bail!("{:?} is not contiguous", layout.shape());
    };
    Ok(&storage.as_slice::<f32>()?[from..to])
}
