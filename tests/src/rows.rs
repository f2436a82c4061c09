//! Rows as the database holds them, read and changed past the domain, for what no page shows and no
//! person can do.

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
