//! Memory that networks give back and take again hundreds of times a second: glibc returns large
//! blocks to the system at once and gets them back filled with zeros, which is a quarter of the time
//! that an autoencoder takes on a processor. While networks paint there, it keeps them.

use candle_core::Device;

/// As long as it lives, freed memory stays with the process. One at a time: what is restored when
/// it is dropped are glibc's usual ways.
pub(crate) struct Kept(());

/// Where `device` is the processor.
pub(crate) fn keep(device: &Device) -> Option<Kept> {
    device.is_cpu().then(|| {
        glibc::keep();
        Kept(())
    })
}

impl Drop for Kept {
    fn drop(&mut self) {
        glibc::give_back();
    }
}

/// One arena for all threads, which then can keep what any of them frees, and holds less than one
/// for each. To be called before a program starts its second thread.
pub fn share() {
    glibc::share();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    #![allow(unsafe_code)]

    use libc::{M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, c_int, malloc_trim, mallopt};

    const MEGABYTE: c_int = 1 << 20;
    /// The most that glibc's own rules come to.
    const USUAL: c_int = 32 * MEGABYTE;

    pub fn share() {
        // SAFETY: it takes a number, whatever it is.
        unsafe { mallopt(M_ARENA_MAX, 1) };
    }

    pub fn keep() {
        set(1024 * MEGABYTE, c_int::MAX);
    }

    pub fn give_back() {
        set(USUAL, 2 * USUAL);
        // SAFETY: what it returns to the system is nobody's.
        unsafe { malloc_trim(0) };
    }

    /// Blocks of so many bytes get pages of their own, and so many bytes may lie free.
    fn set(own: c_int, free: c_int) {
        // SAFETY: they take numbers, whatever these are.
        unsafe {
            // Later versions take no more than this.
            if mallopt(M_MMAP_THRESHOLD, own) == 0 {
                mallopt(M_MMAP_THRESHOLD, USUAL);
            }
            mallopt(M_TRIM_THRESHOLD, free);
        }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod glibc {
    pub fn share() {}
    pub fn keep() {}
    pub fn give_back() {}
}
