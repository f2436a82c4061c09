//! A decoder whose decoding is replaced by what an attacker would try who took it over. The file's
//! name says which; what came of it is the refusal.

use std::env;
use std::fs::{self, File};
use std::io;
use std::net::{TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitCode, exit};
use std::thread;
use std::time::Duration;

use plumbline_enhance::{Decoded, PlaneMemory, Refusal, decode_in};
use plumbline_sandbox::{Request, serve_with};

fn main() -> ExitCode {
    serve_with(
        |request, bytes, memory| match request.name.split_once('=') {
            Some(("attack", attack)) => Err(Refusal::NotAPhoto {
                what: outcome(attack),
            }),
            Some(("die", way)) => die(way, memory),
            _ => decode(request, bytes, memory),
        },
    )
}

fn decode(request: &Request, bytes: &[u8], memory: &dyn PlaneMemory) -> Result<Decoded, Refusal> {
    decode_in(memory, bytes, &request.name, &request.limits)
}

/// "refused" or what was found.
fn outcome(attack: &str) -> String {
    let (what, of) = attack.split_once(':').unwrap_or((attack, ""));
    let found = match what {
        "environment" => Ok(format!("{} variables", env::vars_os().count())),
        "read" => fs::read(of).map(length),
        "read-in-thread" => {
            let path = of.to_owned();
            let reading = thread::spawn(move || fs::read(path).map(length));
            reading.join().expect("it did not panic")
        }
        "write" => File::create(of).map(|_| "written".to_owned()),
        "connect" => TcpStream::connect(of).map(|_| "connected".to_owned()),
        "datagram" => UdpSocket::bind("127.0.0.1:0").map(|_| "bound".to_owned()),
        "local" => UnixStream::connect(of).map(|_| "connected".to_owned()),
        "run" => Command::new("/bin/true").spawn().map(|_| "run".to_owned()),
        "signal" => signal(of.parse().expect("a process number")),
        other => Ok(format!("nobody knows {other}")),
    };
    match found {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => "refused".to_owned(),
        Err(error) => format!("another error: {error}"),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given what was read")]
fn length(bytes: Vec<u8>) -> String {
    format!("{} bytes", bytes.len())
}

fn signal(process: i32) -> io::Result<String> {
    // SAFETY: no memory is involved; signal 0 only asks whether one could be sent.
    match unsafe { libc::kill(process, 0) } {
        0 => Ok("signalled".to_owned()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn die(way: &str, memory: &dyn PlaneMemory) -> Result<Decoded, Refusal> {
    match way {
        "of-memory" => drop(vec![1_u8; 3 << 30]),
        "of-planes" => drop(memory.eight(3 << 30)?),
        "of-work" => loop {
            std::hint::spin_loop();
        },
        "of-waiting" => loop {
            thread::sleep(Duration::from_secs(3600));
        },
        "of-recursion" => assert_ne!(deeper(1), 0),
        "of-panic" => panic!("as asked"),
        "without-a-word" => exit(0),
        other => panic!("nobody dies {other}"),
    }
    Err(Refusal::Empty)
}

#[expect(unconditional_recursion, reason = "it is to run out of stack")]
fn deeper(depth: u64) -> u64 {
    let here = [depth; 512];
    deeper(std::hint::black_box(here)[7] + 1) + here[3]
}
