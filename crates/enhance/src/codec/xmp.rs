//! XMP packets: says how the picture was made and drops what is no longer true.
//!
//! A packet is text; the two small edits are made on the text, so that everything else stays as
//! the camera or the editor wrote it.

/// IPTC's word for a photo changed by a program that invents nothing.
const SOURCE_TYPE: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced";
const NAMESPACE: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
const PROPERTY: &str = "DigitalSourceType";

/// The packet with the source type set and orientation and gain-map entries made harmless. A
/// packet that is missing or not UTF-8 text is replaced by a minimal one (`None` in) or left
/// alone (unreadable in).
pub(crate) fn refresh(packet: Option<&[u8]>) -> Vec<u8> {
    let Some(packet) = packet else {
        return minimal().into_bytes();
    };
    let Ok(text) = std::str::from_utf8(packet) else {
        return packet.to_vec();
    };
    let text = upright(&without_gain_map(&without_source_type(text)));
    with_source_type(&text).unwrap_or(text).into_bytes()
}

fn minimal() -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">{}</rdf:RDF>\
         </x:xmpmeta><?xpacket end=\"w\"?>",
        description("")
    )
}

fn description(about: &str) -> String {
    format!(
        "<rdf:Description rdf:about=\"{about}\" xmlns:Iptc4xmpExt=\"{NAMESPACE}\">\
         <Iptc4xmpExt:{PROPERTY}>{SOURCE_TYPE}</Iptc4xmpExt:{PROPERTY}></rdf:Description>"
    )
}

fn with_source_type(text: &str) -> Option<String> {
    let end = text.rfind("</rdf:RDF>")?;
    let about = quoted_after(text, "rdf:about=").unwrap_or("");
    Some(format!(
        "{}{}{}",
        &text[..end],
        description(about),
        &text[end..]
    ))
}

/// The quoted value after the first occurrence of some text.
fn quoted_after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = &text[text.find(name)? + name.len()..];
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split(quote).next()
}

fn without_source_type(text: &str) -> String {
    without_attribute(&without_element(text, PROPERTY), PROPERTY)
}

/// A gain map describes the picture as it was, and its second image is not delivered.
fn without_gain_map(text: &str) -> String {
    if !text.contains("hdrgm") && !text.contains("Container:Directory") {
        return text.to_owned();
    }
    let text = without_element(text, "Container:Directory");
    without_attribute(&text, "hdrgm:Version")
}

/// `tiff:Orientation` is 1 once the pixels are upright.
fn upright(text: &str) -> String {
    let text = (2..=8).fold(text.to_owned(), |text, n| {
        let element = format!("<tiff:Orientation>{n}</tiff:Orientation>");
        text.replace(&element, "<tiff:Orientation>1</tiff:Orientation>")
    });
    (2..=8).fold(text, |text, n| {
        text.replace(
            &format!("tiff:Orientation=\"{n}\""),
            "tiff:Orientation=\"1\"",
        )
    })
}

/// Removes every element whose name ends as given, prefix or not.
fn without_element(text: &str, name: &str) -> String {
    let mut text = text.to_owned();
    while let Some(range) = element(&text, name) {
        text.replace_range(range, "");
    }
    text
}

fn element(text: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let mut from = 0;
    while let Some(found) = text[from..].find('<') {
        let start = from + found;
        let tag = text[start + 1..]
            .split([' ', '>', '\n', '\r', '\t', '/'])
            .next()?;
        if !tag.is_empty() && (tag == name || tag.ends_with(&format!(":{name}"))) {
            let close = format!("</{tag}>");
            let end = text[start..].find(&close)?;
            return Some(start..start + end + close.len());
        }
        from = start + 1;
    }
    None
}

/// Removes ` prefix:name="value"` wherever it stands.
fn without_attribute(text: &str, name: &str) -> String {
    let mut text = text.to_owned();
    while let Some(range) = attribute(&text, name) {
        text.replace_range(range, "");
    }
    text
}

fn attribute(text: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let at = text
        .find(&format!("{name}=\""))
        .or_else(|| text.find(&format!("{name}='")))?;
    let start = text[..at].rfind(char::is_whitespace)?;
    let quote = text.as_bytes()[at + name.len() + 1] as char;
    let value = at + name.len() + 2;
    let end = value + text[value..].find(quote)? + 1;
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_says_once_how_the_picture_was_made() {
        let once = refresh(None);
        let twice = String::from_utf8(refresh(Some(&once))).unwrap();
        assert_eq!(twice.matches(SOURCE_TYPE).count(), 1);
        assert_eq!(twice.matches("</rdf:RDF>").count(), 1);
    }

    #[test]
    fn other_properties_stay_and_orientation_becomes_upright() {
        let packet = "<rdf:RDF><rdf:Description rdf:about='uuid:1' tiff:Orientation=\"6\" \
                      dc:title=\"House\" Iptc4xmpExt:DigitalSourceType=\"x\"/></rdf:RDF>";
        let text = String::from_utf8(refresh(Some(packet.as_bytes()))).unwrap();
        assert!(text.contains("dc:title=\"House\"") && text.contains("tiff:Orientation=\"1\""));
        assert!(text.contains("rdf:about=\"uuid:1\"") && !text.contains("=\"x\""));
    }

    #[test]
    fn unreadable_packets_are_left_alone() {
        assert_eq!(refresh(Some(&[0xFE, 0xFF, 0, 60])), [0xFE, 0xFF, 0, 60]);
    }
}
