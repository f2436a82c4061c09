//! What operations of our own read.

use candle_core::{CpuStorage, Layout, Result, bail};

/// The values of a tensor that lies in one piece on the processor.
pub(crate) fn floats<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((from, to)) = layout.contiguous_offsets() else {
        bail!("{:?} does not lie in one piece", layout.shape());
    };
    Ok(&storage.as_slice::<f32>()?[from..to])
}
