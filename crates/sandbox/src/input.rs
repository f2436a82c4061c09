//! A file on its way to a decoder.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use crate::shared_memory::{self, Mapping};

/// A file's bytes, written once and never changed.
pub struct InputFile {
    pub(crate) file: OwnedFd,
    bytes: u64,
}

impl InputFile {
    /// A file that is all there.
    pub fn of(bytes: &[u8]) -> io::Result<Self> {
        let file = shared_memory::create("photo", bytes.len() as u64)?;
        if !bytes.is_empty() {
            let mut mapping = Mapping::<u8>::new(file.as_fd(), 0, bytes.len())?;
            mapping.as_mut().copy_from_slice(bytes);
        }
        shared_memory::freeze(&file)?;
        Ok(Self {
            file,
            bytes: bytes.len() as u64,
        })
    }

    /// Size in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.bytes
    }

    /// A copy of the bytes.
    pub fn to_vec(&self) -> io::Result<Vec<u8>> {
        match self.bytes {
            0 => Ok(Vec::new()),
            _ => Ok(shared_memory::frozen(self.file.as_fd())?.to_vec()),
        }
    }
}
