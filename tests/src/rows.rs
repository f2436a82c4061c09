//! Rows as the database holds them, read and changed past the domain, for what no page shows and no
//! person can do.

use sha2::{Digest, Sha256};

use crate::app::App;

/// The password hash of the only account.
pub async fn password_hash(app: &App) -> String {
    sqlx::query_scalar("select password_hash from accounts")
        .fetch_one(&app.database.everything)
        .await
        .expect("there is one account")
}

/// The hash of the only session's token.
pub async fn session_hash(app: &App) -> Vec<u8> {
    sqlx::query_scalar("select token_hash from sessions")
        .fetch_one(&app.database.everything)
        .await
        .expect("there is one session")
}

/// The organization that a shoot belongs to.
pub async fn organization_of(app: &App, shoot: &str) -> String {
    sqlx::query_scalar("select organization_id::text from shoots where id = $1::uuid")
        .bind(shoot)
        .fetch_one(&app.database.everything)
        .await
        .expect("there is such a shoot")
}

/// The number of photos that nobody removed, of all organizations.
pub async fn photos(app: &App) -> i64 {
    sqlx::query_scalar("select count(*) from photos where removed_at is null")
        .fetch_one(&app.database.everything)
        .await
        .expect("the database counts")
}

/// Width and height of the preview of a photo's only attempt.
pub async fn size_of_preview(app: &App, photo: &str) -> (i32, i32) {
    let sql = "select width, height from renditions where photo_id = $1::uuid and kind = 'preview'";
    sqlx::query_as(sql)
        .bind(photo)
        .fetch_one(&app.database.everything)
        .await
        .expect("it has a preview")
}

/// SHA-256 of the delivered file of a photo's only run, in hexadecimal digits.
pub async fn sha256_of_full(app: &App, photo: &str) -> String {
    let sql = "select encode(sha256, 'hex') from renditions
               where photo_id = $1::uuid and kind = 'full'";
    sqlx::query_scalar(sql)
        .bind(photo)
        .fetch_one(&app.database.everything)
        .await
        .expect("it was finished once")
}

/// Every decision, first to last, and whether it still stands.
pub async fn decisions(app: &App) -> Vec<(String, bool)> {
    sqlx::query_as("select decision::text, withdrawn_at is null from reviews order by created_at")
        .fetch_all(&app.database.everything)
        .await
        .expect("the database answers")
}

/// The number of decisions that each refit was made of, and whether it is still in force.
pub async fn refits(app: &App) -> Vec<(i32, bool)> {
    sqlx::query_as("select decisions, withdrawn_at is null from refits")
        .fetch_all(&app.database.everything)
        .await
        .expect("the database answers")
}

/// Lets every share link expire.
pub async fn expire_galleries(app: &App) {
    sqlx::query("update galleries set expires_at = now() - interval '1 second'")
        .execute(&app.database.everything)
        .await
        .expect("galleries expire");
}

/// Organization, photo and attempt.
pub type Ids = (uuid::Uuid, uuid::Uuid, uuid::Uuid);

/// The current attempt of every photo that has one.
pub async fn accepted(app: &App) -> Vec<Ids> {
    let sql = "select organization_id, id, accepted_attempt_id from photos
               where accepted_attempt_id is not null";
    let rows = sqlx::query_as(sql).fetch_all(&app.database.everything);
    rows.await.expect("the database answers")
}

/// Records these bytes as the file of a photo's only attempt that customers get.
pub async fn set_delivered(app: &App, photo: &str, bytes: &[u8]) -> Ids {
    let sql = "update renditions set size_bytes = $2, sha256 = $3, crc32 = $4
               where photo_id = $1::uuid and kind = 'delivered'
               returning organization_id, photo_id, attempt_id";
    let row = sqlx::query_as(sql)
        .bind(photo)
        .bind(i64::try_from(bytes.len()).expect("it is in memory"))
        .bind(Sha256::digest(bytes).to_vec())
        .bind(i64::from(crc32fast::hash(bytes)))
        .fetch_one(&app.database.everything);
    row.await.expect("the photo is done")
}

