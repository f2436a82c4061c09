//! Any bytes as any metadata block: readers and writers do not panic, refreshing twice changes
//! nothing more, and what may not be told is not in what is told.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| plumbline_enhance::fuzzing::metadata(bytes));
