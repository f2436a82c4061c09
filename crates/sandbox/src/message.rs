//! The messages between the two processes. They lie at the start of the shared memory: the request
//! before the child begins, the reply in its place once it has ended.

use plumbline_documents::Source;
use plumbline_enhance::{Limits, Metadata};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::decoder::Bounds;
use crate::lockdown::Lockdown;

/// Bytes of the shared memory that are for messages; metadata has its own limits far below.
pub(crate) const ROOM: usize = 16 << 20;
const HEAD: usize = size_of::<u64>();

/// One file to decode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The file's own name, by which cameras say something.
    pub name: String,
    /// Limits of the picture.
    pub limits: Limits,
    /// Limits of the process.
    pub bounds: Bounds,
    /// Threads that decode.
    pub threads: usize,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub lockdown: Lockdown,
    pub outcome: Outcome,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Outcome {
    Decoded(Box<Picture>),
    /// A sentence for the person who sent the file.
    Refused(String),
}

/// A decoded picture, whose samples lie in the shared memory.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Picture {
    pub width: u32,
    pub height: u32,
    /// 8 or 16.
    pub bits: u8,
    /// Offset of the first sample in the shared memory.
    pub offset: u64,
    pub source: Source,
    pub metadata: Metadata,
}

/// Writes a message; `None`: it is longer than there is room.
pub(crate) fn put(message: &impl Serialize, room: &mut [u8]) -> Option<()> {
    let (head, body) = room.split_first_chunk_mut::<HEAD>()?;
    let length = postcard::to_slice(message, body).ok()?.len();
    *head = (length as u64).to_le_bytes();
    Some(())
}

/// Reads a message; `None`: there is none.
pub(crate) fn take<T: DeserializeOwned>(room: &[u8]) -> Option<T> {
    let (head, body) = room.split_first_chunk::<HEAD>()?;
    let length = usize::try_from(u64::from_le_bytes(*head)).ok()?;
    postcard::from_bytes(body.get(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_and_one_that_lies_about_its_length_does_not() {
        let mut room = vec![0; 64];
        put(&"a sentence".to_owned(), &mut room).unwrap();
        assert_eq!(take::<String>(&room).as_deref(), Some("a sentence"));
        room[0] = 200;
        assert_eq!(take::<String>(&room), None);
        assert_eq!(put(&"x".repeat(60), &mut room), None);
    }
}
