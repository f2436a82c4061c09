//! XMP packets of more than 64 KiB in a JPEG: the longest properties move to an extended packet
//! that is cut into segments (XMP specification part 3, 1.1.3.1). Everywhere else in the house a
//! packet is whole, so the parts are joined on reading and cut again on writing.

use crate::codec::metadata::xmp::packet::{Attribute, MAX_BYTES, Node, Packet, Scope, local};
use crate::codec::metadata::xmp::{Edit, XMP_NOTE, edit};

const GUID_BYTES: usize = 32;
/// GUID, full length, offset.
const HEAD_BYTES: usize = GUID_BYTES + 8;
const HAS_EXTENDED: &str = "HasExtendedXMP";

/// The packet with the descriptions of its extended part, where that is all there; `parts` are
/// segments without their signature.
pub(crate) fn join(main: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let joined = || {
        let mut packet = Packet::parse(main)?;
        let extended = Packet::parse(&assemble(&guid(&packet)?, parts)?)?;
        edit(&mut packet, |namespace, name| {
            match (namespace, name) == (XMP_NOTE, HAS_EXTENDED) {
                true => Edit::Drop,
                false => Edit::Keep,
            }
        });
        let scope = extended.scope;
        if length_of(&scope) * extended.nodes.len() > MAX_BYTES {
            return None;
        }
        let nodes = extended.nodes.into_iter();
        packet
            .nodes
            .extend(nodes.map(|node| with_scope(node, &scope)));
        Some(packet.write().into_bytes()).filter(|whole| whole.len() <= MAX_BYTES)
    };
    joined().unwrap_or_else(|| main.to_vec())
}

fn guid(packet: &Packet) -> Option<Vec<u8>> {
    let is_it = |namespace: &str, name: &str| namespace == XMP_NOTE && local(name) == HAS_EXTENDED;
    packet.nodes.iter().find_map(|node| {
        let attributes = node.attributes.iter();
        let value = attributes
            .filter(|a| is_it(&a.namespace, &a.name))
            .map(|a| a.value.as_str())
            .next();
        let mut properties = node.properties.iter();
        let element = properties.find(|p| is_it(&p.namespace, &p.name));
        let text = value.or_else(|| {
            let (_, rest) = element?.raw.split_once('>')?;
            rest.split('<').next()
        })?;
        Some(text.trim().as_bytes().to_vec())
    })
}

/// The extended packet of that name out of its parts, each of which says where it belongs.
fn assemble(guid: &[u8], parts: &[&[u8]]) -> Option<Vec<u8>> {
    let long = |part: &[u8], at: usize| {
        let bytes: [u8; 4] = part.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes) as usize)
    };
    let mine = || parts.iter().filter(|part| part.starts_with(guid));
    let length = long(mine().next()?, GUID_BYTES)?;
    if guid.len() != GUID_BYTES || length > MAX_BYTES {
        return None;
    }
    let mut pieces: Vec<(usize, &[u8])> = mine()
        .filter_map(|part| Some((long(part, GUID_BYTES + 4)?, part.get(HEAD_BYTES..)?)))
        .collect();
    pieces.sort_by_key(|piece| piece.0);
    let mut whole = Vec::new();
    for (offset, piece) in pieces {
        if offset == whole.len() {
            whole.extend_from_slice(piece);
        }
    }
    (whole.len() == length).then_some(whole)
}

/// Bytes that the declarations of a scope take where they are repeated.
fn length_of(scope: &Scope) -> usize {
    let lengths = scope.iter().map(|(prefix, uri)| prefix.len() + uri.len());
    lengths.map(|length| length + " xmlns:=''".len()).sum()
}

/// A description that stands on its own: with the namespaces that were declared around it.
fn with_scope(mut node: Node, scope: &Scope) -> Node {
    let own = node.scope();
    for (prefix, namespace) in scope {
        if own.iter().all(|(p, _)| p != prefix) {
            let name = match prefix.as_str() {
                "" => "xmlns".to_owned(),
                prefix => format!("xmlns:{prefix}"),
            };
            node.attributes.retain(|a| a.name != name);
            node.attributes.push(Attribute {
                name,
                namespace: String::new(),
                value: namespace.clone(),
            });
        }
    }
    node
}

