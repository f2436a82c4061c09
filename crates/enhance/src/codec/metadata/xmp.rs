//! XMP packets: says how the picture was made and corrects what is no longer true.

use crate::codec::Change;
use crate::codec::metadata::xmp::packet::{Attribute, Node, Packet, local};
use crate::codec::metadata::xmp::panorama::{Numbers, PANORAMA};
use crate::codec::metadata::{Delivered, Made};

pub(crate) mod extended;
mod note;
pub(crate) mod packet;
pub(crate) mod panorama;
mod room;
mod stale;

pub(crate) const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
pub(crate) const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";
pub(crate) const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
pub(crate) const XMP: &str = "http://ns.adobe.com/xap/1.0/";
pub(crate) const IPTC_EXTENSION: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
pub(crate) const XMP_NOTE: &str = "http://ns.adobe.com/xmp/note/";
/// Our own record; a name, not an address.
pub(crate) const RECORD: &str = "urn:x-plumbline:record:1:";
const SOURCE_TYPE: &str = "DigitalSourceType";
const VOCABULARY: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/";

/// Edit of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edit {
    Keep,
    Drop,
    Set(String),
}

/// The packet of an upright sRGB picture of the given size, `None` where there is nothing to say.
/// A packet that is not well-formed XML in UTF-8 is left alone, and then cannot say how the
/// picture was made.
pub(crate) fn refresh(
    packet: Option<&[u8]>,
    delivered: &Delivered,
    made: &Made<'_>,
) -> Option<Vec<u8>> {
    let Some(bytes) = packet else {
        return only_how_made(made);
    };
    let Some(mut packet) = Packet::parse(bytes) else {
        return Some(bytes.to_vec());
    };
    let panorama = Numbers::of(&packet, delivered);
    let before = packet.clone();
    edit(&mut packet, |namespace, name| match namespace {
        PANORAMA => panorama.edit(&before, name),
        _ => truth(namespace, name, delivered),
    });
    say_how_made(&mut packet, made);
    if let Some(record) = made.record {
        replace_record(&mut packet, record);
    }
    Some(packet.write().into_bytes())
}

/// A packet that only says how the picture was made, and holds our record.
pub(crate) fn only_how_made(made: &Made<'_>) -> Option<Vec<u8>> {
    let word = source_type(None, made.change);
    if word.is_none() && made.record.is_none() {
        return None;
    }
    let source = word.map(|word| description_of_source(&word));
    let descriptions = source.unwrap_or_default() + made.record.unwrap_or_default();
    let mut packet = Packet::parse(around(&descriptions).as_bytes())?;
    if let Some(note) = made.note {
        note::add(&mut packet, note);
    }
    Some(packet.write().into_bytes())
}

/// Takes our record of an earlier file out and puts the one of this file in.
fn replace_record(packet: &mut Packet, record: &str) {
    edit(packet, |namespace, _| match namespace == RECORD {
        true => Edit::Drop,
        false => Edit::Keep,
    });
    append(packet, record);
}

/// A property of our record, as plain text.
pub(crate) fn recorded(packet: &Packet, name: &str) -> Option<String> {
    value(packet, RECORD, name)
}

/// A simple property as plain text, still escaped.
pub(crate) fn value(packet: &Packet, wanted: &str, name: &str) -> Option<String> {
    let is_it = |namespace: &str, full: &str| namespace == wanted && local(full) == name;
    packet.nodes.iter().find_map(|node| {
        let attribute = node.attributes.iter();
        let mut attribute = attribute.filter(|a| is_it(&a.namespace, &a.name));
        let property = node.properties.iter();
        let mut property = property.filter(|p| is_it(&p.namespace, &p.name));
        let text = |raw: &str| Some(raw.split_once('>')?.1.rsplit_once("</")?.0.to_owned());
        match attribute.next() {
            Some(attribute) => Some(attribute.value.clone()),
            None => property.next().and_then(|p| text(&p.raw)),
        }
    })
}

