//! Blobs by typed key, in a local folder (and, behind the same client, an
//! object store). Knows nothing of photos' meaning, SQL or HTTP.

pub mod key;
mod probe;
mod upload;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};

use crate::key::Key;
pub use crate::upload::{Stored, Upload};

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("nothing is stored under {0}")]
    Missing(String),
    #[error("{0} is larger than anybody asked for")]
    TooLarge(String),
    #[error("storage does not answer as it should")]
    Store(#[source] object_store::Error),
    #[error("storage does not answer")]
    TimedOut,
    #[error("storage gives other bytes than it was given")]
    Garbled,
    #[error("the storage folder is not the one that was set up: nothing is mounted there")]
    NotMounted,
    #[error("the storage folder cannot be used")]
    Folder(#[source] std::io::Error),
}

impl From<object_store::Error> for StorageError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { path, .. } => Self::Missing(path),
            other => Self::Store(other),
        }
    }
}

/// Time that storage may take over a few megabytes. A disk that hangs never answers at all.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes a second that storage moves at the very least.
const SLOWEST: u64 = 1 << 20;

/// A store of blobs. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
}

impl Storage {
    /// Keeps blobs below `root`, which is made and set up if it is not there. A blob is on the disk
    /// before it counts as stored.
    pub fn folder(root: &Path) -> Result<Self, StorageError> {
        std::fs::create_dir_all(root).map_err(StorageError::Folder)?;
        probe::mark(root)?;
        Self::set_up_elsewhere(root)
    }

    /// The folder that another program sets up. Until it did, or while the disk is not mounted,
    /// nothing can be read.
    pub fn set_up_elsewhere(root: &Path) -> Result<Self, StorageError> {
        std::fs::create_dir_all(root).map_err(StorageError::Folder)?;
        let store = LocalFileSystem::new_with_prefix(root)?
            .with_automatic_cleanup(true)
            .with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
        })
    }

    /// Stores a whole blob; readers see all of it or nothing. Storage is there before and after, or
    /// the blob would lie in the folder that a disk is mounted over.
    pub async fn put(&self, key: &Key, bytes: Bytes) -> Result<(), StorageError> {
        let size = bytes.len() as u64;
        probe::check(&*self.store).await?;
        in_time(size, self.store.put(&key.path(), bytes.into())).await?;
        probe::check(&*self.store).await
    }

    /// Begins a blob that arrives in pieces.
    pub async fn upload(&self, key: Key) -> Result<Upload, StorageError> {
        probe::check(&*self.store).await?;
        let parts = in_time(0, self.store.put_multipart(&key.path())).await?;
        Ok(Upload::new(self.store.clone(), parts))
    }

    pub async fn get(&self, key: &Key) -> Result<Bytes, StorageError> {
        self.get_at_most(key, u64::MAX).await
    }

    /// A blob of at most so many bytes; a larger one is not read.
    pub async fn get_at_most(&self, key: &Key, most: u64) -> Result<Bytes, StorageError> {
        let found = match in_time(0, self.store.get(&key.path())).await {
            Err(missing @ StorageError::Missing(_)) => return Err(self.why(missing).await),
            found => found?,
        };
        let size = found.meta.size;
        if size > most {
            return Err(StorageError::TooLarge(key.path().to_string()));
        }
        in_time(size, found.bytes()).await
    }

    /// The bytes of `range`, in pieces.
    pub async fn stream(
        &self,
        key: &Key,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, StorageError>>, StorageError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&key.path(), options).await?;
        Ok(found
            .into_stream()
            .map(|piece| piece.map_err(StorageError::from))
            .boxed())
    }

    /// Writes so many bytes, reads them again and removes them: the test that trouble is over.
    pub async fn probe(&self, bytes: u64) -> Result<(), StorageError> {
        probe::run(&*self.store, bytes).await
    }

    /// A missing blob, or missing storage.
    async fn why(&self, missing: StorageError) -> StorageError {
        match probe::is_mounted(&*self.store).await {
            Ok(true) => missing,
            Ok(false) => StorageError::NotMounted,
            Err(error) => error,
        }
    }

    /// Returns whether there is a blob under this key.
    pub async fn holds(&self, key: &Key) -> Result<bool, StorageError> {
        match self.store.head(&key.path()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub async fn copy(&self, from: &Key, to: &Key) -> Result<(), StorageError> {
        Ok(self.store.copy(&from.path(), &to.path()).await?)
    }

    /// Removes a blob. One that is not there is fine.
    pub async fn delete(&self, key: &Key) -> Result<(), StorageError> {
        match self.store.delete(&key.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The answer, if it comes in the time that so many bytes may take.
async fn in_time<T>(
    bytes: u64,
    answer: impl Future<Output = Result<T, object_store::Error>>,
) -> Result<T, StorageError> {
    let patience = PATIENCE + Duration::from_secs(bytes / SLOWEST);
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(StorageError::TimedOut),
    }
}
