//! Panoramas by Google's Photo Sphere metadata: what part of a sphere or cylinder a picture shows,
//! counted in pixels, which must stay true for viewers to turn around in it.

use crate::codec::metadata::Delivered;
use crate::codec::metadata::xmp::packet::Packet;
use crate::codec::metadata::xmp::{Edit, value};
use crate::shot::Panorama;

/// Namespace of the properties.
pub(crate) const PANORAMA: &str = "http://ns.google.com/photos/1.0/panorama/";
/// Difference between two shapes that is rounding, as a share.
const SAME_SHAPE: f64 = 0.01;

/// The kind of panorama that a packet says its picture is; `None`: it does not.
pub(crate) fn read(packet: &[u8], frame: Option<(u32, u32)>) -> Option<Panorama> {
    // Most packets say nothing of it, and need not be taken apart.
    let said = std::str::from_utf8(packet).ok()?.contains(PANORAMA);
    let packet = said.then(|| Packet::parse(packet))??;
    let projection = value(&packet, PANORAMA, "ProjectionType");
    let full = number(&packet, "FullPanoWidthPixels");
    if projection.is_none() && full.is_none() {
        return None;
    }
    let shown = number(&packet, "CroppedAreaImageWidthPixels");
    let is_double = frame.is_some_and(|(w, h)| is_same_shape(f64::from(w), 2.0 * f64::from(h)));
    let goes_round = match (shown, full) {
        (Some(shown), Some(full)) => shown >= full,
        _ => is_double,
    };
    Some(match goes_round {
        true => Panorama::FullTurn,
        false => Panorama::Part,
    })
}

/// The edits that make a packet's numbers true for a delivered picture.
pub(crate) struct Numbers {
    /// Pixels of the delivered picture for one of those that the packet counts, across and down.
    /// `None`: it shows another part.
    scale: Option<[f64; 2]>,
    is_whole: bool,
    size: (u32, u32),
}

impl Numbers {
    /// Compares a packet's numbers with the delivered picture.
    pub fn of(packet: &Packet, delivered: &Delivered) -> Self {
        let size = delivered.size;
        let [shown_width, shown_height, full_width, full_height] = [
            "CroppedAreaImageWidthPixels",
            "CroppedAreaImageHeightPixels",
            "FullPanoWidthPixels",
            "FullPanoHeightPixels",
        ]
        .map(|name| number(packet, name));
        let said = shown_width.zip(shown_height);
        let said = said.or(delivered.frame.map(|(w, h)| (f64::from(w), f64::from(h))));
        let scale = said.map(|(w, h)| [f64::from(size.0) / w, f64::from(size.1) / h]);
        let is_framed = delivered.frame.is_some_and(|(w, h)| {
            is_same_shape(
                f64::from(w) * f64::from(size.1),
                f64::from(h) * f64::from(size.0),
            )
        });
        Self {
            scale: scale.filter(|[x, y]| is_framed && is_same_shape(*x, *y)),
            is_whole: is_framed && shown_width == full_width && shown_height == full_height,
            size,
        }
    }

    /// The edit of a property.
    pub fn edit(&self, packet: &Packet, name: &str) -> Edit {
        let set = |value: f64| Edit::Set(format!("{:.0}", value.round()));
        let scaled = |axis: usize| match (self.scale, number(packet, name)) {
            (Some(scale), Some(value)) => set(value * scale[axis]),
            _ => Edit::Drop,
        };
        let (width, height) = (f64::from(self.size.0), f64::from(self.size.1));
        match name {
            "FullPanoWidthPixels" if self.is_whole => set(width),
            "FullPanoHeightPixels" if self.is_whole => set(height),
            "CroppedAreaLeftPixels" | "CroppedAreaTopPixels" if self.is_whole => set(0.0),
            "CroppedAreaImageWidthPixels" => set(width),
            "CroppedAreaImageHeightPixels" => set(height),
            "FullPanoWidthPixels"
            | "CroppedAreaLeftPixels"
            | "LargestValidInteriorRectLeft"
            | "LargestValidInteriorRectWidth" => scaled(0),
            "FullPanoHeightPixels"
            | "CroppedAreaTopPixels"
            | "LargestValidInteriorRectTop"
            | "LargestValidInteriorRectHeight" => scaled(1),
            // Without its place on the sphere, a part is no panorama that a viewer could show.
            "ProjectionType" | "UsePanoramaViewer" if self.scale.is_none() && !self.is_whole => {
                Edit::Drop
            }
            _ => Edit::Keep,
        }
    }
}

fn number(packet: &Packet, name: &str) -> Option<f64> {
    let number: f64 = value(packet, PANORAMA, name)?.trim().parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

fn is_same_shape(one: f64, other: f64) -> bool {
    (one / other - 1.0).abs() <= SAME_SHAPE
}