/// Edits every property, and takes descriptions out that state nothing any more.
pub(crate) fn edit(packet: &mut Packet, edit_of: impl Fn(&str, &str) -> Edit) {
    for node in &mut packet.nodes {
        node.attributes.retain_mut(|attribute| {
            match edit_of(&attribute.namespace, local(&attribute.name)) {
                Edit::Keep => true,
                Edit::Drop => false,
                Edit::Set(value) => {
                    attribute.value = value;
                    true
                }
            }
        });
        node.properties.retain_mut(|property| {
            match edit_of(&property.namespace, local(&property.name)) {
                Edit::Keep => true,
                Edit::Drop => false,
                Edit::Set(value) => {
                    property.set(&value);
                    true
                }
            }
        });
    }
    packet.nodes.retain(|node| !node.is_empty());
}

/// The edit that makes a property true for the delivered file, whatever the source was: 8 or 16
/// bits RGB, sRGB, upright, of this size. Statements on how the old file stored its samples and
/// thumbnails of the old picture go, and so does all that `stale` knows.
fn truth(namespace: &str, name: &str, delivered: &Delivered) -> Edit {
    let set = |value: &dyn ToString| Edit::Set(value.to_string());
    let (width, height) = delivered.size;
    match (namespace, name) {
        (TIFF, "Orientation") | (EXIF, "ColorSpace") => set(&1),
        (TIFF, "ImageWidth") | (EXIF, "PixelXDimension") => set(&width),
        (TIFF, "ImageLength") | (EXIF, "PixelYDimension") => set(&height),
        (
            TIFF,
            "BitsPerSample"
            | "Compression"
            | "PhotometricInterpretation"
            | "SamplesPerPixel"
            | "PlanarConfiguration"
            | "YCbCrSubSampling"
            | "YCbCrPositioning"
            | "TransferFunction"
            | "WhitePoint"
            | "PrimaryChromaticities"
            | "YCbCrCoefficients"
            | "ReferenceBlackWhite",
        )
        | (EXIF, "Gamma" | "CompressedBitsPerPixel")
        | (XMP, "Thumbnails")
        | (XMP_NOTE, "HasExtendedXMP") => Edit::Drop,
        (PHOTOSHOP, "ICCProfile") => set(&"sRGB IEC61966-2.1"),
        (PHOTOSHOP, "ColorMode") => set(&3),
        _ if stale::is_of_the_old_file(namespace, name) => Edit::Drop,
        _ if stale::is_a_position(namespace, name) && !delivered.keeps_positions() => Edit::Drop,
        _ => Edit::Keep,
    }
}

fn is_source_type(namespace: &str, name: &str) -> bool {
    namespace == IPTC_EXTENSION && name == SOURCE_TYPE
}

/// Replaces what a packet says about how the picture was made by what is true now.
fn say_how_made(packet: &mut Packet, made: &Made<'_>) {
    let stated = stated(packet);
    let Some(wanted) = source_type(stated.as_deref(), made.change) else {
        return;
    };
    // A note that nothing was generated is not for a picture that says otherwise.
    let outdone = made.change == Change::Enhanced && !is_photo(stated.as_deref());
    if let Some(note) = made.note.filter(|_| !outdone) {
        note::add(packet, note);
    }
    if stated.as_deref() == Some(wanted.as_str()) {
        return;
    }
    edit(packet, |namespace, name| {
        if is_source_type(namespace, name) {
            Edit::Drop
        } else {
            Edit::Keep
        }
    });
    append(packet, &description_of_source(&wanted));
}

/// Appends a description.
fn append(packet: &mut Packet, description: &str) {
    let parsed = Packet::parse(around(description).as_bytes());
    for mut node in parsed.map(|parsed| parsed.nodes).unwrap_or_default() {
        name_after(&mut node, packet.nodes.first());
        packet.nodes.push(node);
    }
}

/// All descriptions of a packet are about the same thing, or it is not one packet.
fn name_after(node: &mut Node, first: Option<&Node>) {
    let about = |a: &&Attribute| local(&a.name) == "about";
    let named = first.and_then(|n| n.attributes.iter().find(about));
    let own = node.attributes.iter_mut().find(|a| a.name == "rdf:about");
    if let (Some(named), Some(own)) = (named, own) {
        own.value.clone_from(&named.value);
    }
}

