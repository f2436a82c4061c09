//! The parent: starts a decoder for a file, watches it, and takes the picture.

use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use plumbline_enhance::{Decoded, Limits, Pixels, Plane, Samples};
use rustix::event::{PollFd, PollFlags, poll};
use serde::{Deserialize, Serialize};

use crate::input::InputFile;
use crate::lockdown::Lockdown;
use crate::message::{self, Outcome, Picture, Reply, Request};
use crate::serve::COMMAND;
use crate::shared_memory::{self, Mapping};

/// Longest sentence of a refusal that is passed on; ours are shorter.
const SENTENCE_CHARS: usize = 600;
/// Bytes of a child's last words that are kept for the log.
const LAST_WORDS: usize = 4096;
/// Interval at which a child is looked after.
const LOOK: Duration = Duration::from_millis(100);

/// Limits of a decoder's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Bytes of its address space, the picture included.
    pub memory_bytes: u64,
    /// Seconds of processor time, over all of its threads.
    pub cpu_secs: u64,
    /// Seconds by the clock.
    pub wall_secs: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            memory_bytes: 1536 << 20,
            cpu_secs: 20,
            wall_secs: 120,
        }
    }
}

/// A file that is not decoded.
#[derive(Debug, thiserror::Error)]
pub enum Undecoded {
    /// It never will be: a sentence for the person who sent it.
    #[error("{0}")]
    Refused(String),
    /// The caller asked to stop.
    #[error("stopped")]
    Stopped,
    /// Not the file's fault; another try may do.
    #[error("the decoder could not be run")]
    Trouble(#[source] io::Error),
}

/// The sentence for a file whose decoder had to be ended.
const ENDED: &str = "This file could not be opened: reading it took more time or memory than a photo \
    may need, or broke the program that reads it. Please export the photo as an ordinary JPEG or \
    TIFF and upload it again.";

fn ended() -> Undecoded {
    Undecoded::Refused(ENDED.to_owned())
}

/// Starts decoders: this program, or another one that calls [`serve`](crate::serve).
#[derive(Debug, Clone)]
pub struct Decoder {
    program: PathBuf,
    bounds: Bounds,
}

impl Default for Decoder {
    /// This very program, even if its file was replaced since.
    fn default() -> Self {
        Self::new("/proc/self/exe")
    }
}

impl Decoder {
    /// A decoder by another program.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            bounds: Bounds::default(),
        }
    }

    /// The same decoder within other bounds.
    pub fn within(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// Decodes a file as [`decode_named`](plumbline_enhance::decode_named) does. `keep_going` is
    /// asked ten times a second; `false` ends the child.
    pub fn decode(
        &self,
        file: &InputFile,
        name: &str,
        limits: &Limits,
        keep_going: &mut dyn FnMut() -> bool,
    ) -> Result<Decoded, Undecoded> {
        let request = Request {
            name: name.to_owned(),
            limits: limits.clone(),
            bounds: self.bounds,
            threads: rayon::current_num_threads(),
        };
        let (reply, shared) = self.run(file, &request, keep_going)?;
        match reply.outcome {
            Outcome::Decoded(picture) => picture_in(*picture, &shared, limits).ok_or_else(ended),
            Outcome::Refused(sentence) => Err(Undecoded::Refused(shortened(&sentence))),
        }
    }

    /// Starts a decoder once, to know what this kernel enforces on it.
    pub fn probe(&self) -> Result<Lockdown, Undecoded> {
        let nothing = InputFile::of(b"nothing").map_err(Undecoded::Trouble)?;
        let request = Request {
            name: String::new(),
            limits: Limits::default(),
            bounds: self.bounds,
            threads: 1,
        };
        Ok(self.run(&nothing, &request, &mut || true)?.0.lockdown)
    }

    fn run(
        &self,
        file: &InputFile,
        request: &Request,
        keep_going: &mut dyn FnMut() -> bool,
    ) -> Result<(Reply, OwnedFd), Undecoded> {
        let started = self.start(file, request);
        let (mut child, shared) = started.map_err(Undecoded::Trouble)?;
        let (status, said) = watch(&mut child, self.bounds, keep_going)?;
        if !status.success() {
            tracing::info!(%status, said, "a decoder was ended");
            // Nobody but the kernel, short of memory, or an operator sends this signal.
            return Err(match status.signal() {
                Some(libc::SIGKILL) => Undecoded::Trouble(io::ErrorKind::OutOfMemory.into()),
                _ => ended(),
            });
        }
        let messages = Mapping::<u8>::new(shared.as_fd(), 0, message::ROOM);
        let messages = messages.map_err(Undecoded::Trouble)?;
        let reply = message::take(messages.as_ref()).ok_or_else(ended)?;
        Ok((reply, shared))
    }

    fn start(&self, file: &InputFile, request: &Request) -> io::Result<(Child, OwnedFd)> {
        let shared = shared_memory::create("pixels", self.bounds.memory_bytes)?;
        let mut messages = Mapping::<u8>::new(shared.as_fd(), 0, message::ROOM)?;
        message::put(request, messages.as_mut()).ok_or(io::ErrorKind::InvalidInput)?;
        let child = Command::new(&self.program)
            .arg(COMMAND)
            .env_clear()
            .current_dir("/")
            .stdin(file.file.try_clone()?)
            .stdout(shared.try_clone()?)
            .stderr(Stdio::piped())
            .spawn()?;
        Ok((child, shared))
    }
}

