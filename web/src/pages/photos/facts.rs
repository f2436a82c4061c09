//! Facts about a photo's file, in a few words each.

use plumbline_documents::{ContentType, Framing};
use plumbline_domain::shoots::photos::Photo;
use plumbline_domain::work::attempts::Attempt;

use crate::pages::view::{Fact, moment, pixels};

pub fn of(photo: &Photo, accepted: Option<&Attempt>) -> Vec<Fact> {
    let mut facts = vec![
        Fact {
            label: "Uploaded",
            value: moment(photo.received_at),
        },
        Fact {
            label: "Format",
            value: format_name(&photo.content_type).to_owned(),
        },
    ];
    let framing = accepted.and_then(|attempt| attempt.read_report().framing);
    if let Some(Framing { original, .. }) = framing {
        facts.push(Fact {
            label: "Pixels, as uploaded",
            value: sides(original),
        });
    }
    if let Some((width, height)) = photo.width.zip(photo.height) {
        facts.push(Fact {
            label: match framing {
                Some(_) => "Pixels, as delivered",
                None => "Pixels",
            },
            value: pixels(width, height),
        });
    }
    let source = accepted.map(|attempt| &attempt.report["source"]);
    if let Some(bits) = source.and_then(|source| source["bits"].as_i64()) {
        facts.push(Fact {
            label: "Depth",
            value: format!("{bits} bit"),
        });
    }
    if let Some(profile) = source.and_then(|source| source["profile"].as_str()) {
        facts.push(Fact {
            label: "Colour profile",
            value: profile.to_owned(),
        });
    }
    facts
}

fn sides([width, height]: [u32; 2]) -> String {
    format!("{width} × {height}")
}

fn format_name(content_type: &str) -> &str {
    match content_type.parse() {
        Ok(ContentType::Jpeg) => "JPEG",
        Ok(ContentType::Png) => "PNG",
        Ok(ContentType::Tiff) => "TIFF",
        Ok(ContentType::WebP) => "WebP",
        Ok(ContentType::Raw) => "Camera RAW",
        Err(_) => content_type,
    }
}
