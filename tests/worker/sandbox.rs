//! The decoder's process: what it cannot reach, how it ends, and that its pictures are the same.

use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use plumbline_enhance::{Decoded, Limits, decode_named};
use plumbline_fixtures::{photos, skip};
use plumbline_sandbox::{Bounds, Decoder, Enforcement, InputFile, Undecoded};
use plumbline_tests::hostile::{files as hostile_files, is_a_sentence};
use plumbline_tests::house::files_below;
use plumbline_tests::worker_process::program;

fn decoder() -> Decoder {
    Decoder::new(program("test-decoder"))
}

fn decoded(decoder: &Decoder, name: &str, bytes: &[u8]) -> Result<Decoded, Undecoded> {
    let file = InputFile::of(bytes).unwrap();
    decoder.decode(&file, name, &Limits::default(), &mut || true)
}

fn refusal(decoder: &Decoder, name: &str) -> String {
    match decoded(decoder, name, b"anything") {
        Err(Undecoded::Refused(sentence)) => sentence,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn whoever_takes_a_decoder_over_finds_nothing_there() {
    let folder = tempfile::tempdir().unwrap();
    let (secret, socket) = (folder.path().join("secret"), folder.path().join("socket"));
    fs::write(&secret, "a key").unwrap();
    let _local = UnixListener::bind(&socket).unwrap();
    let site = TcpListener::bind("127.0.0.1:0").unwrap();
    let decoder = decoder();
    let lockdown = decoder.probe().unwrap();
    if lockdown.landlock != Enforcement::Full || lockdown.seccomp != Enforcement::Full {
        for warning in lockdown.warnings() {
            skip(&warning);
        }
        return;
    }

    assert!(refusal(&decoder, "attack=environment").contains("0 variables"));
    for attack in [
        format!("read:/proc/{}/environ", std::process::id()),
        format!("read:{}", secret.display()),
        format!("read-in-thread:{}", secret.display()),
        "read:/etc/passwd".to_owned(),
        format!("write:{}", folder.path().join("new").display()),
        format!("connect:{}", site.local_addr().unwrap()),
        "datagram".to_owned(),
        format!("local:{}", socket.display()),
        "run".to_owned(),
        format!("signal:{}", std::process::id()),
    ] {
        let outcome = refusal(&decoder, &format!("attack={attack}"));
        assert!(outcome.contains("This is refused"), "{attack}: {outcome}");
    }
}

#[test]
fn a_decoder_that_breaks_or_outlives_its_bounds_is_a_sentence() {
    let bounds = Bounds {
        cpu_secs: 1,
        wall_secs: 2,
        ..Bounds::default()
    };
    let decoder = decoder().within(bounds);
    for way in [
        "of-memory",
        "of-work",
        "of-waiting",
        "of-recursion",
        "of-panic",
        "without-a-word",
    ] {
        let since = Instant::now();
        let sentence = refusal(&decoder, &format!("die={way}"));
        assert!(
            sentence.starts_with("This file could not be opened"),
            "{way}: {sentence}"
        );
        assert!(is_a_sentence(&sentence));
        assert!(since.elapsed() < Duration::from_secs(20), "{way}");
    }
    let sentence = refusal(&decoder, "die=of-planes");
    assert!(sentence.contains("too much memory"), "{sentence}");
}

#[test]
fn a_decoder_stops_when_it_is_told_to() {
    let file = InputFile::of(b"anything").unwrap();
    let mut looks = 0;
    let mut keep_going = || {
        looks += 1;
        looks < 3
    };
    let stopped = decoder().decode(&file, "die=of-waiting", &Limits::default(), &mut keep_going);
    assert!(matches!(stopped, Err(Undecoded::Stopped)));
}

#[test]
fn a_program_that_cannot_be_started_is_not_the_files_fault() {
    let nowhere = Decoder::new("/nowhere/at-all");
    let trouble = decoded(&nowhere, "photo.jpg", b"anything");
    assert!(matches!(trouble, Err(Undecoded::Trouble(_))));
}

#[test]
fn a_picture_out_of_the_sandbox_is_the_same_to_the_last_bit() {
    let (Some(formats), Some(rooms)) = (photos("formats"), photos("interior")) else {
        return;
    };
    let decoder = decoder();
    let mut files = files_below(&formats);
    files.extend(files_below(&rooms).into_iter().take(3));
    let mut read = 0;
    for path in files {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let here = decode_named(&bytes, &name, &Limits::default());
        match (here, decoded(&decoder, &name, &bytes)) {
            (Ok(here), Ok(there)) => {
                read += 1;
                assert!(here.pixels == there.pixels, "{}", path.display());
                assert_eq!(here.source, there.source);
                assert_eq!(here.metadata, there.metadata);
            }
            (Err(here), Err(there)) => assert_eq!(here.to_string(), there.to_string()),
            (here, there) => panic!(
                "{}: {:?} and {:?}",
                path.display(),
                here.map(|_| ()),
                there.map(|_| ())
            ),
        }
    }
    assert!(read > 20, "{read} photos were read");
}

#[test]
fn hostile_files_end_within_twenty_seconds() {
    let Some(files) = hostile_files() else { return };
    let decoder = decoder();
    for path in files {
        let since = Instant::now();
        match decoded(&decoder, "", &fs::read(&path).unwrap()) {
            Ok(_) => {}
            Err(Undecoded::Refused(sentence)) => {
                assert!(is_a_sentence(&sentence), "{}: {sentence}", path.display());
            }
            Err(other) => panic!("{}: {other:?}", path.display()),
        }
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "{}",
            path.display()
        );
    }
}
