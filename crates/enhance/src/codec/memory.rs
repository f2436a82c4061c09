//! Memory that pictures are decoded into.

use crate::codec::Refusal;
use crate::pixels::Plane;

/// Memory for the samples of a picture while it is decoded. The decoded picture lies in one of the
/// planes that were taken from it.
pub trait PlaneMemory: Sync {
    /// A black plane of so many 8-bit samples.
    fn eight(&self, samples: usize) -> Result<Plane<u8>, Refusal>;
    /// A black plane of so many 16-bit samples.
    fn sixteen(&self, samples: usize) -> Result<Plane<u16>, Refusal>;
}

/// The memory of this process.
pub struct Heap;

impl PlaneMemory for Heap {
    fn eight(&self, samples: usize) -> Result<Plane<u8>, Refusal> {
        Ok(vec![0; samples].into())
    }

    fn sixteen(&self, samples: usize) -> Result<Plane<u16>, Refusal> {
        Ok(vec![0; samples].into())
    }
}
