//! The structure of an XMP packet (ISO 16684-1): what stands before the descriptions, the
//! descriptions with their attributes and properties, and what comes after. Properties are kept
//! as the text they were, so that a property without an edit goes out as it came in.
//!
//! A packet is a stranger's: how long it may be and how much it may declare is limited, and what
//! goes beyond is no packet.

use std::collections::HashSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::codec::metadata::xmp::room::{MAX_NAMES, Room};
use crate::codec::work;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// Longest packet. What is longer holds pictures or an editor's history of other files.
pub(crate) const MAX_BYTES: usize = 1 << 20;
/// Prefix and namespace, the default namespace having an empty prefix.
pub(crate) type Scope = Vec<(String, String)>;

/// A packet taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    /// Everything up to and including the start of `rdf:RDF`.
    pub before: String,
    pub nodes: Vec<Node>,
    /// Everything from the end of `rdf:RDF`.
    pub after: String,
    /// Namespaces declared outside the descriptions.
    pub scope: Scope,
}

/// A description: some properties as attributes, some as elements.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub name: String,
    /// All attributes, namespace declarations among them.
    pub attributes: Vec<Attribute>,
    pub properties: Vec<Property>,
}

/// An attribute; the value is still escaped.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub name: String,
    pub namespace: String,
    pub value: String,
}

/// A property written as an element.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    pub name: String,
    pub namespace: String,
    /// The element as it was written.
    pub raw: String,
}

/// The name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

impl Packet {
    /// `None` unless the text is a well-formed packet with one `rdf:RDF`.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_BYTES {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = Reader::from_str(text);
        let mut room = Room::default();
        let mut scope = Scope::new();
        let before = to_rdf(&mut reader, &mut scope, &mut room)?;
        let mut nodes = Vec::new();
        loop {
            let at = reader.buffer_position() as usize;
            work::count(1);
            match reader.read_event().ok()? {
                Event::Start(start) => {
                    nodes.push(node(&mut reader, text, &start, &scope, &mut room)?);
                }
                Event::Empty(start) => nodes.push(Node::open(&start, &scope, &mut room)?),
                Event::End(_) => {
                    return Some(Self {
                        before: text[..before].to_owned(),
                        nodes,
                        after: text.get(at..)?.to_owned(),
                        scope,
                    });
                }
                Event::Eof => return None,
                _ => {}
            }
        }
    }

    /// The packet as text.
    pub fn write(&self) -> String {
        let mut text = self.before.clone();
        self.nodes.iter().for_each(|node| node.write(&mut text));
        text.push_str(&self.after);
        text
    }
}

/// Reads up to the start of `rdf:RDF` and returns where its children begin.
fn to_rdf(reader: &mut Reader<&[u8]>, scope: &mut Scope, room: &mut Room) -> Option<usize> {
    loop {
        work::count(1);
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let attributes = attributes(&start, room)?;
                declare(scope, &attributes);
                let name = start.name().as_ref().to_owned();
                if local(&name) == "RDF" && resolve(&[scope], &name) == RDF {
                    return Some(reader.buffer_position() as usize);
                }
            }
            // A packet is UTF-8 text without entities of its own.
            Event::Eof | Event::DocType(_) => return None,
            _ => {}
        }
    }
}

fn node(
    reader: &mut Reader<&[u8]>,
    text: &str,
    start: &BytesStart,
    scope: &Scope,
    room: &mut Room,
) -> Option<Node> {
    let mut node = Node::open(start, scope, room)?;
    let own = node.scope();
    loop {
        work::count(1);
        let at = reader.buffer_position() as usize;
        match reader.read_event().ok()? {
            Event::Start(start) => {
                reader.read_to_end(start.name()).ok()?;
                let end = reader.buffer_position() as usize;
                let raw = text.get(at..end)?;
                node.properties
                    .push(Property::new(&start, raw, &[scope, &own], room)?);
            }
            Event::Empty(start) => {
                let end = reader.buffer_position() as usize;
                let raw = text.get(at..end)?;
                node.properties
                    .push(Property::new(&start, raw, &[scope, &own], room)?);
            }
            Event::End(_) => return Some(node),
            Event::Eof => return None,
            _ => {}
        }
    }
}

