//! Memory that two processes share: a file without a name. Its size is sealed, so that no child can
//! pull it away from under its parent.

use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use bytemuck::Pod;
use memmap2::{Mmap, MmapMut, MmapOptions};
use plumbline_enhance::{Plane, PlaneMemory, Refusal};
use rustix::fs::{
    FallocateFlags, MemfdFlags, SealFlags, fallocate, fcntl_add_seals, ftruncate, memfd_create,
};

/// A multiple of every page size in use.
const PAGE: u64 = 1 << 16;

/// A new file in memory of a fixed size. Only pages that are written take room.
pub(crate) fn create(name: &str, bytes: u64) -> io::Result<OwnedFd> {
    let file = memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    ftruncate(&file, bytes)?;
    fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW)?;
    Ok(file)
}

/// Makes the file's bytes final, for all who have it open.
pub(crate) fn freeze(file: impl AsFd) -> io::Result<()> {
    let all = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
    Ok(fcntl_add_seals(file, all)?)
}

/// A part of a shared file as samples.
pub(crate) struct Mapping<T> {
    bytes: MmapMut,
    samples: PhantomData<T>,
}

impl<T: Pod> Mapping<T> {
    /// Maps so many samples at an offset that is a multiple of the page size.
    #[expect(unsafe_code, reason = "mapping memory that others have open")]
    pub fn new(file: BorrowedFd<'_>, offset: u64, samples: usize) -> io::Result<Self> {
        let length = samples
            .checked_mul(size_of::<T>())
            .ok_or(io::ErrorKind::InvalidInput)?;
        let mut options = MmapOptions::new();
        options.offset(offset).len(length);
        // SAFETY: the file's size is sealed. The parent maps it before its child begins and after
        // it ended; nobody writes what the other one reads.
        let bytes = unsafe { options.map_mut(file.as_raw_fd())? };
        Ok(Self {
            bytes,
            samples: PhantomData,
        })
    }
}

impl<T: Pod> AsRef<[T]> for Mapping<T> {
    fn as_ref(&self) -> &[T] {
        bytemuck::cast_slice(&self.bytes)
    }
}

impl<T: Pod> AsMut<[T]> for Mapping<T> {
    fn as_mut(&mut self) -> &mut [T] {
        bytemuck::cast_slice_mut(&mut self.bytes)
    }
}

/// The bytes of a frozen file.
#[expect(unsafe_code, reason = "mapping memory that others have open")]
pub(crate) fn frozen(file: BorrowedFd<'_>) -> io::Result<Mmap> {
    // SAFETY: the file is sealed against every change.
    unsafe { Mmap::map(file.as_raw_fd()) }
}

/// The child's memory for planes: one after the other, behind the messages. A plane that is dropped
/// gives its memory back.
pub(crate) struct Lender {
    file: Arc<OwnedFd>,
    regions: Mutex<Regions>,
}

struct Regions {
    next: u64,
    end: u64,
    /// Address and offset of what was lent.
    lent: Vec<(usize, u64)>,
}

impl Lender {
    pub fn new(file: OwnedFd, start: u64, end: u64) -> Self {
        Self {
            file: Arc::new(file),
            regions: Mutex::new(Regions {
                next: start,
                end,
                lent: Vec::new(),
            }),
        }
    }

    /// The offset of a plane that was lent.
    pub fn offset_of<T>(&self, plane: &[T]) -> Option<u64> {
        let regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lent = regions.lent.iter();
        let found = lent.rfind(|region| region.0 == plane.as_ptr().addr());
        found.map(|region| region.1)
    }

    pub fn lend<T: Pod + Send + Sync>(&self, samples: usize) -> Result<Plane<T>, Refusal> {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let (offset, bytes) = (regions.next, (samples * size_of::<T>()) as u64);
        let next = offset + bytes.next_multiple_of(PAGE);
        if next > regions.end {
            return Err(Refusal::TooMuchMemory);
        }
        let mapping = Mapping::<T>::new(self.file.as_fd(), offset, samples);
        let region = Region {
            mapping: mapping.map_err(|_| Refusal::TooMuchMemory)?,
            file: self.file.clone(),
            offset,
            bytes,
        };
        regions.next = next;
        let address = region.mapping.as_ref().as_ptr().addr();
        regions.lent.push((address, offset));
        Ok(Plane::lent(region))
    }
}

impl PlaneMemory for Lender {
    fn eight(&self, samples: usize) -> Result<Plane<u8>, Refusal> {
        self.lend(samples)
    }

    fn sixteen(&self, samples: usize) -> Result<Plane<u16>, Refusal> {
        self.lend(samples)
    }
}

struct Region<T> {
    mapping: Mapping<T>,
    file: Arc<OwnedFd>,
    offset: u64,
    bytes: u64,
}

impl<T> Drop for Region<T> {
    fn drop(&mut self) {
        let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        // Where the kernel cannot, the memory goes with the file.
        let _kept = fallocate(&*self.file, hole, self.offset, self.bytes);
    }
}

impl<T: Pod> AsRef<[T]> for Region<T> {
    fn as_ref(&self) -> &[T] {
        self.mapping.as_ref()
    }
}

impl<T: Pod> AsMut<[T]> for Region<T> {
    fn as_mut(&mut self) -> &mut [T] {
        self.mapping.as_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_is_seen_through_another_mapping_of_the_same_file() {
        let file = create("test", 1 << 20).unwrap();
        let lender = Lender::new(file.try_clone().unwrap(), 1 << 16, 1 << 20);
        let mut plane: Plane<u16> = lender.lend(1000).unwrap();
        plane[999] = 7;
        let offset = lender.offset_of(&plane).unwrap();
        let seen = Mapping::<u16>::new(file.as_fd(), offset, 1000).unwrap();
        assert_eq!((seen.as_ref()[0], seen.as_ref()[999]), (0, 7));
        assert_eq!(lender.offset_of(&[1_u16]), None);
        drop(plane);
        assert_eq!(seen.as_ref()[999], 0, "what is given back is gone");
        assert!(lender.lend::<u8>(1 << 20).is_err());
    }

    #[test]
    fn nobody_changes_the_size_of_shared_memory_or_the_bytes_of_a_frozen_file() {
        let file = create("test", 1 << 16).unwrap();
        assert!(ftruncate(&file, 0).is_err());
        freeze(&file).unwrap();
        assert!(Mapping::<u8>::new(file.as_fd(), 0, 16).is_err());
        assert_eq!(frozen(file.as_fd()).unwrap().len(), 1 << 16);
    }
}
