//! Calls of the driver: a card's name, its memory, and the settings of its memory pool.

use std::ffi::c_void;

use candle_core::backend::BackendDevice;
use candle_core::cuda_backend::cudarc::driver::{CudaContext, DriverError, result, sys};
use candle_core::{CudaDevice, Device};

use super::{DeviceKind, Memory};

/// First card, ready to compute. `None`: there is no driver, no card, or it does not answer.
pub fn first() -> Option<(Device, DeviceKind)> {
    let card = CudaDevice::new(0).ok()?;
    let name = context(&card).name().ok()?;
    // Every tensor would be watched by two events, in case two streams met.
    #[allow(
        unsafe_code,
        reason = "there is one stream, candle's own, and our kernels run on it too"
    )]
    unsafe {
        card.disable_event_tracking();
    }
    // A pool that gives its memory back is slower, not wrong.
    let _ = keep_memory(&card);
    Some((Device::Cuda(card), DeviceKind::Cuda { name }))
}

/// Memory of the card. The driver counts the pool's reserve as used; to this process it is free.
pub fn memory(card: &CudaDevice) -> Result<Memory, DriverError> {
    let (free, total) = context(card).mem_get_info()?;
    let idle = idle(card).unwrap_or(0);
    Ok(Memory {
        total: total as u64,
        free: free as u64 + idle,
    })
}

/// Peak memory in use since `reset_peak_memory`.
pub fn peak_memory(card: &CudaDevice) -> Result<u64, DriverError> {
    attribute(
        card,
        sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_USED_MEM_HIGH,
    )
}

/// Resets the peak.
pub fn reset_peak_memory(card: &CudaDevice) -> Result<(), DriverError> {
    // The only value that this attribute takes.
    set_attribute(
        card,
        sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_USED_MEM_HIGH,
        0,
    )
}

/// Makes the pool keep its memory. candle takes every tensor from the card's default pool, and that
/// pool returns all that is not in use to the driver whenever somebody waits for the card, unless its
/// threshold says otherwise. Allocating it anew costs more than many a kernel.
fn keep_memory(card: &CudaDevice) -> Result<(), DriverError> {
    set_attribute(
        card,
        sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD,
        u64::MAX,
    )
}

fn set_attribute(
    card: &CudaDevice,
    attribute: sys::CUmemPool_attribute,
    mut value: u64,
) -> Result<(), DriverError> {
    let value = (&raw mut value).cast::<c_void>();
    let pool = pool(card)?;
    #[allow(
        unsafe_code,
        reason = "a driver call; the attribute is 64 bits wide, as the value is"
    )]
    unsafe {
        result::mem_pool::set_attribute(pool, attribute, value)
    }
}

/// Bytes that the pool holds and no tensor uses.
fn idle(card: &CudaDevice) -> Result<u64, DriverError> {
    let held = attribute(
        card,
        sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT,
    )?;
    let used = attribute(
        card,
        sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_USED_MEM_CURRENT,
    )?;
    Ok(held.saturating_sub(used))
}

fn attribute(card: &CudaDevice, attribute: sys::CUmemPool_attribute) -> Result<u64, DriverError> {
    let mut value = 0_u64;
    let to = (&raw mut value).cast::<c_void>();
    let pool = pool(card)?;
    #[allow(
        unsafe_code,
        reason = "a driver call; the attribute is 64 bits wide, as the value is"
    )]
    unsafe {
        result::mem_pool::get_attribute(pool, attribute, to)?;
    }
    Ok(value)
}

fn pool(card: &CudaDevice) -> Result<sys::CUmemoryPool, DriverError> {
    #[allow(
        unsafe_code,
        reason = "a driver call; the context behind the card is alive"
    )]
    unsafe {
        result::device::get_default_mem_pool(context(card).cu_device())
    }
}

fn context(card: &CudaDevice) -> std::sync::Arc<CudaContext> {
    card.cuda_stream().context().clone()
}