impl Node {
    fn open(start: &BytesStart, scope: &Scope, room: &mut Room) -> Option<Self> {
        let mut attributes = attributes(start, room)?;
        let mut own = Scope::new();
        declare(&mut own, &attributes);
        for attribute in &mut attributes {
            attribute.namespace = match attribute.name.contains(':') {
                true => resolve(&[scope, &own], &attribute.name),
                false => String::new(),
            };
        }
        Some(Self {
            name: start.name().as_ref().to_owned(),
            attributes,
            properties: Vec::new(),
        })
    }

    /// The namespaces it declares itself.
    pub fn scope(&self) -> Scope {
        let mut scope = Scope::new();
        declare(&mut scope, &self.attributes);
        scope
    }

    /// True when it states nothing.
    pub fn is_empty(&self) -> bool {
        let says = |a: &Attribute| !is_declaration(&a.name) && a.namespace != RDF;
        self.properties.is_empty() && !self.attributes.iter().any(says)
    }

    /// Appends the description as text.
    pub fn write(&self, text: &mut String) {
        text.push('<');
        text.push_str(&self.name);
        for Attribute { name, value, .. } in &self.attributes {
            let value = value.replace('"', "&quot;");
            text.push_str(&format!(" {name}=\"{value}\""));
        }
        if self.properties.is_empty() {
            return text.push_str("/>");
        }
        text.push('>');
        for property in &self.properties {
            text.push_str(&property.raw);
        }
        text.push_str(&format!("</{}>", self.name));
    }
}

impl Property {
    fn new(start: &BytesStart, raw: &str, scopes: &[&Scope], room: &mut Room) -> Option<Self> {
        let mut own = Scope::new();
        declare(&mut own, &attributes(start, room)?);
        let name = start.name().as_ref().to_owned();
        let scopes: Vec<&Scope> = scopes.iter().copied().chain([&own]).collect();
        Some(Self {
            namespace: resolve(&scopes, &name),
            raw: raw.to_owned(),
            name,
        })
    }

    /// The same property with a plain value.
    pub fn set(&mut self, value: &str) {
        let (name, namespace) = (&self.name, &self.namespace);
        let declaration = match name.split_once(':') {
            Some((prefix, _)) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        self.raw = format!("<{name} {declaration}=\"{namespace}\">{value}</{name}>");
    }
}

pub(crate) fn is_declaration(name: &str) -> bool {
    name == "xmlns" || name.starts_with("xmlns:")
}

fn declare(scope: &mut Scope, attributes: &[Attribute]) {
    for Attribute { name, value, .. } in attributes {
        if name == "xmlns" {
            scope.push((String::new(), value.clone()));
        } else if let Some(prefix) = name.strip_prefix("xmlns:") {
            scope.push((prefix.to_owned(), value.clone()));
        }
    }
}

/// The namespace of a name: the last declaration of its prefix, the innermost scope last.
fn resolve(scopes: &[&Scope], name: &str) -> String {
    let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
    let known = scopes.iter().flat_map(|scope| scope.iter());
    let known = known.inspect(|_| work::count(1));
    let found = known.rev().find(|(p, _)| p == prefix);
    found.map(|(_, uri)| uri.clone()).unwrap_or_default()
}

fn attributes(start: &BytesStart, room: &mut Room) -> Option<Vec<Attribute>> {
    let mut names = HashSet::new();
    // The library's own look for doubles compares each with all.
    let mut all = start.attributes();
    let list = all.with_checks(false).take(MAX_NAMES + 1);
    let list = list.map(|attribute| {
        work::count(1);
        let attribute = attribute.ok()?;
        let name = attribute.key.as_ref().to_owned();
        names.insert(name.clone()).then(|| Attribute {
            name,
            namespace: String::new(),
            value: attribute.value.to_string(),
        })
    });
    let list: Vec<Attribute> = list.collect::<Option<_>>()?;
    room.take(&list)?;
    Some(list)
}
