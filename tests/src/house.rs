//! An organization with a shoot, a database and a storage folder: where stories
//! about photos begin.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use plumbline_documents::{Decision, Look, Stage};
use plumbline_domain::ids::{OrganizationId, PhotoId, ShootId};
use plumbline_domain::people::accounts::{self, NewAccount};
use plumbline_domain::people::members::Member;
use plumbline_domain::people::passwords::Turn;
use plumbline_domain::people::sessions;
use plumbline_domain::scope::Scope;
use plumbline_domain::shoots;
use plumbline_domain::shoots::photos;
use plumbline_domain::shoots::photos::Photo;
use plumbline_domain::shoots::photos::reception::{self, Received, Reception};
use plumbline_domain::shoots::renditions::{self, Kind, Rendition};
use plumbline_domain::work::attempts::{self, Attempt};
use plumbline_domain::work::reviews;
use plumbline_storage::Storage;
use plumbline_storage::key::Key;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::database::TestDatabase;
use crate::wait::until;

pub struct House {
    pub database: TestDatabase,
    pub storage: Storage,
    folder: TempDir,
    member: Member,
    shoot: ShootId,
}

impl House {
    pub async fn open() -> Self {
        Self::in_database(TestDatabase::create().await).await
    }

    pub async fn in_database(database: TestDatabase) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let storage = Storage::folder(&folder.path().join("storage")).expect("a storage folder");
        let member = sign_up(&database).await;
        let mut scope = member.scope(&database.db).await.expect("a scope");
        let shoot = shoots::create(&mut scope, &member, "12 Sample Street", Look::default())
            .await
            .expect("a shoot");
        let _saved = scope.commit().await.expect("a commit");
        Self {
            database,
            storage,
            folder,
            member,
            shoot,
        }
    }

    /// A path for the storage, and for anything else that must be deleted.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn storage_folder(&self) -> PathBuf {
        self.path("storage")
    }

    pub async fn scope(&self) -> Scope {
        self.member.scope(&self.database.db).await.expect("a scope")
    }

    pub fn organization(&self) -> OrganizationId {
        self.member.organization()
    }

    /// A photo in a shoot of its own: no other room has a say in its light, and the
    /// same bytes twice are two photos.
    pub async fn upload_alone(&self, bytes: Vec<u8>) -> PhotoId {
        let mut scope = self.scope().await;
        let shoot = shoots::create(&mut scope, &self.member, "A room", Look::default()).await;
        let _saved = scope.commit().await.expect("a commit");
        self.upload_to(shoot.expect("a shoot"), bytes).await
    }

    /// A person's decision on a held photo.
    pub async fn review(&self, photo: PhotoId, decision: Decision) {
        let mut scope = self.scope().await;
        let decided = reviews::create(&mut scope, &self.member, photo, decision, "").await;
        let _saved = scope.commit().await.expect("a commit");
        assert!(decided.expect("the database answers"), "the photo is held");
    }

    pub async fn upload(&self, bytes: Vec<u8>) -> PhotoId {
        self.upload_to(self.shoot, bytes).await
    }

    /// Uploads as the web does: bytes into storage, then the photo and its job in one commit.
    async fn upload_to(&self, shoot: ShootId, bytes: Vec<u8>) -> PhotoId {
        let id = PhotoId::new();
        let received = Received {
            id,
            name: "room.jpg".to_owned(),
            content_type: "image/jpeg",
            size_bytes: bytes.len() as i64,
            sha256: Sha256::digest(&bytes).into(),
            size_pixels: None,
        };
        let key = Key::original(self.member.organization().uuid(), id.uuid());
        self.storage
            .put(&key, Bytes::from(bytes))
            .await
            .expect("the original is stored");
        let mut scope = self.scope().await;
        let reception = reception::receive(&mut scope, shoot, &received).await;
        let _saved = scope.commit().await.expect("a commit");
        assert_eq!(
            reception.expect("the photo is received"),
            Reception::New(id)
        );
        id
    }

    /// `None`: the database is away just now.
    async fn try_photo(&self, id: PhotoId) -> Option<Photo> {
        let mut scope = self.member.scope(&self.database.db).await.ok()?;
        photos::find(&mut scope, id).await.ok()?
    }

    pub async fn photo(&self, id: PhotoId) -> Photo {
        self.try_photo(id).await.expect("the photo is there")
    }

    /// Waits until a worker has it in hand, at `stage` or beyond: a stage that is over at once may
    /// never be written.
    pub async fn at_stage(&self, id: PhotoId, stage: Stage) {
        let limit = Duration::from_secs(60);
        until("the photo reaches a stage", limit, async || {
            self.try_photo(id)
                .await
                .filter(|photo| photo.stage >= Some(stage))
        })
        .await;
    }

    /// Waits until nothing more happens to it by itself.
    pub async fn settled(&self, id: PhotoId, limit: Duration) -> Photo {
        until("the photo is settled", limit, async || {
            self.try_photo(id)
                .await
                .filter(|photo| !photo.status.is_in_progress())
        })
        .await
    }

    pub async fn attempts(&self, id: PhotoId) -> Vec<Attempt> {
        let mut scope = self.scope().await;
        attempts::of_photo(&mut scope, id)
            .await
            .expect("the database answers")
    }

    /// Delivers the oldest job again, as the queue does by itself
    /// after heartbeats were missed.
    pub async fn deliver_again(&self, times: i32) {
        sqlx::query(
            "insert into apalis.jobs (id, job, job_type, status, attempts, max_attempts, run_at)
             select apalis.generate_ulid(), job, job_type, 'Pending', 0,
                    max_attempts, now() - interval '1 second'
             from (select * from apalis.jobs order by id limit 1) as delivery, generate_series(1, $1)",
        )
        .bind(times)
        .execute(&self.database.everything)
        .await
        .expect("the queue takes a delivery");
    }

    /// Number of times that the photo's job was started.
    pub async fn runs(&self, id: PhotoId) -> i32 {
        sqlx::query_scalar(
            "select runs from jobs where photo_id = $1 order by created_at desc limit 1",
        )
        .bind(id.uuid())
        .fetch_one(&self.database.everything)
        .await
        .expect("the photo has a job")
    }

    /// Number of workers that died over the photo, as they are counted.
    pub async fn deaths(&self, id: PhotoId) -> i32 {
        sqlx::query_scalar("select deaths from jobs where photo_id = $1")
            .bind(id.uuid())
            .fetch_one(&self.database.everything)
            .await
            .expect("the photo has a job")
    }

    /// Every rendition of every attempt, as recorded.
    pub async fn renditions(&self, id: PhotoId) -> Vec<Rendition> {
        let mut scope = self.scope().await;
        renditions::of_photo(&mut scope, id)
            .await
            .expect("the database answers")
    }

    /// The bytes that are stored for a rendition.
    pub async fn bytes(&self, rendition: &Rendition) -> Bytes {
        let stored = self.storage.get(&self.key(rendition)).await;
        stored.expect("a recorded file is stored")
    }

    fn key(&self, rendition: &Rendition) -> Key {
        Key::rendition(
            self.member.organization().uuid(),
            rendition.photo_id.uuid(),
            rendition.attempt_id.uuid(),
            rendition.kind.as_str(),
        )
    }

    /// The photo is whole: the last attempt has every kind of rendition, the others
    /// have what shows why they were not the last, and every file is in storage with
    /// the bytes that were recorded, and no other file.
    pub async fn is_whole(&self, id: PhotoId) {
        let recorded = self.renditions(id).await;
        let attempts = self.attempts(id).await;
        let last = attempts.last().expect("a finished photo has an attempt").id;
        for attempt in &attempts {
            let of_it = |kind: &Kind| {
                let is_it = |one: &Rendition| one.attempt_id == attempt.id && one.kind == *kind;
                recorded.iter().any(is_it)
            };
            // Not every photo has a sky, or is framed otherwise than it came.
            let some_have = [Kind::Mask, Kind::Original];
            let kinds = Kind::ALL
                .into_iter()
                .filter(|kind| !some_have.contains(kind));
            let has: Vec<Kind> = kinds.clone().filter(of_it).collect();
            match attempt.id == last {
                true => assert_eq!(has, kinds.collect::<Vec<_>>()),
                false => assert_eq!(has, [Kind::Preview, Kind::Heatmap]),
            }
        }
        for rendition in &recorded {
            let bytes = self.bytes(rendition).await;
            assert_eq!(Sha256::digest(&bytes).as_slice(), rendition.sha256);
            assert_eq!(bytes.len() as i64, rendition.size_bytes);
        }
        let organization = self.member.organization().uuid();
        let files = files_below(
            &self
                .storage_folder()
                .join(format!("{organization}/photos/{id}")),
        );
        let expected = recorded.len() + 1; // and the original
        assert_eq!(files.len(), expected, "files nobody knows: {files:?}");
    }
}

/// Every file below a folder, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("plumbline-storage") {
                // The mark of a storage folder is no file of anybody's.
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

async fn sign_up(database: &TestDatabase) -> Member {
    let new = NewAccount {
        name: "Ada".to_owned(),
        organization: "Sample Homes".to_owned(),
        email: "ada@example.org".to_owned(),
        password: "a password for a story".to_owned(),
    };
    let membership = accounts::sign_up(&database.db, Turn::alone(), new)
        .await
        .expect("signing up works");
    let token = sessions::create(&database.db, membership)
        .await
        .expect("signing in works");
    sessions::find(&database.db, &token)
        .await
        .expect("the database answers")
        .expect("a session")
}
