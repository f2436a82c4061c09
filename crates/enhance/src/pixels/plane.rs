//! The memory that samples lie in: a picture's own, or memory that somebody lends, so that a picture
//! decoded in another process is nowhere copied.

use std::fmt::{Debug, Formatter, Result};
use std::ops::{Deref, DerefMut};

/// Memory that is lent to a picture, and goes back when the picture is dropped.
pub trait LentSamples<T>: AsRef<[T]> + AsMut<[T]> + Send + Sync {}

impl<T, L: AsRef<[T]> + AsMut<[T]> + Send + Sync> LentSamples<T> for L {}

/// A row of samples; a slice to all who read or write it. A copy owns its memory.
pub struct Plane<T>(Memory<T>);

enum Memory<T> {
    Own(Vec<T>),
    Lent(Box<dyn LentSamples<T>>),
}

impl<T> Plane<T> {
    /// Samples in memory that is lent.
    pub fn lent(memory: impl LentSamples<T> + 'static) -> Self {
        Self(Memory::Lent(Box::new(memory)))
    }
}

impl<T> From<Vec<T>> for Plane<T> {
    fn from(samples: Vec<T>) -> Self {
        Self(Memory::Own(samples))
    }
}

impl<T: Clone> From<Plane<T>> for Vec<T> {
    fn from(plane: Plane<T>) -> Self {
        match plane.0 {
            Memory::Own(samples) => samples,
            Memory::Lent(memory) => (*memory).as_ref().to_vec(),
        }
    }
}

impl<T> Deref for Plane<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Memory::Own(samples) => samples,
            Memory::Lent(memory) => (**memory).as_ref(),
        }
    }
}

impl<T> DerefMut for Plane<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Memory::Own(samples) => samples,
            Memory::Lent(memory) => (**memory).as_mut(),
        }
    }
}

impl<T: Clone> Clone for Plane<T> {
    fn clone(&self) -> Self {
        self.to_vec().into()
    }
}

impl<T: PartialEq> PartialEq for Plane<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Plane<T> {}

impl<T: Debug> Debug for Plane<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lent_samples_are_read_and_written_like_own_ones_and_a_copy_owns_its_memory() {
        let mut lent = Plane::lent(vec![1_u8, 2, 3]);
        lent[1] = 9;
        let copy = lent.clone();
        lent[0] = 7;
        assert_eq!(&*copy, [1, 9, 3]);
        assert_eq!(lent, Plane::from(vec![7, 9, 3]));
        assert_eq!(Vec::from(lent), [7, 9, 3]);
    }
}
