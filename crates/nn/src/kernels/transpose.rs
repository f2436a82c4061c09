//! Transposition of matrices: from pictures whose channels are planes (NCHW) to pictures whose
//! channels lie side by side (NHWC), and back.

use candle_core::cuda_backend::cudarc::driver::{
    CudaSlice, CudaView, DeviceRepr, LaunchConfig, PushKernelArg,
};
use candle_core::cuda_backend::{WrapErr, kernel_name};
use candle_core::{CudaDevice, Result, WithDType, bail};

use super::function;

/// The same number stands in transpose.cu.
const TILE: u32 = 32;
const LINES: u32 = 8;

/// Matrices, one behind the other.
#[derive(Debug, Clone, Copy)]
pub struct Matrices {
    /// Number of matrices.
    pub count: usize,
    /// Rows of each.
    pub rows: usize,
    /// Columns of each.
    pub columns: usize,
}

/// Bias and activation of every number on its way.
#[derive(Debug, Clone, Copy)]
pub struct Added<'a, T> {
    /// Added to each row of what is written.
    pub bias: &'a CudaView<'a, T>,
    /// True if what is negative then becomes zero.
    pub relu: bool,
}

/// Transposes `x`, `[count, rows, columns]`, to `[count, columns, rows]`. An error: more than a
/// card can count.
pub fn transpose<T: DeviceRepr + WithDType>(
    x: &CudaView<'_, T>,
    matrices: Matrices,
    added: Option<Added<'_, T>>,
    card: &CudaDevice,
) -> Result<CudaSlice<T>> {
    let (grid, rows, columns) = matrices.checked(x.len())?;
    let launch = LaunchConfig {
        grid_dim: grid,
        block_dim: (TILE, LINES, 1),
        shared_mem_bytes: 0,
    };
    #[allow(unsafe_code, reason = "the kernel writes all of it")]
    let out = unsafe { card.alloc::<T>(x.len()) }?;
    let name = if added.is_some() {
        "transpose_biased"
    } else {
        "transpose"
    };
    let kernel = function(&kernel_name::<T>(name), card)?;
    let stream = card.cuda_stream();
    let mut call = stream.launch_builder(&kernel);
    call.arg(x);
    if let Some(added) = &added {
        call.arg(added.bias);
    }
    call.arg(&out).arg(&rows).arg(&columns);
    let relu = added.as_ref().map(|added| i32::from(added.relu));
    if let Some(relu) = &relu {
        call.arg(relu);
    }
    #[allow(
        unsafe_code,
        reason = "arguments as transpose.cu declares them, of sizes that were checked"
    )]
    unsafe { call.launch(launch) }.w()?;
    Ok(out)
}

impl Matrices {
    /// Blocks, rows and columns, as a card counts them.
    fn checked(self, numbers: usize) -> Result<((u32, u32, u32), u32, u32)> {
        let Self {
            count,
            rows,
            columns,
        } = self;
        if count * rows * columns != numbers || numbers == 0 {
            bail!("{numbers} numbers are not {self:?}")
        }
        let sizes = u32::try_from(rows)
            .ok()
            .zip(u32::try_from(columns).ok())
            .filter(|_| count <= 0xFFFF);
        let tiles = |(rows, columns): (u32, u32)| {
            let tiles = u64::from(rows.div_ceil(TILE)) * u64::from(columns.div_ceil(TILE));
            i32::try_from(tiles).ok().map(|tiles| tiles as u32)
        };
        match sizes.and_then(|sizes| Some((tiles(sizes)?, sizes))) {
            Some((tiles, (rows, columns))) => Ok(((tiles, count as u32, 1), rows, columns)),
            None => bail!("{self:?} are too large to be transposed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_card_cannot_count_is_refused_before_it_gets_there() {
        let checked = |count, rows, columns, numbers| {
            let matrices = Matrices {
                count,
                rows,
                columns,
            };
            matrices.checked(numbers).ok()
        };
        assert_eq!(checked(2, 33, 64, 2 * 33 * 64), Some(((4, 2, 1), 33, 64)));
        assert_eq!(checked(2, 33, 64, 33 * 64), None);
        assert_eq!(checked(0, 33, 64, 0), None);
        assert_eq!(checked(70_000, 1, 1, 70_000), None);
        let long = u32::MAX as usize;
        assert_eq!(checked(1, long, 640, long * 640), None);
    }
}
