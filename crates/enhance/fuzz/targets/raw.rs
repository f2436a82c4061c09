//! Any bytes behind the first ones of a camera's raw file end in a picture or a sentence. The
//! first byte chooses the maker; seeds carry it in front of a real header.
#![no_main]

use plumbline_enhance::{decode, fuzzing};

const STARTS: [&[u8]; 8] = [
    b"",
    b"FUJIFILMCCD-RAW",
    b"\0MRM",
    b"IIU\0",
    b"IIRO",
    b"FOVb",
    b"II\x1a\0\0\0HEAPCCDR",
    b"II*\0\x10\0\0\0CR\x02\0",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&maker, rest)) = bytes.split_first() else {
        return;
    };
    let start = STARTS[usize::from(maker) % STARTS.len()];
    let rest = rest.get(start.len()..).unwrap_or_default();
    let _ = decode(&[start, rest].concat(), &fuzzing::limits());
});
