//! The child: decodes the one file that it was started for.

use std::io;
use std::mem;
use std::os::fd::AsFd;
use std::process::ExitCode;

use bytemuck::Pod;
use plumbline_enhance::{Decoded, Plane, PlaneMemory, Refusal, Samples, decode_in};

use crate::lockdown;
use crate::message::{self, Outcome, Picture, Reply, Request};
use crate::shared_memory::{Lender, Mapping, frozen};

/// The argument that makes a program a decoder.
pub const COMMAND: &str = "decode-for-parent";

/// Runs the child: file on standard input, shared memory on standard output. To be called first of
/// all in `main`, before there are threads.
pub fn serve() -> ExitCode {
    serve_with(|request, bytes, memory| decode_in(memory, bytes, &request.name, &request.limits))
}

/// The same with another decoder, for tests of what a decoder cannot do.
pub fn serve_with(
    decode: impl FnOnce(&Request, &[u8], &dyn PlaneMemory) -> Result<Decoded, Refusal>,
) -> ExitCode {
    match try_serve(decode) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the decoder failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn try_serve(
    decode: impl FnOnce(&Request, &[u8], &dyn PlaneMemory) -> Result<Decoded, Refusal>,
) -> io::Result<()> {
    close_inherited();
    let (input, output) = (io::stdin(), io::stdout());
    let file = frozen(input.as_fd())?;
    let mut messages = Mapping::<u8>::new(output.as_fd(), 0, message::ROOM)?;
    let request: Request = message::take(messages.as_ref()).ok_or(io::ErrorKind::InvalidData)?;
    let shared = output.as_fd().try_clone_to_owned()?;
    let end = rustix::fs::fstat(&shared)?.st_size.cast_unsigned();
    let memory = Lender::new(shared, message::ROOM as u64, end);

    let lockdown = lockdown::enter(&request.bounds);
    let threads = rayon::ThreadPoolBuilder::new().num_threads(request.threads);
    threads.build_global().map_err(io::Error::other)?;
    let decoded = decode(&request, &file, &memory);
    let outcome = decoded.and_then(|decoded| shared_picture(decoded, &memory));
    let outcome = match outcome {
        Ok(picture) => Outcome::Decoded(Box::new(picture)),
        Err(refusal) => Outcome::Refused(refusal.to_string()),
    };
    message::put(&Reply { lockdown, outcome }, messages.as_mut())
        .ok_or(io::ErrorKind::OutOfMemory)?;
    Ok(())
}

/// Libraries of graphics cards open files that a child inherits.
#[expect(unsafe_code, reason = "there is no safe call for it")]
fn close_inherited() {
    let first: libc::c_uint = 3;
    // SAFETY: nothing in this process has opened a file yet. An older kernel refuses, and then the
    // files stay open that the parent's libraries did not mark as its own.
    unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) };
}

fn shared_picture(decoded: Decoded, memory: &Lender) -> Result<Picture, Refusal> {
    let Decoded {
        pixels,
        source,
        metadata,
    } = decoded;
    // All that the parent will do with these blocks is done here first.
    metadata.rehearse();
    let (width, height, bits) = (pixels.width(), pixels.height(), pixels.bits());
    let offset = match pixels.into_samples() {
        Samples::Eight(plane) => keep(plane, memory)?,
        Samples::Sixteen(plane) => keep(plane, memory)?,
    };
    Ok(Picture {
        width,
        height,
        bits,
        offset,
        source,
        metadata,
    })
}

/// Leaves the samples in the shared memory, for the parent to find.
fn keep<T: Pod + Send + Sync>(plane: Plane<T>, memory: &Lender) -> Result<u64, Refusal> {
    let plane = match memory.offset_of(&plane) {
        Some(_) => plane,
        None => {
            let mut shared = memory.lend(plane.len())?;
            shared.copy_from_slice(&plane);
            shared
        }
    };
    let offset = memory.offset_of(&plane);
    mem::forget(plane);
    Ok(offset.expect("what was lent is known"))
}
