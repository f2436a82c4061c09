//! Device that networks run on: the first NVIDIA card that answers, in a program built with `cuda`, else
//! the processor. Decided once for the process; nothing here moves a tensor.

use std::sync::OnceLock;

use candle_core::Device;

#[cfg(feature = "cuda")]
mod cuda;

/// Kind of a device, for people and for plans that depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceKind {
    /// The processor.
    Cpu,
    /// An NVIDIA card, by the name its driver gives it.
    Cuda {
        /// Such as `NVIDIA H100 80GB HBM3`.
        name: String,
    },
}

/// Memory of a card, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Memory that the card has.
    pub total: u64,
    /// Memory that a new tensor may take: unallocated, or held by this process and not in use.
    pub free: u64,
}

/// Device to compute on, and its kind. Every call gets the same device: candle refuses to mix tensors
/// of two devices, even where both are one card.
pub fn best() -> (Device, DeviceKind) {
    static BEST: OnceLock<(Device, DeviceKind)> = OnceLock::new();
    BEST.get_or_init(find).clone()
}

/// Card for tests that need one; `None`, and a note, where there is none.
#[cfg(all(test, feature = "cuda"))]
pub(crate) fn card_for_tests() -> Option<Device> {
    let (device, kind) = best();
    if kind == DeviceKind::Cpu {
        plumbline_fixtures::skip("no graphics card answers");
        return None;
    }
    Some(device)
}

/// Memory of the card behind `device`, as of now. `None`: it is the processor, or does not answer.
pub fn memory(device: &Device) -> Option<Memory> {
    match device {
        #[cfg(feature = "cuda")]
        Device::Cuda(card) => cuda::memory(card).ok(),
        _ => None,
    }
}

/// Memory of the machine, in bytes, that is available to this program as of now. `None`: the system
/// does not say.
pub fn available_system_memory() -> Option<u64> {
    let meminfo = std::fs::read_to_string("/proc/meminfo").ok()?;
    let available = available(&meminfo)?;
    let cgroup = |file: &str| std::fs::read_to_string(format!("/sys/fs/cgroup/{file}")).ok();
    let number = |file| cgroup(file)?.trim().parse::<u64>().ok();
    // A container's limit; `max`, and so no number, where it has none.
    let left = number("memory.max").zip(number("memory.current"));
    let left = left.map_or(u64::MAX, |(limit, used)| limit.saturating_sub(used));
    Some(available.min(left))
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|l| l.strip_prefix("MemAvailable:"))?;
    let kilobytes = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    Some(kilobytes * 1024)
}

/// Peak memory of tensors on the card since `reset_peak_memory`, in bytes. `None`: it is the
/// processor, or does not answer.
pub fn peak_memory(device: &Device) -> Option<u64> {
    match device {
        #[cfg(feature = "cuda")]
        Device::Cuda(card) => cuda::peak_memory(card).ok(),
        _ => None,
    }
}

/// Resets the peak that `peak_memory` returns.
pub fn reset_peak_memory(device: &Device) {
    match device {
        #[cfg(feature = "cuda")]
        // A peak that is too high misleads a benchmark, and nobody else.
        Device::Cuda(card) => drop(cuda::reset_peak_memory(card)),
        _ => (),
    }
}

/// Runs `work` with the kernels' shape arguments cached on the card: candle would copy them anew for
/// every tensor that is not contiguous, which takes longer than most kernels. For networks, whose
/// shapes recur; other copies to the card meanwhile are cached as well.
pub fn with_cached_kernel_arguments<T>(device: &Device, work: impl FnOnce() -> T) -> T {
    #[cfg(feature = "cuda")]
    if let Device::Cuda(card) = device {
        let _kept = card.enable_cuda_graph_htod_cache();
        return work();
    }
    let _ = device;
    work()
}

#[cfg(feature = "cuda")]
fn find() -> (Device, DeviceKind) {
    cuda::first().unwrap_or((Device::Cpu, DeviceKind::Cpu))
}

#[cfg(not(feature = "cuda"))]
fn find() -> (Device, DeviceKind) {
    (Device::Cpu, DeviceKind::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_gets_one_device_and_its_kind() {
        let (device, kind) = best();
        assert!(device.same_device(&best().0));
        assert_eq!(device.is_cuda(), kind != DeviceKind::Cpu);
        assert_eq!(device.is_cuda(), memory(&device).is_some());
        assert!(memory(&Device::Cpu).is_none());
    }

    #[test]
    fn what_is_available_is_read_as_the_system_writes_it() {
        let meminfo = "MemTotal:       24576000 kB\nMemAvailable:   20000000 kB\nCached: 1 kB\n";
        assert_eq!(available(meminfo), Some(20_480_000_000));
        assert_eq!(available("MemTotal: 3 kB"), None);
    }

    #[test]
    fn without_the_feature_it_is_the_processor() {
        if cfg!(feature = "cuda") {
            return plumbline_fixtures::skip("it was built for a graphics card");
        }
        assert_eq!(best().1, DeviceKind::Cpu);
    }

    #[test]
    fn memory_let_go_is_free_again_though_the_pool_keeps_it() {
        let (device, kind) = best();
        let (Some(before), DeviceKind::Cuda { name }) = (memory(&device), kind) else {
            return plumbline_fixtures::skip("no graphics card answers");
        };
        assert!(!name.is_empty());
        assert!(0 < before.free && before.free <= before.total);
        // Other tests use the card, too, a little of it.
        let (bytes, others) = (2_u64 << 30, 1_u64 << 30);
        let kind = candle_core::DType::U8;
        let held = candle_core::Tensor::zeros(bytes as usize, kind, &device).unwrap();
        device.synchronize().unwrap();
        let during = memory(&device).unwrap().free;
        drop(held);
        device.synchronize().unwrap();
        let after = memory(&device).unwrap().free;
        assert!(during + bytes <= before.free + others, "{during}");
        assert!(after + others >= during + bytes, "{after}");
    }
}
