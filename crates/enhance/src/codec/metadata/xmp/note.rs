//! The note on how a picture was made, in words for people.
//!
//! It goes into IPTC's Instructions (`photoshop:Instructions`), which is for what the receiver has
//! to know and which photo programs and listing services show as plain text. The caption
//! (`dc:description`) is the photographer's, and is printed under the picture; an edit history
//! (`xmpMM:History`) hardly any program shows. Instructions that were there stay, before ours.

use super::packet::{Node, Packet, local};
use super::{Edit, PHOTOSHOP, edit, name_after};

const FIELD: &str = "Instructions";

/// Adds the note, unless it is there already.
pub(super) fn add(packet: &mut Packet, note: &str) {
    let note = escaped(note);
    let Some(stated) = stated(packet) else {
        let description = Packet::parse(described(&note).as_bytes());
        for mut node in description.map(|d| d.nodes).unwrap_or_default() {
            name_after(&mut node, packet.nodes.first());
            packet.nodes.push(node);
        }
        return;
    };
    // What is no plain text cannot be added to.
    if stated.contains(&note) || stated.contains('<') {
        return;
    }
    let both = format!("{} {note}", stated.trim());
    edit(packet, |namespace, name| match is_field(namespace, name) {
        true => Edit::Set(both.trim().to_owned()),
        false => Edit::Keep,
    });
}

fn is_field(namespace: &str, name: &str) -> bool {
    namespace == PHOTOSHOP && name == FIELD
}

/// The instructions that a packet holds, still escaped.
fn stated(packet: &Packet) -> Option<String> {
    packet.nodes.iter().find_map(of_node)
}

fn of_node(node: &Node) -> Option<String> {
    let mut attributes = node.attributes.iter();
    let attribute = attributes.find(|a| is_field(&a.namespace, local(&a.name)));
    let mut properties = node.properties.iter();
    let property = properties.find(|p| is_field(&p.namespace, local(&p.name)));
    attribute
        .map(|a| a.value.clone())
        .or_else(|| property.map(|p| inside(&p.raw).to_owned()))
}

/// The content of an element as it was written.
fn inside(raw: &str) -> &str {
    let ends = raw.find('>').zip(raw.rfind("</"));
    let inside = ends.and_then(|(start, end)| raw.get(start + 1..end));
    inside.unwrap_or_default()
}

fn described(note: &str) -> String {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:photoshop=\"{PHOTOSHOP}\">\
         <photoshop:{FIELD}>{note}</photoshop:{FIELD}></rdf:Description>\
         </rdf:RDF></x:xmpmeta>"
    )
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;")
}
