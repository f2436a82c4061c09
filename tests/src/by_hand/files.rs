//! Files of results, as a story wants them.

use bytes::Bytes;
use plumbline_domain::shoots::renditions::Kind;
use plumbline_storage::key::Key;

use crate::app::App;
use crate::rows;

/// Replaces the file of the current attempt that customers get.
pub async fn set_delivered(app: &App, photo: &str, bytes: Vec<u8>) {
    let (organization, photo, attempt) = rows::set_delivered(app, photo, &bytes).await;
    let key = Key::rendition(organization, photo, attempt, Kind::Delivered.as_str());
    let stored = app.storage().put(&key, Bytes::from(bytes)).await;
    stored.expect("storage takes it");
}
