//! Truths that hold whatever befell the programs, once nothing is in progress any more.

use plumbline_storage::Storage;
use plumbline_storage::key::Key;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use crate::hostile::is_a_sentence;

type PhotoRow = (Uuid, Uuid, String, Vec<u8>, Option<Uuid>, Option<String>);
type RenditionRow = (Uuid, String, Vec<u8>, i64);

/// Number of photos that are not settled.
pub async fn in_progress(everything: &PgPool) -> Option<i64> {
    sqlx::query_scalar("select count(*) from photos where status in ('waiting', 'working')")
        .fetch_one(everything)
        .await
        .ok()
}

/// Number of photos with this id.
pub async fn known(everything: &PgPool, id: &str) -> i64 {
    let known = sqlx::query_scalar("select count(*) from photos where id::text = $1").bind(id);
    known
        .fetch_one(everything)
        .await
        .expect("the database answers")
}

/// Sentences of the photos that failed.
pub async fn failures(everything: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select failure from photos where status = 'failed'")
        .fetch_all(everything)
        .await
        .expect("the database answers")
}

/// Cuts every connection but our own.
pub async fn cut(everything: &PgPool) {
    let _cut = sqlx::query(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where pid <> pg_backend_pid() and datname = current_database()",
    )
    .execute(everything)
    .await;
}

/// Checks every photo: its bytes are those that were received, it ended for a reason of its own, and
/// what it ended with is there, once. Returns how many there are.
///
/// # Panics
///
/// With what is not true.
pub async fn hold(everything: &PgPool, storage: &Storage) -> usize {
    let photos: Vec<PhotoRow> = sqlx::query_as(
        "select id, organization_id, status::text, sha256, accepted_attempt_id, failure from photos",
    )
    .fetch_all(everything)
    .await
    .expect("the database answers");
    for photo in &photos {
        original_is_whole(photo, storage).await;
        ended_once(photo, everything).await;
        match photo.2.as_str() {
            "passed" | "held" => result_is_whole(photo, everything, storage).await,
            "failed" => assert!(is_a_sentence(photo.5.as_deref().unwrap_or_default())),
            other => panic!("photo {} is {other}", photo.0),
        }
    }
    photos.len()
}

async fn original_is_whole(photo: &PhotoRow, storage: &Storage) {
    let bytes = storage.get(&Key::original(photo.1, photo.0)).await;
    let bytes = bytes.unwrap_or_else(|error| panic!("original of {}: {error}", photo.0));
    assert_eq!(Sha256::digest(&bytes).as_slice(), photo.3, "{}", photo.0);
}

async fn ended_once(photo: &PhotoRow, everything: &PgPool) {
    let jobs: Vec<(String, i64)> = sqlx::query_as(
        "select status::text, count(*) from jobs where photo_id = $1 group by status",
    )
    .bind(photo.0)
    .fetch_all(everything)
    .await
    .expect("the database answers");
    let ended = if photo.2 == "failed" {
        "failed"
    } else {
        "done"
    };
    assert_eq!(jobs, [(ended.to_owned(), 1)], "jobs of {}", photo.0);
}

async fn result_is_whole(photo: &PhotoRow, everything: &PgPool, storage: &Storage) {
    let renditions: Vec<RenditionRow> = sqlx::query_as(
        "select attempt_id, kind::text, sha256, size_bytes from renditions
         join attempts on attempts.id = renditions.attempt_id
         where attempts.photo_id = $1 and attempts.id = $2",
    )
    .bind(photo.0)
    .bind(photo.4)
    .fetch_all(everything)
    .await
    .expect("the database answers");
    let kinds: Vec<&str> = renditions.iter().map(|row| row.1.as_str()).collect();
    for kind in ["full", "thumb", "preview", "before"] {
        let count = kinds.iter().filter(|&&k| k == kind).count();
        assert_eq!(count, 1, "{kind} of {}", photo.0);
    }
    for (attempt, kind, sha256, size) in &renditions {
        let kind: &'static str = kind.clone().leak();
        let key = Key::rendition(photo.1, photo.0, *attempt, kind);
        let bytes = storage.get(&key).await;
        let bytes = bytes.unwrap_or_else(|error| panic!("{kind} of {}: {error}", photo.0));
        assert_eq!(bytes.len() as i64, *size);
        assert_eq!(Sha256::digest(&bytes).as_slice(), sha256);
    }
}
