//! Where networks compute: the first NVIDIA card that answers, in a program built with `cuda`, else
//! the processor. Decided once for the process; nothing here moves a tensor.

use std::sync::OnceLock;

use candle_core::Device;

#[cfg(feature = "cuda")]
mod card;

/// What a device is, for people and for plans that depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
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
    /// What the card has.
    pub total: u64,
    /// What a new tensor may take: what nobody holds, and what this process holds and does not use.
    pub free: u64,
}

/// The device to compute on, and what it is. Every call gets the same device: candle takes tensors
/// of two devices for strangers, even where both are one card.
pub fn best() -> (Device, Kind) {
    static BEST: OnceLock<(Device, Kind)> = OnceLock::new();
    BEST.get_or_init(find).clone()
}

/// For what only a card can show.
#[cfg(all(test, feature = "cuda"))]
pub(crate) fn card_for_tests() -> Option<Device> {
    let (device, kind) = best();
    if kind == Kind::Cpu {
        plumbline_fixtures::skip("no graphics card answers");
        return None;
    }
    Some(device)
}

/// Memory of the card behind `device`, as of now. `None`: it is the processor, or does not answer.
pub fn memory(device: &Device) -> Option<Memory> {
    match device {
        #[cfg(feature = "cuda")]
        Device::Cuda(card) => card::memory(card).ok(),
        _ => None,
    }
}

/// Memory of the machine that nobody holds, as of now, and that this program may take. `None`: it is
/// not said.
pub fn of_the_machine() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let available = available(&told)?;
    let group = |file: &str| std::fs::read_to_string(format!("/sys/fs/cgroup/{file}")).ok();
    let number = |file| group(file)?.trim().parse::<u64>().ok();
    // A container's limit; `max`, and so no number, where it has none.
    let left = number("memory.max").zip(number("memory.current"));
    let left = left.map_or(u64::MAX, |(most, taken)| most.saturating_sub(taken));
    Some(available.min(left))
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|l| l.strip_prefix("MemAvailable:"))?;
    let kilobytes = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    Some(kilobytes * 1024)
}

/// The most memory of the card that tensors took at once since `forget_peak`. `None`: it is the
/// processor, or does not answer.
pub fn peak(device: &Device) -> Option<u64> {
    match device {
        #[cfg(feature = "cuda")]
        Device::Cuda(card) => card::peak(card).ok(),
        _ => None,
    }
}

/// Begins to count the peak anew.
pub fn forget_peak(device: &Device) {
    match device {
        #[cfg(feature = "cuda")]
        // A peak that is too high misleads a benchmark, and nobody else.
        Device::Cuda(card) => drop(card::forget_peak(card)),
        _ => (),
    }
}

/// Works with what kernels are told of shapes kept on the card: candle would send it anew for every
/// tensor that does not lie in one piece, which takes longer than most kernels. For networks, whose
/// shapes come again; whatever is sent meanwhile is kept as well.
pub(crate) fn remembering<T>(device: &Device, work: impl FnOnce() -> T) -> T {
    #[cfg(feature = "cuda")]
    if let Device::Cuda(card) = device {
        let _kept = card.enable_cuda_graph_htod_cache();
        return work();
    }
    let _ = device;
    work()
}

#[cfg(feature = "cuda")]
fn find() -> (Device, Kind) {
    card::first().unwrap_or((Device::Cpu, Kind::Cpu))
}

#[cfg(not(feature = "cuda"))]
fn find() -> (Device, Kind) {
    (Device::Cpu, Kind::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_gets_one_device_and_its_kind() {
        let (device, kind) = best();
        assert!(device.same_device(&best().0));
        assert_eq!(device.is_cuda(), kind != Kind::Cpu);
        assert_eq!(device.is_cuda(), memory(&device).is_some());
        assert!(memory(&Device::Cpu).is_none());
    }

    #[test]
    fn what_is_available_is_read_as_the_system_writes_it() {
        let told = "MemTotal:       24576000 kB\nMemAvailable:   20000000 kB\nCached: 1 kB\n";
        assert_eq!(available(told), Some(20_480_000_000));
        assert_eq!(available("MemTotal: 3 kB"), None);
    }

    #[test]
    fn without_the_feature_it_is_the_processor() {
        if cfg!(feature = "cuda") {
            return plumbline_fixtures::skip("it was built for a graphics card");
        }
        assert_eq!(best().1, Kind::Cpu);
    }

    #[test]
    fn memory_let_go_is_free_again_though_the_pool_keeps_it() {
        let (device, kind) = best();
        let (Some(before), Kind::Cuda { name }) = (memory(&device), kind) else {
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