/// Waits for the child's end, and sees to it that there is one.
fn watch(
    child: &mut Child,
    bounds: Bounds,
    keep_going: &mut dyn FnMut() -> bool,
) -> Result<(ExitStatus, String), Undecoded> {
    let deadline = Instant::now() + Duration::from_secs(bounds.wall_secs);
    let mut stderr = child.stderr.take();
    let mut said = Vec::new();
    let mut pause = Duration::from_millis(1);
    loop {
        match &mut stderr {
            // It closes its standard error when it ends.
            Some(open) => match listen(open, &mut said) {
                Ok(true) => {}
                Ok(false) | Err(_) => stderr = None,
            },
            None => {
                thread::sleep(pause);
                pause = (pause * 2).min(LOOK);
            }
        }
        if stderr.is_none()
            && let Some(status) = child.try_wait().map_err(Undecoded::Trouble)?
        {
            return Ok((status, String::from_utf8_lossy(&said).trim().to_owned()));
        }
        if !keep_going() {
            end(child);
            return Err(Undecoded::Stopped);
        }
        if Instant::now() > deadline {
            end(child);
            tracing::info!(secs = bounds.wall_secs, "a decoder outlived its time");
            return Err(ended());
        }
    }
}

/// Listens for a moment. `false`: nothing will come any more.
fn listen(stderr: &mut ChildStderr, said: &mut Vec<u8>) -> io::Result<bool> {
    let mut ready = [PollFd::new(&*stderr, PollFlags::IN)];
    let moment = LOOK.try_into().expect("a moment is a time");
    if poll(&mut ready, Some(&moment))? == 0 {
        return Ok(true);
    }
    let mut piece = [0; 1024];
    let read = stderr.read(&mut piece)?;
    let room = LAST_WORDS.saturating_sub(said.len());
    said.extend_from_slice(&piece[..read.min(room)]);
    Ok(read > 0)
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _killed = child.kill();
    let _status = child.wait();
}

/// The picture that a reply describes, if it is one: a child may have been taken over.
fn picture_in(picture: Picture, shared: &OwnedFd, limits: &Limits) -> Option<Decoded> {
    let (width, height) = (picture.width, picture.height);
    let pixels = u64::from(width).checked_mul(u64::from(height))?;
    if pixels > limits.max_pixels || width.max(height) > limits.max_side {
        return None;
    }
    let samples = usize::try_from(pixels * 3).ok()?;
    let end = rustix::fs::fstat(shared).ok()?.st_size.cast_unsigned();
    let bytes = samples as u64 * u64::from(picture.bits / 8);
    if picture.offset < message::ROOM as u64 || picture.offset.checked_add(bytes)? > end {
        return None;
    }
    let samples = match picture.bits {
        8 => Samples::Eight(plane(shared, picture.offset, samples)?),
        16 => Samples::Sixteen(plane(shared, picture.offset, samples)?),
        _ => return None,
    };
    Some(Decoded {
        pixels: Pixels::new(width, height, samples)?,
        source: picture.source,
        metadata: picture.metadata.within_limits(),
    })
}

fn plane<T: bytemuck::Pod + Send + Sync>(
    shared: &OwnedFd,
    offset: u64,
    samples: usize,
) -> Option<Plane<T>> {
    let mapping = Mapping::new(shared.as_fd(), offset, samples).ok()?;
    Some(Plane::lent(mapping))
}

/// Whatever a child says is a stranger's word until it is short and plain.
fn shortened(sentence: &str) -> String {
    let plain = sentence.chars().filter(|c| !c.is_control());
    plain.take(SENTENCE_CHARS).collect()
}