/// The source type that a packet states, where that is one plain word.
fn stated(packet: &Packet) -> Option<String> {
    packet.nodes.iter().find_map(|node| {
        let attribute = node
            .attributes
            .iter()
            .find(|a| is_source_type(&a.namespace, local(&a.name)));
        let property = node
            .properties
            .iter()
            .find(|p| is_source_type(&p.namespace, local(&p.name)));
        attribute
            .map(|a| a.value.clone())
            .or_else(|| property.map(|p| word_of(&p.raw).to_owned()))
    })
}

/// The address in `<a>http://…</a>` or `<a rdf:resource="http://…"/>`.
fn word_of(raw: &str) -> &str {
    let Some(at) = raw.rfind(VOCABULARY) else {
        return raw;
    };
    let rest = &raw[at..];
    let end = rest.find(['<', '"', '\'', ' ', '\n']);
    &rest[..end.unwrap_or(rest.len())]
}

/// The source type to state after a change. A statement stronger than "enhanced by an algorithm"
/// (that pixels were generated, drawn or composed) is never weakened, and an unknown one is left
/// alone.
fn source_type(stated: Option<&str>, change: Change) -> Option<String> {
    let (word, is_photo) = (word(stated), is_photo(stated));
    let wanted = match change {
        Change::Nothing => return None,
        Change::Enhanced if is_photo => "algorithmicallyEnhanced",
        Change::Composited if word != Some("trainedAlgorithmicMedia") => {
            "compositeWithTrainedAlgorithmicMedia"
        }
        // A photo of which no part was said to be anything else.
        Change::Synthesised if is_photo || word == Some("compositeCapture") => "compositeSynthetic",
        Change::Collaged if is_photo => "compositeCapture",
        _ => return stated.map(str::to_owned),
    };
    Some(format!("{VOCABULARY}{wanted}"))
}

/// True when nothing says that a part of the picture was generated, drawn or composed.
fn is_photo(stated: Option<&str>) -> bool {
    const PHOTO: [&str; 8] = [
        "digitalCapture",
        "computationalCapture",
        "negativeFilm",
        "positiveFilm",
        "print",
        "minorHumanEdits",
        "humanEdits",
        "algorithmicallyEnhanced",
    ];
    word(stated).is_none_or(|word| PHOTO.contains(&word))
}

fn word(stated: Option<&str>) -> Option<&str> {
    stated.map(|text| text.strip_prefix(VOCABULARY).unwrap_or(text))
}

fn description_of_source(source_type: &str) -> String {
    format!(
        "<rdf:Description rdf:about=\"\" xmlns:Iptc4xmpExt=\"{IPTC_EXTENSION}\">\
         <Iptc4xmpExt:{SOURCE_TYPE}>{source_type}</Iptc4xmpExt:{SOURCE_TYPE}></rdf:Description>"
    )
}

