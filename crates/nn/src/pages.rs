//! Memory that is given back and taken again: glibc returns large blocks to the system at once and
//! gets them back filled with zeros. Networks do so hundreds of times a second, which is a quarter
//! of the time that an autoencoder takes on a processor; a photo of 45 megapixels does so with a
//! dozen buffers, a tenth of its time. While such work is in hand, the process keeps what it freed.

use std::sync::{Mutex, PoisonError};

use candle_core::Device;

/// How many keep it.
static KEEPERS: Mutex<usize> = Mutex::new(0);

/// As long as any lives, freed memory stays with the process. With the last one it goes back, and
/// glibc's usual ways are in force again.
#[must_use]
pub struct Kept(());

/// From now on, until what it returns is dropped.
pub fn keep() -> Kept {
    change(|keepers| {
        if *keepers == 0 {
            glibc::keep();
        }
        *keepers += 1;
    });
    Kept(())
}

/// Where networks paint on the processor.
pub fn keep_for(device: &Device) -> Option<Kept> {
    device.is_cpu().then(keep)
}

impl Drop for Kept {
    fn drop(&mut self) {
        change(|keepers| {
            *keepers -= 1;
            if *keepers == 0 {
                glibc::give_back();
            }
        });
    }
}

fn change(of: impl FnOnce(&mut usize)) {
    of(&mut KEEPERS.lock().unwrap_or_else(PoisonError::into_inner));
}

/// One arena for all threads, which then can keep what any of them frees, and holds less than one
/// for each. To be called before a program starts its second thread.
pub fn share() {
    glibc::share();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    #![allow(unsafe_code)]

    use libc::{M_ARENA_MAX, M_MMAP_MAX, M_TRIM_THRESHOLD, c_int, malloc_trim, mallopt};

    /// Blocks with pages of their own, as many as glibc allows by itself.
    const USUAL_BLOCKS: c_int = 65_536;
    /// Bytes that may lie free at the end: twice the most that glibc's own rules come to.
    const USUAL_FREE: c_int = 64 << 20;

    pub fn share() {
        // SAFETY: it takes a number, whatever it is.
        unsafe { mallopt(M_ARENA_MAX, 1) };
    }

    pub fn keep() {
        // A block with pages of its own is returned whatever the other settings say.
        set(0, c_int::MAX);
    }

    pub fn give_back() {
        set(USUAL_BLOCKS, USUAL_FREE);
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
    pub fn share() {}
    pub fn keep() {}
    pub fn give_back() {}
}

#[cfg(test)]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod tests {
    use std::hint::black_box;

    use super::*;

    /// Pages that the process had to be given, by proc(5).
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
    fn a_block_that_was_freed_is_there_again_until_the_last_keeper_goes() {
        share();
        // This thread began before; only a younger one shares.
        let work = || {
            let (one, two) = (keep(), keep());
            drop(one);
            faults_of_a_large_block();
            let kept = faults_of_a_large_block();
            drop(two);
            (kept, faults_of_a_large_block())
        };
        let (kept, given) = std::thread::spawn(work).join().unwrap();
        assert!(
            kept * 10 < given,
            "{kept} pages came anew, and then {given}"
        );
    }
}
