//! How fast this machine copies memory, now: the floor under every stage.

use std::hint::black_box;
use std::time::Instant;

use rayon::prelude::*;

/// Larger than any cache a core has for itself.
const BYTES: usize = 256 << 20;
const TRIES: usize = 5;

/// Bytes read and written a second by one thread.
pub fn measured() -> f64 {
    copy(1)
}

/// In words, for one thread and all.
pub fn sentence(threads: usize) -> String {
    let (one, all) = (copy(1) / 1e9, copy(threads) / 1e9);
    format!("{one:.1} GB/s with 1 thread, {all:.1} GB/s with {threads} (read + written)")
}

/// The best of a few copies between pages that were touched before.
fn copy(threads: usize) -> f64 {
    let from = vec![1_u8; BYTES];
    let mut to = vec![2_u8; BYTES];
    let part = BYTES.div_ceil(threads);
    let mut best = f64::MAX;
    for _ in 0..TRIES {
        let since = Instant::now();
        if threads == 1 {
            to.copy_from_slice(&from);
        } else {
            let parts = to.par_chunks_mut(part).zip(from.par_chunks(part));
            parts.for_each(|(to, from)| to.copy_from_slice(from));
        }
        black_box(&mut to);
        best = best.min(since.elapsed().as_secs_f64());
    }
    2.0 * BYTES as f64 / best
}