/// The packet of some descriptions.
pub(crate) fn around(descriptions: &str) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">{descriptions}\
         </rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(description: &str) -> String {
        format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
             <rdf:Description rdf:about='uuid:1' xmlns:t='{TIFF}' xmlns:dc='http://purl.org/dc/elements/1.1/' \
             xmlns:i='{IPTC_EXTENSION}' {description}</rdf:RDF></x:xmpmeta>"
        )
    }

    const DELIVERED: Delivered = Delivered {
        size: (30, 20),
        frame: None,
    };

    fn plain(change: Change) -> Made<'static> {
        Made {
            change,
            note: None,
            record: None,
        }
    }

    fn refreshed(description: &str, change: Change) -> String {
        noted(description, &plain(change))
    }

    fn noted(description: &str, made: &Made<'_>) -> String {
        let bytes = refresh(Some(packet(description).as_bytes()), &DELIVERED, made);
        String::from_utf8(bytes.unwrap()).unwrap()
    }

    #[test]
    fn a_packet_says_once_how_the_picture_was_made() {
        let once = refresh(None, &DELIVERED, &plain(Change::Enhanced)).unwrap();
        let twice = refresh(Some(&once), &DELIVERED, &plain(Change::Enhanced)).unwrap();
        let text = String::from_utf8(twice).unwrap();
        assert_eq!(text.matches("/algorithmicallyEnhanced").count(), 1);
        assert_eq!(text.matches("</rdf:RDF>").count(), 1);
    }

    #[test]
    fn properties_stay_whatever_prefix_they_wear_and_untrue_ones_are_set() {
        let text = refreshed(
            "t:Orientation='6' dc:title='\"House\"'><t:ImageWidth>9</t:ImageWidth>\
             <dc:a>x</dc:a></rdf:Description>",
            Change::Enhanced,
        );
        assert!(text.contains("t:Orientation=\"1\"") && text.contains(">30</t:ImageWidth>"));
        assert!(text.contains("&quot;House&quot;") && text.contains("<dc:a>x</dc:a>"));
        assert_eq!(text.matches("rdf:about=\"uuid:1\"").count(), 2);
    }

    #[test]
    fn nothing_is_said_about_a_picture_that_was_not_changed() {
        assert_eq!(refresh(None, &DELIVERED, &plain(Change::Nothing)), None);
        assert!(!refreshed("dc:a='x'/>", Change::Nothing).contains(SOURCE_TYPE));
    }

    #[test]
    fn generated_pixels_are_never_talked_away() {
        for word in [
            "trainedAlgorithmicMedia",
            "compositeWithTrainedAlgorithmicMedia",
        ] {
            let text = refreshed(
                &format!("i:DigitalSourceType='{VOCABULARY}{word}'/>"),
                Change::Enhanced,
            );
            assert!(text.contains(word) && !text.contains("algorithmicallyEnhanced"));
        }
        let camera = format!("i:DigitalSourceType='{VOCABULARY}digitalCapture'/>");
        assert!(refreshed(&camera, Change::Enhanced).contains("algorithmicallyEnhanced"));
        assert!(refreshed(&camera, Change::Composited).contains("compositeWithTrained"));
        assert!(refreshed(&camera, Change::Nothing).contains("digitalCapture"));
    }

    #[test]
    fn a_note_goes_behind_the_photographers_own_and_is_said_once() {
        let made = Made {
            change: Change::Enhanced,
            note: Some("Light & colour."),
            record: None,
        };
        let said = "Light &amp; colour.";
        let alone = refresh(None, &DELIVERED, &made).unwrap();
        let twice = refresh(Some(&alone), &DELIVERED, &made).unwrap();
        assert_eq!(String::from_utf8(twice).unwrap().matches(said).count(), 1);

        let caption = "dc:description='A house'";
        let photoshop = format!("xmlns:p='{PHOTOSHOP}'");
        let theirs = format!("{photoshop} p:Instructions='Embargoed' {caption}/>");
        let text = noted(&theirs, &made);
        assert!(text.contains(&format!("p:Instructions=\"Embargoed {said}\"")));
        assert!(text.contains("dc:description=\"A house\""));
        let theirs =
            format!("{photoshop}><p:Instructions>Embargoed</p:Instructions></rdf:Description>");
        assert!(noted(&theirs, &made).contains(&format!(">Embargoed {said}</p:Instructions>")));

        let caption = noted("dc:description='A house'/>", &made);
        assert_eq!(caption.matches("rdf:about=\"uuid:1\"").count(), 3);

        let generated = format!("i:DigitalSourceType='{VOCABULARY}trainedAlgorithmicMedia'/>");
        assert!(!noted(&generated, &made).contains(said));
    }

    #[test]
    fn unreadable_packets_are_left_alone() {
        let bytes = [0xFE, 0xFF, 0, 60];
        assert_eq!(
            refresh(Some(&bytes), &DELIVERED, &plain(Change::Enhanced)).unwrap(),
            bytes
        );
    }
}
