//! Pulls from a server of a few lines, well behaved or not.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use plumbline_models::manifest::{self, Weight};
use plumbline_models::weight_store::{Proof, State, WeightStore, sha256_of};
use tempfile::TempDir;

use super::download::Download;
use super::pull;

const SIZE: usize = 300_000;

#[test]
fn an_interrupted_pull_goes_on_where_it_stopped() {
    let fixture = Fixture::new();
    let short = Server::start(fixture.bytes.clone(), Behaviour::HangsUpHalfway);
    let sentence = fixture.pull(&short).unwrap_err().to_string();
    assert!(
        sentence.contains("1 of 1 could not be fetched"),
        "{sentence}"
    );
    let State::Partial { bytes: left } = fixture.state() else {
        panic!("{:?}", fixture.state());
    };
    assert!(left > 0 && left < SIZE as u64);

    let server = Server::start(fixture.bytes.clone(), Behaviour::Good);
    fixture.pull(&server).unwrap();
    assert_eq!(server.asked(), [Some(format!("bytes={left}-"))]);
    assert!(fixture.is_good());
    assert_eq!(fixture.files(), ["w.bin"]);
}

#[test]
fn a_server_that_ignores_ranges_starts_over() {
    let fixture = Fixture::new();
    fixture.leave(&fixture.bytes[..SIZE / 3]);
    let server = Server::start(fixture.bytes.clone(), Behaviour::IgnoresRanges);
    fixture.pull(&server).unwrap();
    assert!(fixture.is_good());
}

#[test]
fn wrong_bytes_are_refused_and_nothing_is_left() {
    let fixture = Fixture::new();
    let mut wrong = fixture.bytes.clone();
    wrong[SIZE / 2] ^= 1;
    let server = Server::start(wrong, Behaviour::Good);
    fixture.pull(&server).unwrap_err();
    assert_eq!(fixture.state(), State::Missing);
    assert!(fixture.files().is_empty(), "{:?}", fixture.files());
}

#[test]
fn a_wrong_beginning_is_found_out_at_the_end() {
    let fixture = Fixture::new();
    fixture.leave(&vec![9; SIZE / 2]);
    let server = Server::start(fixture.bytes.clone(), Behaviour::Good);
    fixture.pull(&server).unwrap_err();
    assert!(fixture.files().is_empty());
    fixture.pull(&server).unwrap();
    assert!(fixture.is_good());
}

#[test]
fn more_than_was_promised_is_refused_before_it_fills_the_disk() {
    let mut fixture = Fixture::new();
    fixture.weight.bytes = Some(1000);
    let server = Server::start(fixture.bytes.clone(), Behaviour::Good);
    fixture.pull(&server).unwrap_err();
    assert!(fixture.files().is_empty());
}

#[test]
fn a_beginning_that_is_all_of_it_needs_no_server() {
    let fixture = Fixture::new();
    fixture.leave(&fixture.bytes);
    pull::run(
        &fixture.store,
        &[&fixture.weight],
        Some("http://127.0.0.1:9"),
    )
    .unwrap();
    assert!(fixture.is_good());
}

#[test]
fn what_a_server_does_not_have_leaves_nothing() {
    let fixture = Fixture::new();
    let server = Server::start(Vec::new(), Behaviour::KnowsNothing);
    fixture.pull(&server).unwrap_err();
    assert!(fixture.files().is_empty());
}

#[test]
fn a_mirrors_folder_is_copied() {
    let fixture = Fixture::new();
    let mirror = tempfile::tempdir().unwrap();
    fs::create_dir(mirror.path().join("w")).unwrap();
    fs::write(mirror.path().join("w/w.bin"), &fixture.bytes).unwrap();
    pull::run(&fixture.store, &[&fixture.weight], mirror.path().to_str()).unwrap();
    assert!(fixture.is_good());
}

#[test]
fn a_hash_that_nobody_knows_is_recorded_and_then_enforced() {
    let mut fixture = Fixture::new();
    (fixture.weight.sha256, fixture.weight.bytes) = (None, None);
    let server = Server::start(fixture.bytes.clone(), Behaviour::Good);
    fixture.pull(&server).unwrap();
    assert!(fixture.is_good());
    assert_eq!(fixture.files(), ["w.bin", "w.bin.sha256"]);

    fs::remove_file(fixture.store.path(&fixture.weight)).unwrap();
    let other = Server::start(vec![5; SIZE], Behaviour::Good);
    fixture.pull(&other).unwrap_err();
    assert_eq!(fixture.state(), State::Missing);
}

