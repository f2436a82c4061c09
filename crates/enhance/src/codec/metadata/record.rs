//! Our record in a delivered file's XMP: which plan made its pixels, and what they look like, so that
//! the file is known when it comes back, even saved again by an editor that kept its XMP.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::codec::metadata::Metadata;
use crate::codec::metadata::xmp::packet::Packet;
use crate::codec::metadata::xmp::{RECORD, recorded};
use crate::filters::scale::{self, Kernel};
use crate::math::colour::lab;
use crate::math::light::linear;
use crate::pixels::Pixels;

/// Cells along each side of a likeness.
const CELLS: u32 = 16;
/// Mean and largest CIELAB difference between the cells of a picture and of its copy: saved again at
/// any usual quality or size it stays below a third of these.
const SAME: (f32, f32) = (1.2, 6.0);

/// The record of a corrected picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Version of the plan's numbers.
    pub plan_version: u32,
    /// SHA-256 of the plan's stored form, as lower-case hex.
    pub plan_sha256: String,
}

/// Our record in a file that came in, against its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// The pixels are still those that we delivered.
    Unchanged,
    /// Somebody edited them since.
    Edited,
}

impl Record {
    /// The description for the XMP of a file with these pixels.
    pub(crate) fn description(&self, pixels: &Pixels) -> String {
        let Self {
            plan_version,
            plan_sha256,
        } = self;
        let mut likeness = String::new();
        for sample in small(pixels) {
            write!(likeness, "{sample:02x}").expect("a text takes what is written");
        }
        format!(
            "<rdf:Description rdf:about=\"\" xmlns:plumbline=\"{RECORD}\" \
             plumbline:PlanVersion=\"{plan_version}\" plumbline:PlanSha256=\"{plan_sha256}\" \
             plumbline:Likeness=\"{likeness}\"/>"
        )
    }
}

impl Metadata {
    /// Our own record in the file that came in; `None`: there is none, or it cannot be read.
    pub fn recorded(&self, pixels: &Pixels) -> Option<Recorded> {
        let packet = Packet::parse(self.xmp.as_deref()?)?;
        recorded(&packet, "PlanSha256")?;
        let likeness = samples(&recorded(&packet, "Likeness")?)?;
        let now = small(pixels);
        Some(
            match likeness.len() == now.len() && is_same(&likeness, &now) {
                true => Recorded::Unchanged,
                false => Recorded::Edited,
            },
        )
    }
}

/// The picture in a few cells, stretched to a square.
fn small(pixels: &Pixels) -> Vec<u8> {
    let small = scale::shrink(pixels, CELLS, CELLS, Kernel::Area);
    small.rgb8().into_owned()
}

fn samples(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.trim().as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn is_same(one: &[u8], other: &[u8]) -> bool {
    let (one, other) = (one.as_chunks::<3>().0, other.as_chunks::<3>().0);
    let off = one.iter().zip(other).map(|(a, b)| difference(*a, *b));
    let (sum, most) = off.fold((0.0_f32, 0.0_f32), |(sum, most), d| (sum + d, most.max(d)));
    sum / one.len() as f32 <= SAME.0 && most <= SAME.1
}

fn difference(one: [u8; 3], other: [u8; 3]) -> f32 {
    let of = |rgb: [u8; 3]| lab(rgb.map(|v| linear(f32::from(v) / 255.0)));
    let (one, other) = (of(one), of(other));
    (0..3)
        .map(|c| (one[c] - other[c]).powi(2))
        .sum::<f32>()
        .sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::metadata::{Delivered, Made, xmp};
    use crate::codec::{Change, Privacy};

    fn picture(light: f32) -> Pixels {
        let sample = |i: u32| ((i % 91 + i / 700) as f32 * light) as u8;
        Pixels::from_eight(120, 90, (0..120 * 90 * 3).map(sample).collect()).unwrap()
    }

    fn delivered(packet: Option<&[u8]>) -> Metadata {
        let record = Record {
            plan_version: 5,
            plan_sha256: "ab".repeat(32),
        };
        let description = record.description(&picture(1.0));
        let xmp = {
            let delivered = Delivered {
                size: (120, 90),
                frame: None,
            };
            let made = Made {
                change: Change::Enhanced,
                note: None,
                record: Some(&description),
            };
            xmp::refresh(packet, &delivered, &made)
        };
        Metadata {
            xmp,
            ..Metadata::default()
        }
    }

    #[test]
    fn a_file_of_ours_is_known_until_somebody_edits_its_pixels() {
        let ours = delivered(None);
        assert_eq!(ours.recorded(&picture(1.0)), Some(Recorded::Unchanged));
        assert_eq!(ours.recorded(&picture(1.02)), Some(Recorded::Unchanged));
        assert_eq!(ours.recorded(&picture(1.3)), Some(Recorded::Edited));
        assert_eq!(Metadata::default().recorded(&picture(1.0)), None);
    }

    #[test]
    fn there_is_one_record_however_often_a_file_goes_out() {
        let once = delivered(None);
        let twice = delivered(once.xmp.as_deref());
        let text = String::from_utf8(twice.xmp.clone().unwrap()).unwrap();
        assert_eq!(text.matches("Likeness").count(), 1);
        assert_eq!(twice.recorded(&picture(1.0)), Some(Recorded::Unchanged));
    }

    #[test]
    fn an_editor_may_write_the_record_as_elements_with_a_prefix_of_its_own() {
        let packet = delivered(None).xmp.unwrap();
        let packet = Packet::parse(&packet).unwrap();
        let [plan, likeness] =
            ["PlanSha256", "Likeness"].map(|name| recorded(&packet, name).unwrap());
        let rewritten = xmp::around(&format!(
            "<rdf:Description rdf:about=\"\" xmlns:ns1=\"{RECORD}\"><ns1:PlanSha256>{plan}</ns1:PlanSha256>\
             <ns1:Likeness>{likeness}</ns1:Likeness></rdf:Description>"
        ));
        let metadata = Metadata {
            xmp: Some(rewritten.into_bytes()),
            ..Metadata::default()
        };
        assert_eq!(metadata.recorded(&picture(1.0)), Some(Recorded::Unchanged));
    }

    #[test]
    fn the_record_is_no_secret_and_stays_in_published_files() {
        let published = delivered(None).within(Privacy::NoPlaceOrOwner);
        assert_eq!(published.recorded(&picture(1.0)), Some(Recorded::Unchanged));
    }
}
