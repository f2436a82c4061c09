//! Blobs by typed key, in a local folder (and, behind the same client, an
//! object store). Knows nothing of photos' meaning, SQL or HTTP.

pub mod key;
mod upload;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

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

/// A store of blobs. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
}

impl Storage {
    /// Keeps blobs below `root`, which is made if it is not there.
    pub fn folder(root: &Path) -> Result<Self, StorageError> {
        std::fs::create_dir_all(root).map_err(StorageError::Folder)?;
        let store = LocalFileSystem::new_with_prefix(root)?.with_automatic_cleanup(true);
        Ok(Self {
            store: Arc::new(store),
        })
    }

    /// Stores a whole blob; readers see all of it or nothing.
    pub async fn put(&self, key: &Key, bytes: Bytes) -> Result<(), StorageError> {
        self.store.put(&key.path(), bytes.into()).await?;
        Ok(())
    }

    /// Begins a blob that arrives in pieces.
    pub async fn upload(&self, key: Key) -> Result<Upload, StorageError> {
        let parts = self.store.put_multipart(&key.path()).await?;
        Ok(Upload::new(parts))
    }

    pub async fn get(&self, key: &Key) -> Result<Bytes, StorageError> {
        Ok(self.store.get(&key.path()).await?.bytes().await?)
    }

    /// A blob of at most so many bytes; a larger one is not read.
    pub async fn get_at_most(&self, key: &Key, most: u64) -> Result<Bytes, StorageError> {
        let found = self.store.get(&key.path()).await?;
        if found.meta.size > most {
            return Err(StorageError::TooLarge(key.path().to_string()));
        }
        Ok(found.bytes().await?)
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
