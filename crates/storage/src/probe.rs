//! Storage itself, whatever blob is asked for: is it there, and does it take and give bytes?

use std::fs;
use std::path::Path as FilePath;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use uuid::Uuid;

use crate::{StorageError, in_time};

/// Lies beside the blobs. Where it is missing, a disk is not mounted, and no blob is lost.
const MARK: &str = "plumbline-storage";
const PIECE: u64 = 8 << 20;

/// Marks a folder that holds no blobs yet. One that holds some and no mark is from before marks.
pub(crate) fn mark(root: &FilePath) -> Result<(), StorageError> {
    let mark = root.join(MARK);
    match mark.exists() {
        true => Ok(()),
        false => fs::write(mark, "Photos of Plumbline lie here.\n").map_err(StorageError::Folder),
    }
}

pub(crate) async fn is_mounted(store: &dyn ObjectStore) -> Result<bool, StorageError> {
    match in_time(0, store.head(&Path::from(MARK))).await {
        Ok(_) => Ok(true),
        Err(StorageError::Missing(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Refuses storage that is not there.
pub(crate) async fn check(store: &dyn ObjectStore) -> Result<(), StorageError> {
    match is_mounted(store).await? {
        true => Ok(()),
        false => Err(StorageError::NotMounted),
    }
}

pub(crate) async fn run(store: &dyn ObjectStore, bytes: u64) -> Result<(), StorageError> {
    check(store).await?;
    let path = Path::from(format!("probes/{}", Uuid::now_v7()));
    let written = write(store, &path, bytes).await;
    let removed = in_time(0, store.delete(&path)).await;
    written?;
    removed
}

async fn write(store: &dyn ObjectStore, path: &Path, bytes: u64) -> Result<(), StorageError> {
    let mut parts = in_time(0, store.put_multipart(path)).await?;
    let piece = Bytes::from(vec![0xA5; PIECE.min(bytes.max(1)) as usize]);
    for _ in 0..bytes.div_ceil(PIECE).max(1) {
        in_time(PIECE, parts.put_part(piece.clone().into())).await?;
    }
    in_time(0, parts.complete()).await?;
    let read = in_time(PIECE, store.get_range(path, 0..piece.len() as u64)).await?;
    match read == piece {
        true => Ok(()),
        false => Err(StorageError::Garbled),
    }
}
