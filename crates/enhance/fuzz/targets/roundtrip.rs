//! Everything that can be decoded can be delivered in every format, with its metadata, and decoded
//! again.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| plumbline_enhance::fuzzing::round_trip(bytes));