#[test]
fn without_a_hash_two_versions_of_a_file_are_never_joined() {
    let mut fixture = Fixture::new();
    (fixture.weight.sha256, fixture.weight.bytes) = (None, None);
    let old = Server::start(vec![5; SIZE], Behaviour::HangsUpHalfway);
    fixture.pull(&old).unwrap_err();
    let server = Server::start(fixture.bytes.clone(), Behaviour::Good);
    fixture.pull(&server).unwrap();
    assert_eq!(
        fs::read(fixture.store.path(&fixture.weight)).unwrap(),
        fixture.bytes
    );
}

#[test]
fn two_pulls_of_one_file_do_not_meet() {
    let fixture = Fixture::new();
    let _first = Download::open(&fixture.store, &fixture.weight).unwrap();
    let second = Download::open(&fixture.store, &fixture.weight);
    assert_eq!(
        second.err().unwrap().to_string(),
        "Another pull is fetching sky-u2netp."
    );
}

/// A store, and a file that belongs on it.
struct Fixture {
    _folder: TempDir,
    store: WeightStore,
    weight: Weight,
    bytes: Vec<u8>,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..SIZE).map(|i| (i * i % 251) as u8).collect();
        let sample = folder.path().join("sample");
        fs::write(&sample, &bytes).unwrap();
        let mut weight = manifest::all()[0].clone();
        weight.path = "w/w.bin".to_owned();
        weight.sha256 = Some(sha256_of(&sample).unwrap());
        weight.bytes = Some(SIZE as u64);
        Self {
            store: WeightStore::new(folder.path().join("store")),
            _folder: folder,
            weight,
            bytes,
        }
    }

    fn pull(&self, server: &Server) -> anyhow::Result<()> {
        pull::run(&self.store, &[&self.weight], Some(&server.address))
    }

    /// Leaves bytes as an interrupted pull would.
    fn leave(&self, bytes: &[u8]) {
        let part = self.store.part(&self.weight);
        fs::create_dir_all(part.parent().unwrap()).unwrap();
        fs::write(part, bytes).unwrap();
    }

    fn state(&self) -> State {
        self.store.state(&self.weight)
    }

    fn is_good(&self) -> bool {
        self.store.verify(&self.weight).unwrap() == Proof::Good
    }

    fn files(&self) -> Vec<String> {
        let folder = self.store.path(&self.weight);
        let entries = fs::read_dir(folder.parent().unwrap()).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
        names.sort();
        names
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Behaviour {
    Good,
    IgnoresRanges,
    HangsUpHalfway,
    KnowsNothing,
}

/// One file at every address.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<Option<String>>>>,
}

impl Server {
    fn start(bytes: Vec<u8>, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let record = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &bytes, behaviour, &record);
            }
        });
        Self { address, asked }
    }

    /// The ranges that were asked for.
    fn asked(&self) -> Vec<Option<String>> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(
    mut stream: TcpStream,
    bytes: &[u8],
    behaviour: Behaviour,
    record: &Mutex<Vec<Option<String>>>,
) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let head: Vec<String> = lines
        .map(|line| line.unwrap())
        .take_while(|line| !line.is_empty())
        .collect();
    let field = |name: &str| {
        let mut fields = head.iter().filter_map(|line| line.split_once(": "));
        let (_, value) = fields.find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        Some(value.to_owned())
    };
    record.lock().unwrap().push(field("range"));
    let version = format!("\"{}\"", bytes.iter().map(|&b| u64::from(b)).sum::<u64>());
    let same = field("if-range").is_none_or(|known| known == version);
    let from = field("range").filter(|_| behaviour == Behaviour::Good && same);
    let from: Option<usize> = from.map(|range| {
        range["bytes=".len()..]
            .trim_end_matches('-')
            .parse()
            .unwrap()
    });
    let body = &bytes[from.unwrap_or(0)..];
    let (status, range) = match from {
        _ if behaviour == Behaviour::KnowsNothing => ("404 Not Found", String::new()),
        None => ("200 OK", String::new()),
        Some(from) => (
            "206 Partial Content",
            format!(
                "Content-Range: bytes {from}-{}/{}\r\n",
                bytes.len() - 1,
                bytes.len()
            ),
        ),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nETag: {version}\r\n{range}Connection: close\r\n\r\n",
        body.len()
    );
    let sent = match behaviour {
        Behaviour::HangsUpHalfway => &body[..body.len() / 2],
        _ => body,
    };
    // The client may have heard enough before the end.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(sent));
}