/// Leaves of all results only the full file, as releases before there was one for customers did.
pub async fn forget_delivered(app: &App) {
    sqlx::query("delete from renditions where kind = 'delivered'")
        .execute(&app.database.everything)
        .await
        .expect("renditions are forgotten");
}

/// Copies a photo that is done, with its attempt and renditions, until there are so many of it. They
/// are called "photo 2.jpg" and so on, and have no files.
pub async fn copy_photo(app: &App, photo: &str, count: usize) {
    let sql = "
        with copies as (
            insert into photos (id, organization_id, shoot_id, number, name, content_type,
                                size_bytes, sha256, width, height, status, finished_at)
            select gen_random_uuid(), organization_id, shoot_id, at, 'photo ' || at || '.jpg',
                   content_type, size_bytes, sha256(at::text::bytea), width, height, status, now()
            from photos, generate_series(2, $2) as at where id = $1::uuid
            returning id
        ), tries as (
            insert into attempts (id, organization_id, photo_id, number, engine, strength, plan,
                                  done, report, verdict, took_ms, generated)
            select gen_random_uuid(), organization_id, copies.id, number, engine, strength, plan,
                   done, report, verdict, took_ms, generated
            from attempts, copies where photo_id = $1::uuid
            returning id, photo_id
        )
        insert into renditions (organization_id, attempt_id, photo_id, kind, content_type, width,
                                height, size_bytes, sha256, crc32)
        select organization_id, tries.id, tries.photo_id, kind, content_type, width, height,
               size_bytes, sha256, crc32
        from renditions, tries where renditions.photo_id = $1::uuid";
    let copy = sqlx::query(sql)
        .bind(photo)
        .bind(i32::try_from(count).expect("a small number"))
        .execute(&app.database.everything);
    copy.await.expect("the photo is copied");
    let sql = "update photos set accepted_attempt_id = attempts.id from attempts
               where attempts.photo_id = photos.id and accepted_attempt_id is null";
    let accept = sqlx::query(sql).execute(&app.database.everything);
    accept.await.expect("each copy has its attempt");
}

/// Makes every report so many bytes longer, as an earlier release may have written it.
pub async fn pad_reports(app: &App, bytes: usize) {
    let noise: String = (0..bytes)
        .map(|at| char::from(b'a' + (at * at % 23) as u8))
        .collect();
    let sql = "update attempts set generated = null,
                   report = report || jsonb_build_object('notes', md5(id::text) || $1)";
    let pad = sqlx::query(sql).bind(noise);
    let padded = pad.execute(&app.database.everything).await;
    padded.expect("reports are padded");
}

/// Lets the database see how many rows there are, as it does by itself after a while.
pub async fn analyze(app: &App) {
    let analyzed = sqlx::query("analyze").execute(&app.database.everything);
    analyzed.await.expect("the tables are analyzed");
}

/// Holds every photo.
pub async fn hold_all(app: &App) {
    let hold = sqlx::query("update photos set status = 'held', severity = 1");
    let held = hold.execute(&app.database.everything).await;
    held.expect("the photos are held");
}

/// Closes every share link, or opens it again.
pub async fn set_galleries_open(app: &App, open: bool) {
    sqlx::query("update galleries set closed_at = case when $1 then null else now() end")
        .bind(open)
        .execute(&app.database.everything)
        .await
        .expect("galleries close and open");
}

/// All columns of all share links.
pub async fn galleries_as_text(app: &App) -> String {
    sqlx::query_scalar("select string_agg(galleries::text, '') from galleries")
        .fetch_one(&app.database.everything)
        .await
        .expect("there is a gallery")
}

/// Takes an attempt's renditions away, as the releases before they were kept left it.
pub async fn forget_renditions(app: &App, attempt: &str) {
    sqlx::query("delete from renditions where attempt_id = $1::uuid")
        .bind(attempt)
        .execute(&app.database.everything)
        .await
        .expect("renditions are forgotten");
}
