//! Bandwidth of copies in memory on this machine, now: the floor under every stage.

use std::hint::black_box;
use std::time::Instant;

use rayon::prelude::*;

/// Larger than any cache a core has for itself.
const BYTES: usize = 128 << 20;
const TRIES: usize = 20;

/// Bytes read and written a second: the best of some copies between pages touched before, short
/// enough that one of them runs undisturbed on a busy machine.
pub fn measured(threads: usize) -> f64 {
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
