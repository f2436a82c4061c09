//! The folder `report/` of a gallery's zip: a ledger of all photos for programs, and for each photo
//! with generated pixels a page that opens without a network, its sky mask and its original.

use askama::Template;
use plumbline_documents::AttemptReport;
use plumbline_domain::ids::OrganizationId;
use plumbline_domain::shoots::renditions::{Kind, Shared};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::downloads::archive::Entry;
use crate::downloads::gallery_zip::of_rendition;
use crate::downloads::names::file_name;
use crate::http::config::Config;
use crate::http::errors::Error;
use crate::http::urls;
use crate::pages::disclosure::Disclosure;
use crate::pages::originals::original_tag;

/// A delivered photo, and all that there is to tell about it.
pub struct Delivered {
    pub full: Shared,
    pub report: AttemptReport,
    /// White where pixels may have been generated.
    pub mask: Option<Shared>,
    /// A picture of the original.
    pub original: Option<(Shared, Kind)>,
    /// The token of its original's public page.
    pub link: Option<String>,
}

#[derive(Template)]
#[template(path = "zip_report.html")]
struct Page<'a> {
    shoot_name: &'a str,
    photo: &'a Photo,
}

/// Names of the files about one photo, relative to the folder, and its sentences.
struct Photo {
    /// "003-garden.jpg", beside the folder.
    file: String,
    /// "003-garden"
    stem: String,
    disclosure: Disclosure,
    /// The public page of its original, as an address.
    address: Option<String>,
    original: Option<String>,
    /// "Original, as it came"
    original_tag: &'static str,
    mask: Option<String>,
}

/// All files of the folder.
pub fn entries(
    organization: OrganizationId,
    shoot_name: &str,
    delivered: &[Delivered],
    config: &Config,
) -> Result<Vec<Entry>, Error> {
    let photos: Vec<Photo> = delivered.iter().map(|one| Photo::of(one, config)).collect();
    let at = delivered.iter().map(|one| one.full.received_at).max();
    let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut entries = vec![ledger(shoot_name, delivered, &photos, at)?];
    for (one, photo) in delivered.iter().zip(&photos) {
        if photo.disclosure.is_altered() {
            entries.push(page(shoot_name, photo, one.full.received_at)?);
            entries.extend(pictures(organization, one, photo));
        }
    }
    Ok(entries)
}

impl Photo {
    fn of(delivered: &Delivered, config: &Config) -> Self {
        let full = &delivered.full;
        let file = file_name(full.number, &full.name, &full.content_type);
        let stem = file
            .rsplit_once('.')
            .map_or(file.as_str(), |(stem, _)| stem);
        let disclosure = Disclosure::of(&delivered.report, delivered.link.as_deref());
        let altered = delivered.report.evidence().alteration();
        let has_mask = altered.is_some_and(|altered| altered.has_mask);
        let original = delivered
            .original
            .as_ref()
            .filter(|_| disclosure.is_altered());
        Self {
            address: delivered
                .link
                .as_deref()
                .map(|token| config.link(&urls::original(token))),
            original_tag: original_tag(
                delivered
                    .original
                    .as_ref()
                    .is_some_and(|(_, kind)| *kind == Kind::Original),
                Some(&delivered.report),
            ),
            original: original.map(|_| format!("{stem}-original.webp")),
            mask: delivered
                .mask
                .as_ref()
                .filter(|_| has_mask)
                .map(|_| format!("{stem}-sky-mask.png")),
            stem: stem.to_owned(),
            disclosure,
            file,
        }
    }
}

fn page(shoot_name: &str, photo: &Photo, at: OffsetDateTime) -> Result<Entry, Error> {
    let html = Page { shoot_name, photo }.render();
    let html = html.map_err(anyhow::Error::from)?;
    Ok(Entry::of_bytes(
        in_folder(&format!("{}.html", photo.stem)),
        html.into(),
        at,
    ))
}

fn pictures(
    organization: OrganizationId,
    delivered: &Delivered,
    photo: &Photo,
) -> impl Iterator<Item = Entry> {
    let original = delivered.original.as_ref().zip(photo.original.as_ref());
    let original = original
        .map(|((shared, kind), name)| of_rendition(organization, in_folder(name), shared, *kind));
    let mask = delivered.mask.as_ref().zip(photo.mask.as_ref());
    let mask =
        mask.map(|(shared, name)| of_rendition(organization, in_folder(name), shared, Kind::Mask));
    original.into_iter().chain(mask)
}

fn in_folder(name: &str) -> String {
    format!("report/{name}")
}

/// A name as an address beside the page.
fn address(name: &str) -> String {
    let name = name.replace('%', "%25").replace('#', "%23");
    name.replace('?', "%3F").replace(' ', "%20")
}

fn ledger(
    shoot_name: &str,
    delivered: &[Delivered],
    photos: &[Photo],
    at: OffsetDateTime,
) -> Result<Entry, Error> {
    let photos: Vec<Value> = delivered.iter().zip(photos).map(of_photo).collect();
    let document = json!({"version": 1, "shoot": shoot_name, "photos": photos});
    let text = serde_json::to_vec_pretty(&document).map_err(anyhow::Error::from)?;
    Ok(Entry::of_bytes(in_folder("ledger.json"), text.into(), at))
}

fn of_photo((delivered, photo): (&Delivered, &Photo)) -> Value {
    json!({
        "file": photo.file,
        "sha256": hex::encode(&delivered.full.sha256),
        "altered": photo.disclosure.is_altered(),
        "sentences": photo.disclosure.sentences,
        "generated": delivered.report.ledger,
        "framing": delivered.report.framing,
        "engine": delivered.report.engine,
        "page": photo.disclosure.is_altered().then(|| format!("{}.html", photo.stem)),
        "mask": photo.mask,
        "original": photo.original,
        "original_page": photo.address,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_signs_of_addresses_are_found() {
        assert_eq!(address("007-50% #1.jpg"), "007-50%25%20%231.jpg");
    }
}
