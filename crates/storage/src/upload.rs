//! A blob that arrives in pieces: counted and hashed on the way, and visible
//! only when it is complete.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use object_store::{MultipartUpload, ObjectStore};
use sha2::{Digest, Sha256};

use crate::{StorageError, in_time, probe};

/// Object stores take parts of at least 5 MiB; this is also what one upload
/// holds in memory.
const PART_BYTES: usize = 8 << 20;

pub struct Upload {
    store: Arc<dyn ObjectStore>,
    parts: Box<dyn MultipartUpload>,
    pending: BytesMut,
    hash: Sha256,
    size_bytes: u64,
}

/// Size and hash of an upload that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    pub size_bytes: u64,
    pub sha256: [u8; 32],
}

impl Upload {
    pub(crate) fn new(store: Arc<dyn ObjectStore>, parts: Box<dyn MultipartUpload>) -> Self {
        Self {
            store,
            parts,
            pending: BytesMut::new(),
            hash: Sha256::new(),
            size_bytes: 0,
        }
    }

    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub async fn write(&mut self, piece: &Bytes) -> Result<(), StorageError> {
        self.hash.update(piece);
        self.size_bytes += piece.len() as u64;
        self.pending.extend_from_slice(piece);
        if self.pending.len() >= PART_BYTES {
            self.send_pending().await?;
        }
        Ok(())
    }

    /// Makes the blob visible.
    pub async fn finish(mut self) -> Result<Stored, StorageError> {
        if !self.pending.is_empty() || self.size_bytes == 0 {
            self.send_pending().await?;
        }
        in_time(self.size_bytes, self.parts.complete()).await?;
        probe::check(&*self.store).await?;
        Ok(Stored {
            size_bytes: self.size_bytes,
            sha256: self.hash.finalize().into(),
        })
    }

    /// Throws away what arrived.
    pub async fn abort(mut self) -> Result<(), StorageError> {
        in_time(0, self.parts.abort()).await
    }

    async fn send_pending(&mut self) -> Result<(), StorageError> {
        let part = self.pending.split().freeze();
        let size = part.len() as u64;
        in_time(size, self.parts.put_part(part.into())).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Storage;
    use crate::key::Key;
    use uuid::Uuid;

    fn storage() -> (tempfile::TempDir, Storage) {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::folder(folder.path()).unwrap();
        (folder, storage)
    }

    #[tokio::test]
    async fn a_finished_upload_is_what_was_sent() {
        let (_folder, storage) = storage();
        let key = Key::original(Uuid::nil(), Uuid::nil());
        let sent: Bytes = (0..20_000_000_u32).map(|n| n as u8).collect();

        let mut upload = storage.upload(key.clone()).await.unwrap();
        for piece in sent.chunks(700_001) {
            upload.write(&sent.slice_ref(piece)).await.unwrap();
        }
        let stored = upload.finish().await.unwrap();

        assert_eq!(stored.size_bytes, sent.len() as u64);
        assert_eq!(stored.sha256, <[u8; 32]>::from(Sha256::digest(&sent)));
        assert_eq!(storage.get(&key).await.unwrap(), sent);
    }

    #[tokio::test]
    async fn an_aborted_upload_leaves_nothing() {
        let (folder, storage) = storage();
        let key = Key::original(Uuid::nil(), Uuid::nil());
        let mut upload = storage.upload(key.clone()).await.unwrap();
        upload
            .write(&Bytes::from_static(b"half a photo"))
            .await
            .unwrap();
        upload.abort().await.unwrap();

        assert!(matches!(
            storage.get(&key).await,
            Err(StorageError::Missing(_))
        ));
        assert_eq!(files_below(folder.path()), 1, "only the mark");
    }

    #[tokio::test]
    async fn deleting_what_is_not_there_is_fine() {
        let (_folder, storage) = storage();
        storage
            .delete(&Key::original(Uuid::nil(), Uuid::nil()))
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn nothing_is_stored_where_no_disk_is_mounted() {
        let (folder, storage) = storage();
        let key = Key::original(Uuid::nil(), Uuid::nil());
        let mut upload = storage.upload(key.clone()).await.unwrap();
        upload.write(&Bytes::from_static(b"a photo")).await.unwrap();
        std::fs::remove_file(folder.path().join("plumbline-storage")).unwrap();

        let finished = upload.finish().await;
        assert!(matches!(finished, Err(StorageError::NotMounted)));
        let put = storage.put(&key, Bytes::from_static(b"a photo")).await;
        assert!(matches!(put, Err(StorageError::NotMounted)));
        let upload = storage.upload(key).await;
        assert!(matches!(upload, Err(StorageError::NotMounted)));
    }

    fn files_below(folder: &std::path::Path) -> usize {
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { files_below(&path) } else { 1 })
            .sum()
    }
}