/// A packet of at most `room` bytes, and the segments of what did not fit, each of at most `room`
/// bytes and without its signature. `None` where even the shortest form is too long.
pub(crate) fn split(packet: Vec<u8>, room: usize) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
    if packet.len() <= room {
        return Some((packet, Vec::new()));
    }
    let mut main = Packet::parse(&packet)?;
    trim(&mut main);
    let text = main.write();
    if text.len() <= room {
        return Some((text.into_bytes(), Vec::new()));
    }
    // The note that names the extended packet.
    const NOTE_BYTES: usize = 256;
    if length_of(&main.scope) * main.nodes.len() > MAX_BYTES {
        return None;
    }
    let extended = move_longest(&mut main, text.len() + NOTE_BYTES, room)?;
    let guid = format!("{:X}", md5::compute(&extended));
    main.nodes.push(note(&guid)?);
    let main = main.write().into_bytes();
    let parts = extended.chunks(room - HEAD_BYTES).enumerate();
    let parts = parts.map(|(i, part)| {
        let length = (extended.len() as u32).to_be_bytes();
        let offset = ((i * (room - HEAD_BYTES)) as u32).to_be_bytes();
        [guid.as_bytes(), &length, &offset, part].concat()
    });
    (main.len() <= room && extended.len() <= MAX_BYTES).then(|| (main, parts.collect()))
}

/// Packets carry kilobytes of spaces before their end so that editors can grow them in place.
fn trim(packet: &mut Packet) {
    if let Some((body, end)) = packet.after.rsplit_once("<?xpacket end") {
        packet.after = format!("{}<?xpacket end{end}", body.trim_end());
    }
}

/// Takes the longest properties out until the rest fits, and returns them as a packet.
fn move_longest(main: &mut Packet, mut length: usize, room: usize) -> Option<Vec<u8>> {
    let mut by_length: Vec<(usize, usize, usize)> = Vec::new();
    for (i, node) in main.nodes.iter().enumerate() {
        let properties = node.properties.iter().enumerate();
        by_length.extend(properties.map(|(j, p)| (p.raw.len(), i, j)));
    }
    by_length.sort_by(|a, b| b.0.cmp(&a.0).then(a.cmp(b)));
    let mut moved = Vec::new();
    for (bytes, i, j) in by_length {
        if length <= room {
            break;
        }
        length -= bytes;
        moved.push((i, j));
    }
    (length <= room).then(|| apart(main, &moved).into_bytes())
}

fn apart(main: &mut Packet, moved: &[(usize, usize)]) -> String {
    let mut text = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
                    xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
        .to_owned();
    for (i, node) in main.nodes.iter_mut().enumerate() {
        let mut gone = node.clone();
        let goes = |j: &usize| moved.contains(&(i, *j));
        gone.properties = pick(&node.properties, |j| goes(j));
        node.properties = pick(&node.properties, |j| !goes(j));
        if !gone.properties.is_empty() {
            let stays = |a: &Attribute| a.name.starts_with("xmlns") || local(&a.name) == "about";
            gone.attributes.retain(stays);
            with_scope(gone, &main.scope).write(&mut text);
        }
    }
    text + "</rdf:RDF></x:xmpmeta>"
}

fn pick<T: Clone>(list: &[T], wanted: impl Fn(&usize) -> bool) -> Vec<T> {
    let kept = list.iter().enumerate().filter(|(j, _)| wanted(j));
    kept.map(|(_, item)| item.clone()).collect()
}

fn note(guid: &str) -> Option<Node> {
    let text = format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:xmpNote=\"{XMP_NOTE}\" \
         xmpNote:{HAS_EXTENDED}=\"{guid}\"/></rdf:RDF></x:xmpmeta>"
    );
    Packet::parse(text.as_bytes())?.nodes.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_packet_comes_back_whole_from_its_parts() {
        let long = "word ".repeat(40_000);
        let packet = format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/' xmlns:dc='http://purl.org/dc/elements/1.1/'>\
             <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
             <rdf:Description rdf:about=''><dc:title>House</dc:title>\
             <dc:description>{long}</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
        );
        let (main, parts) = split(packet.into_bytes(), 65_000).unwrap();
        let text = String::from_utf8(main.clone()).unwrap();
        assert!(text.contains("House") && !text.contains("word"));
        assert_eq!(parts.len(), 4);
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let back = String::from_utf8(join(&main, &parts)).unwrap();
        assert!(back.contains(&long) && back.contains("House") && !back.contains(HAS_EXTENDED));
        assert_eq!(join(&main, &parts[1..]), main);
    }
}
