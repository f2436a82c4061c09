//! Tuning of glibc's allocator for work that frees and takes large blocks again: glibc returns them to
//! the system at once and gets them back filled with zeros. Networks do so hundreds of times a second,
//! which is a quarter of the time that an autoencoder takes on a processor; a photo of 45 megapixels
//! does so with a dozen buffers, a tenth of its time. While such work runs, the process retains what it
//! freed.

use std::sync::{Mutex, PoisonError};

use candle_core::Device;

/// Number of living guards.
static GUARDS: Mutex<usize> = Mutex::new(0);

/// Guard under which freed memory stays with the process. When the last one is dropped, the memory
/// is returned to the system and glibc's defaults are in force again.
#[must_use]
pub struct RetainFreed(());

/// Retains freed memory until the guard it returns is dropped.
pub fn retain_freed() -> RetainFreed {
    change(|guards| {
        if *guards == 0 {
            glibc::retain();
        }
        *guards += 1;
    });
    RetainFreed(())
}

/// `retain_freed` for networks on the processor; nothing on a card.
pub fn retain_freed_on_cpu(device: &Device) -> Option<RetainFreed> {
    device.is_cpu().then(retain_freed)
}

impl Drop for RetainFreed {
    fn drop(&mut self) {
        change(|guards| {
            *guards -= 1;
            if *guards == 0 {
                glibc::release();
            }
        });
    }
}

fn change(set: impl FnOnce(&mut usize)) {
    set(&mut GUARDS.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Makes all threads share one arena, which then can retain what any of them frees, and holds less
/// than one for each. To be called before a program starts its second thread.
pub fn use_one_arena() {
    glibc::use_one_arena();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    #![allow(unsafe_code)]

    use libc::{M_ARENA_MAX, M_MMAP_MAX, M_TRIM_THRESHOLD, c_int, malloc_trim, mallopt};

    /// Blocks with a mapping of their own, as many as glibc allows by default.
    const DEFAULT_BLOCKS: c_int = 65_536;
    /// Bytes that may lie free at the end: twice the most that glibc's own rules come to.
    const DEFAULT_FREE: c_int = 64 << 20;

    pub fn use_one_arena() {
        // SAFETY: it takes a number, whatever it is.
        unsafe { mallopt(M_ARENA_MAX, 1) };
    }

    pub fn retain() {
        // A block with a mapping of its own is returned whatever the other settings say.
        set(0, c_int::MAX);
    }

    pub fn release() {
        set(DEFAULT_BLOCKS, DEFAULT_FREE);
        // SAFETY: what it returns to the system is nobody's.
        unsafe { malloc_trim(0) };
    }

    fn set(blocks: c_int, free: c_int) {
        // SAFETY: they take numbers, whatever these are.
        unsafe {
            mallopt(M_MMAP_MAX, blocks);
            mallopt(M_TRIM_THRESHOLD, free);
        }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod glibc {
    pub fn use_one_arena() {}
    pub fn retain() {}
    pub fn release() {}
}

#[cfg(test)]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod tests {
    use std::hint::black_box;

    use super::*;

    /// Minor page faults of this thread, by proc(5).
    fn faults() -> u64 {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let after_name = stat.rsplit(')').next().unwrap();
        let minor = after_name.split_whitespace().nth(7).unwrap();
        minor.parse().unwrap()
    }

    fn faults_of_a_large_block() -> u64 {
        let before = faults();
        black_box(vec![1_u8; 256 << 20]);
        faults() - before
    }

    #[test]
    fn a_block_that_was_freed_is_there_again_until_the_last_guard_goes() {
        use_one_arena();
        // This thread began before; only a younger one shares.
        let work = || {
            let (one, two) = (retain_freed(), retain_freed());
            drop(one);
            faults_of_a_large_block();
            let retained = faults_of_a_large_block();
            drop(two);
            (retained, faults_of_a_large_block())
        };
        let (retained, released) = std::thread::spawn(work).join().unwrap();
        assert!(
            retained * 10 < released,
            "{retained} page faults while retained, then {released}"
        );
    }
}
