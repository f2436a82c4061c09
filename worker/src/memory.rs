//! The budget of memory. A job says what its photo needs, and waits until that is free, so that many
//! small photos run side by side and two large brackets do not.

use std::fs;
use std::sync::Arc;

use plumbline_domain::shoots::photos::Photo;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes a pixel that a photo takes at its peak, in files of 8 and of 16 bits; measured on photos of
/// 45 megapixels, as `plumbline bench image` prints them, and rounded up.
const A_PIXEL: [u64; 2] = [10, 19];
/// Bytes a pixel that each exposure of several takes, of 8 and of 16 bits. Estimated: three samples and
/// its small copies.
const AN_EXPOSURE: [u64; 2] = [4, 7];
/// Pixels of a file whose size is not known before it is decoded.
const UNKNOWN: u64 = 50_000_000;
const MB: u64 = 1_000_000;

/// Memory for photos, in megabytes.
pub struct Budget {
    free: Arc<Semaphore>,
    all_mb: u32,
}

/// A photo's part of the budget, until it is dropped.
pub struct Share(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

impl Budget {
    pub fn of(mb: u32) -> Self {
        Self {
            free: Arc::new(Semaphore::new(mb as usize)),
            all_mb: mb,
        }
    }

    /// Waits for so many bytes. Whoever needs more than there is gets all of it, alone.
    pub async fn share(&self, bytes: u64) -> Share {
        let mb = u32::try_from(bytes.div_ceil(MB)).unwrap_or(u32::MAX);
        let mb = mb.clamp(1, self.all_mb);
        let share = self.free.clone().acquire_many_owned(mb).await;
        Share(share.expect("the budget is never closed"))
    }
}

/// Bytes that a photo needs, made of so many exposures.
pub fn needed(photo: &Photo, exposures: usize) -> u64 {
    let pixels = photo.pixel_count().unwrap_or(UNKNOWN);
    let is_deep = !matches!(photo.content_type.as_str(), "image/jpeg" | "image/webp");
    match exposures {
        0 | 1 => pixels * A_PIXEL[usize::from(is_deep)],
        // What they make together has 16 bits.
        many => pixels * (A_PIXEL[1] + many as u64 * AN_EXPOSURE[usize::from(is_deep)]),
    }
}

/// Half of the memory that this machine or container has, the rest being for networks and others.
pub fn half_of_all_mb() -> u32 {
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let machine = meminfo.lines().find_map(|line| {
        let kib = line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?;
        kib.parse::<u64>().ok().map(|kib| kib * 1024)
    });
    let container = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let container = container.and_then(|bytes| bytes.trim().parse::<u64>().ok());
    let all = [machine, container].into_iter().flatten().min();
    let half = all.unwrap_or(4000 * MB) / 2 / MB;
    u32::try_from(half).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_job_waits_for_its_share_and_one_too_large_waits_for_all() {
        let budget = Budget::of(1000);
        let first = budget.share(600 * MB).await;
        let small = budget.share(300 * MB).await;
        let mut large = Box::pin(budget.share(5000 * MB));
        assert!((&mut large).now_or_never().is_none());
        drop((first, small));
        let _all = large.await;
        assert!(budget.share(1).now_or_never().is_none());
    }
}
